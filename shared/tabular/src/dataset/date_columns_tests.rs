use std::sync::Arc;

use bytes::Bytes;

use super::*;
use crate::dataset::append::{Appended, Conflict};
use crate::dataset::{HashOrder, Labelled, ReadError, Rejection, read};
use crate::date::DateOrder::{DayFirst, MonthFirst};

/// A table of a day and a number, of which the first rows have these days and the others none.
fn rows(days: &[&str]) -> String {
    let blank = std::iter::repeat_n(&"", 40_usize.saturating_sub(days.len()));
    let rows = days.iter().chain(blank).zip(1..).map(|(day, row)| format!("{day},{row}.5\n"));
    "day,y\n".to_owned() + &rows.collect::<String>()
}

fn spec(text: &str) -> Spec {
    Spec::parse(text.as_bytes()).unwrap()
}

fn raw(text: &str, of: &str) -> Result<RawTable, Rejection> {
    match read("rows.csv", Arc::new(Bytes::copy_from_slice(text.as_bytes())), &spec(of)) {
        Err(ReadError::Rejected(rejection)) => Err(rejection),
        read => Ok(read.unwrap()),
    }
}

fn prepare(days: &[&str], of: &str) -> Result<Labelled, Rejection> {
    Labelled::from_raw(raw(&rows(days), of)?, &spec(of))
}

/// The days of the first rows.
fn days(raw: &RawTable, count: usize) -> Vec<f64> {
    match raw.table.column("day") {
        Some(Values::Number(days)) => days.iter().copied().take(count).collect(),
        other => panic!("day is {other:?}"),
    }
}

fn instants_of(texts: &[&str]) -> Vec<f64> {
    texts.iter().map(|text| date::parse(text).unwrap()).collect()
}

#[test]
fn all_values_of_a_column_tell_which_part_is_the_month() {
    for (written, order, same) in [
        (["1/2/2018", "8/25/2018"], MonthFirst, ["2018-01-02", "2018-08-25"]),
        (["1/2/2018 5:00 PM", "25/8/2018"], DayFirst, ["2018-02-01 17:00:00", "2018-08-25"]),
        (["2018-08-26", "25/8/2018"], DayFirst, ["2018-08-26", "2018-08-25"]),
    ] {
        let data = prepare(&written, "").unwrap();
        let field = data.schema.input("day").unwrap();
        assert_eq!((field.kind, field.date_order), (Kind::Date, Some(order)));
        assert_eq!(days(&raw(&rows(&written), "").unwrap(), 2), instants_of(&same));
        let note = format!(
            "column `day` holds {} (inferred; pin it with `columns.day.date_order = \"{}\"`)",
            order.words(),
            order.name()
        );
        assert!(data.notes.contains(&note), "{:?}", data.notes);
    }
    let json: String =
        ["1/2/2018", "8/25/2018"].map(|day| format!("{{\"day\": \"{day}\"}}\n")).concat();
    let read = read("rows.jsonl", Arc::new(Bytes::from(json)), &Spec::default()).unwrap();
    assert_eq!(days(&read, 2), instants_of(&["2018-01-02", "2018-08-25"]));
    assert_eq!(read.date_orders, [("day".to_owned(), MonthFirst)].into());
    let iso = prepare(&["2018-08-25", "2018-08-26"], "").unwrap();
    assert_eq!(iso.schema.input("day").unwrap().date_order, None);
}

#[test]
fn dates_that_do_not_tell_their_order_stay_texts_unless_the_spec_does() {
    let ambiguous = ["1/2/2018", "3/4/2018"];
    for (written, note) in [
        (ambiguous, "cannot be told, as of `1/2/2018`: say `columns.day.date_order = "),
        (["1/13/2018", "13/1/2018"], "as `1/13/2018` has the month first and `13/1/2018` the day"),
    ] {
        let data = prepare(&written, "").unwrap();
        assert_eq!(data.schema.input("day").unwrap().kind, Kind::Category);
        assert!(data.notes.iter().any(|it| it.contains(note)), "{:?}", data.notes);
        let silent = prepare(&written, "columns.day.kind = 'category'").unwrap();
        assert!(!silent.notes.iter().any(|it| it.contains("column `day`")), "{:?}", silent.notes);
    }
    for (order, same) in
        [("month_first", ["2018-01-02", "2018-03-04"]), ("day_first", ["2018-02-01", "2018-04-03"])]
    {
        let of = format!("columns.day.date_order = '{order}'");
        assert_eq!(days(&raw(&rows(&ambiguous), &of).unwrap(), 2), instants_of(&same));
        let field = prepare(&ambiguous, &of).unwrap().schema.input("day").unwrap().clone();
        assert_eq!(field.date_order.map(DateOrder::name), Some(order));
    }
}

#[test]
fn a_date_in_another_order_than_the_spec_says_is_a_defect_of_its_row() {
    let of = "columns.day.date_order = 'month_first'";
    let Rejection(defects) = prepare(&["8/25/2018", "25/8/2018"], of).unwrap_err();
    assert_eq!(defects.len(), 1);
    assert_eq!((defects[0].code.as_str(), defects[0].row), ("not_a_date", Some(2)));
    assert_eq!(
        defects[0].message,
        "row 2 (line 3), column `day`: `25/8/2018` is not a date such as 8/25/2018, with the month \
         first, or 2018-08-25, as model.toml says of the column: correct it or leave it empty"
    );
}

