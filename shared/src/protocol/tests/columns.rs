//! Columns are read alike, whichever protocol or file brings their values.

use std::sync::Arc;

use bytes::Bytes;

use super::*;
use crate::dataset::{Blocks, Labelled, RawTable, read};
use crate::date::DateOrder;
use crate::protocol::FileColumns;
use crate::spec::Spec;

/// Inputs of dates, written in an order, and of truth values.
fn schema(order: Option<DateOrder>) -> Schema {
    Schema {
        inputs: vec![
            Field { date_order: order, ..Field::new("day", Kind::Date, false) },
            Field::new("vip", Kind::Boolean, false),
        ],
        target: Some("y".into()),
        task: Task::Regression,
    }
}

/// The rows by every way on which they can come, as texts.
fn by_every_way(rows: &[(&str, &str)], schema: &Schema) -> Vec<Result<Table, (u16, String)>> {
    let list = |of: fn(&(&str, &str)) -> String| -> String {
        format!("[{}]", rows.iter().map(of).collect::<Vec<_>>().join(","))
    };
    let (days, vips) =
        (list(|(day, _)| format!("\"{day}\"")), list(|(_, vip)| format!("\"{vip}\"")));
    let both = list(|(day, vip)| format!("[\"{day}\",\"{vip}\"]"));
    let records = list(|(day, vip)| format!("{{\"day\":\"{day}\",\"vip\":\"{vip}\"}}"));
    let count = rows.len();
    let tensor = |name: &str, data: &str| {
        format!(r#"{{"name":"{name}","shape":[{count}],"datatype":"BYTES","data":{data}}}"#)
    };
    let columns = format!("{{\"inputs\":[{},{}]}}", tensor("day", &days), tensor("vip", &vips));
    let table = format!(
        r#"{{"inputs":[{{"name":"x","shape":[{count},2],"datatype":"BYTES","data":{both}}}]}}"#
    );
    let lines: String = rows.iter().map(|(day, vip)| format!("{day},{vip}\n")).collect();
    let lines = format!("day,vip\n{lines}");
    let requests = [
        json_request(Protocol::OpenInference, &columns, schema),
        json_request(Protocol::OpenInference, &table, schema),
        json_request(Protocol::Mlflow, &format!("{{\"dataframe_records\":{records}}}"), schema),
        json_request(Protocol::Mlflow, &format!("{{\"instances\":{both}}}"), schema),
        Protocol::Mlflow.decode(csv(lines.as_bytes()), schema, &Limits::default()),
    ];
    requests
        .into_iter()
        .map(|request| match request {
            Ok(request) => Ok(request.table),
            refused => Err(refusal(refused)),
        })
        .collect()
}

/// The rows of a file, and what is wrong with them.
fn of_file(name: &str, content: &str, schema: &Schema) -> (Table, bool) {
    let source = Arc::new(Bytes::copy_from_slice(content.as_bytes()));
    let block = Blocks::open(name, source).unwrap().next_block().unwrap().unwrap();
    let columns = FileColumns { inputs: &[Some(0), Some(1)], commas: false };
    let rows: Vec<usize> = (0..block.rows()).collect();
    let (table, errors) = columns.read(&block, &rows, schema).unwrap();
    (table, errors.is_empty())
}

#[test]
fn a_date_with_strokes_is_the_instant_of_its_iso_form() {
    let iso = [("2018-08-03T17:05:00Z", "true"), ("2018-12-11", "false")];
    let expected = by_every_way(&iso, &schema(None)).remove(0).unwrap();
    for (order, written) in [
        (DateOrder::MonthFirst, [("8/3/2018 5:05 PM", "yes"), ("12/11/2018", "N")]),
        (DateOrder::DayFirst, [("3/8/2018 17:05", "1"), ("11/12/2018", "0")]),
    ] {
        let schema = schema(Some(order));
        for (way, read) in by_every_way(&written, &schema).into_iter().enumerate() {
            assert_eq!(read, Ok(expected.clone()), "way {way}");
        }
        for (way, read) in by_every_way(&iso, &schema).into_iter().enumerate() {
            assert_eq!(read, Ok(expected.clone()), "way {way}");
        }
        let line = |(day, vip): &(&str, &str)| format!("{day},{vip}\n");
        let lines: String = written.iter().map(line).collect();
        assert_eq!(
            of_file("a.csv", &format!("day,vip\n{lines}"), &schema),
            (expected.clone(), true)
        );
        let line = |(day, vip): &(&str, &str)| format!("{{\"day\":\"{day}\",\"vip\":\"{vip}\"}}\n");
        let lines: String = written.iter().map(line).collect();
        assert_eq!(of_file("a.jsonl", &lines, &schema), (expected.clone(), true));
    }
}

#[test]
fn a_date_in_another_order_is_refused_with_what_is_expected() {
    let refusals = |order, day| by_every_way(&[(day, "true")], &schema(order));
    for (order, day, expected) in [
        (Some(DateOrder::MonthFirst), "25/8/2018", "a date such as 8/25/2018 (month first) or"),
        (Some(DateOrder::DayFirst), "8/25/2018", "a date such as 25/8/2018 (day first) or"),
        (None, "25/8/2018", "a date such as 2018-08-03T05:00:00Z"),
    ] {
        for refused in refusals(order, day) {
            let (status, words) = refused.unwrap_err();
            assert_eq!(status, 422);
            assert!(words.contains(day) && words.contains(expected), "{words}");
        }
        assert!(!of_file("a.csv", &format!("day,vip\n{day},true\n"), &schema(order)).1);
    }
}

/// What training makes of a column, serving makes of it, too.
#[test]
fn a_request_is_read_as_the_data_set_was() {
    let days = ["8/3/2018", "12/11/2018 5:05 PM", "8/25/2018", "2018-08-26"];
    let rows = (0..40).map(|row| format!("{},{},{row}.5\n", days[row % 4], ["y", "N"][row % 2]));
    let text = "day,vip,y\n".to_owned() + &rows.collect::<String>();
    let spec = Spec::parse(b"columns.vip.kind = 'boolean'").unwrap();
    let raw: RawTable = read("a.csv", Arc::new(Bytes::from(text)), &spec).unwrap();
    let trained = Labelled::from_raw(raw, &spec).unwrap();
    let four: Vec<(&str, &str)> = days.into_iter().zip(["y", "N", "y", "N"]).collect();
    for read in by_every_way(&four, &trained.schema) {
        assert_eq!(read, Ok(trained.inputs.select(&[0, 1, 2, 3])));
    }
}

/// Categories that are numbers in the data set may be numbers in what asks.
#[test]
fn numbers_are_categories_where_all_of_these_were_numbers() {
    let rows = (0..40).map(|row| format!("{},{},{row}.5\n", row % 4 + 10, ["a", "b"][row % 2]));
    let text = "code,city,y\n".to_owned() + &rows.collect::<String>();
    let spec = Spec::parse(b"columns.code.kind = 'category'").unwrap();
    let raw: RawTable = read("a.csv", Arc::new(Bytes::from(text)), &spec).unwrap();
    let Labelled { inputs, schema, .. } = Labelled::from_raw(raw, &spec).unwrap();
    let numerals: Vec<bool> = schema.inputs.iter().map(|field| field.numerals).collect();
    assert_eq!(numerals, [true, false]);
    let expected = show(&inputs.select(&[0, 1]));
    let tensors = |datatype: &str, codes: &str| {
        format!(
            r#"{{"inputs":[{{"name":"code","shape":[2],"datatype":"{datatype}","data":{codes}}},
                {{"name":"city","shape":[2],"datatype":"BYTES","data":["a","b"]}}]}}"#
        )
    };
    let records = |codes: [&str; 2]| {
        let [first, second] = codes;
        format!(
            r#"{{"dataframe_records":[{{"code":{first},"city":"a"}},{{"code":{second},"city":"b"}}]}}"#
        )
    };
    for (protocol, body) in [
        (Protocol::Mlflow, records(["10", "11"])),
        (Protocol::Mlflow, records(["\"10\"", "11"])),
        (Protocol::OpenInference, tensors("INT64", "[10,11]")),
        (Protocol::OpenInference, tensors("BYTES", r#"["10",11]"#)),
    ] {
        let read = json_request(protocol, &body, &schema).unwrap();
        assert_eq!(show(&read.table), expected, "{body}");
    }
    let (_, words) = refusal(json_request(Protocol::Mlflow, &records(["true", "11"]), &schema));
    assert!(words.contains("found true where a text or a number is expected"), "{words}");
    let (_, words) =
        refusal(json_request(Protocol::OpenInference, &tensors("FP64", "[10,11]"), &schema));
    assert!(words.contains("datatype FP64 where BYTES or whole numbers is expected"), "{words}");
}