#[test]
fn what_the_spec_calls_dates_must_tell_its_order() {
    let of = "columns.day.kind = 'date'";
    let told = raw(&rows(&["20180824", "25/8/2018", "2018-08-26"]), of).unwrap();
    assert_eq!(days(&told, 3), instants_of(&["2018-08-24", "2018-08-25", "2018-08-26"]));
    let Rejection(defects) = prepare(&["25/8/2018", "soon"], of).unwrap_err();
    assert_eq!((defects[0].code.as_str(), defects[0].row), ("not_a_date", Some(2)));
    for (written, of_spec) in [
        (["1/2/2018", "3/4/2018"], true),
        (["1/2/2018", "20180824"], true),
        (["1/13/2018", "13/1/2018"], false),
    ] {
        let Rejection(defects) = prepare(&written, of).unwrap_err();
        assert_eq!((defects[0].code.as_str(), defects[0].of_spec), ("date_order", of_spec));
    }
    let time = prepare(&["1/2/2018", "3/4/2018"], "time = 'day'").unwrap_err();
    assert!(time.summary().contains("say `columns.day.date_order = "), "{time}");
    for wrong in ["kind = 'text'\ndate_order = 'day_first'", "date_order = 'year_first'"] {
        assert!(Spec::parse(format!("[columns.day]\n{wrong}").as_bytes()).is_err(), "{wrong}");
    }
}

#[test]
fn an_earlier_order_settles_what_tells_none_and_changes_nothing_else() {
    let known = [("day".to_owned(), DayFirst)].into();
    let settled = |days: &[&str], of: &str| {
        let mut raw = raw(&rows(days), of).unwrap();
        raw.settle_dates(&known, &spec(of));
        (raw.kinds[0], raw.date_orders.get("day").copied())
    };
    assert_eq!(settled(&["1/2/2018"], ""), (Kind::Date, Some(DayFirst)));
    assert_eq!(settled(&["2018-02-01"], ""), (Kind::Date, Some(DayFirst)), "it stays known");
    assert_eq!(settled(&["8/25/2018"], ""), (Kind::Date, Some(MonthFirst)));
    assert_eq!(settled(&["1/13/2018", "13/1/2018"], ""), (Kind::Category, None));
    assert_eq!(settled(&["1/2/2018"], "columns.day.kind = 'text'"), (Kind::Text, None));
    let month_first = "columns.day.date_order = 'month_first'";
    assert_eq!(settled(&["1/2/2018"], month_first), (Kind::Date, Some(MonthFirst)));
}

#[test]
fn objects_of_one_data_set_tell_each_other_their_order() {
    let append = |parts: &[&[&str]]| -> Result<RawTable, Conflict> {
        let spec = Spec::default();
        let mut appended = Appended::new(&spec);
        for (key, days) in ["a.csv", "b.csv", "c.csv"].iter().zip(parts) {
            appended.push(key, raw(&rows(days), "").unwrap())?;
        }
        Ok(appended.finish())
    };
    let (told, untold): (&[&str], &[&str]) = (&["25/8/2018"], &["1/2/2018"]);
    for parts in [[told, untold, untold], [untold, untold, told], [untold, told, untold]] {
        let all = append(&parts).unwrap();
        assert_eq!((all.kinds[0], all.date_orders.get("day")), (Kind::Date, Some(&DayFirst)));
        let of = parts.map(|days| if days == told { "2018-08-25" } else { "2018-02-01" });
        let read: Vec<f64> = days(&all, 120).into_iter().filter(|day| !day.is_nan()).collect();
        assert_eq!(read, instants_of(&of));
    }
    assert_eq!(append(&[untold, untold]).unwrap().kinds[0], Kind::Category);
    let conflict = append(&[told, &["8/25/2018"]]).unwrap_err().to_string();
    assert!(
        conflict.starts_with(
            "column `day` holds dates with the month first in `b.csv`, but dates with the day \
             first in `a.csv`"
        ),
        "{conflict}"
    );
    let untellable = append(&[&["2018-08-25"], untold]).unwrap_err().to_string();
    assert!(untellable.ends_with("in model.toml (`columns.day.date_order`)"), "{untellable}");
}

#[test]
fn an_earlier_model_reads_texts_in_its_own_order() {
    let written = ["1/2/2018", "25/8/2018", "3/4/2018"];
    let before = prepare(&written, "").unwrap();
    let category = "columns.day.kind = 'category'";
    let now = prepare(&written, category).unwrap();
    let again =
        now.as_read_by(&before.schema, &spec(""), &spec(category), HashOrder::Names).unwrap();
    assert_eq!(again.inputs.column("day").unwrap().present(), [0, 1, 2]);
    let Some(Values::Number(read)) = again.inputs.column("day") else { panic!("no dates") };
    assert_eq!(read[..3], instants_of(&["2018-02-01", "2018-08-25", "2018-04-03"]));
    let old: crate::dataset::Field =
        serde_json::from_str(r#"{"name": "day", "kind": "date", "nullable": true}"#).unwrap();
    assert_eq!(old.date_order, None, "of an artifact that was written before there were orders");
    assert_eq!(serde_json::to_string(&old).unwrap().find("order"), None);
}
