//! What holds for every body.

use proptest::prelude::*;
use serde_json::{Map, json};

use super::*;
use crate::learners::Predictions;
use crate::name::Version;
use crate::protocol::Output;

const TYPES: [&str; 2] = ["application/json", "text/csv"];

/// One row of [`schema`]; `None` is missing.
type Row = (Option<i32>, Option<f64>, Option<bool>, Option<String>);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let number = any::<f64>().prop_filter("JSON has finite numbers only", |x| x.is_finite());
    let row = (
        any::<Option<i32>>(),
        proptest::option::of(number),
        any::<Option<bool>>(),
        proptest::option::of("(x|\"|\\\\|,|\u{e4}|\u{1f600}){1,5}"),
    );
    proptest::collection::vec(row, 1..20)
}

fn expected(rows: &[Row]) -> String {
    let join = |cells: Vec<Option<String>>| {
        let cells: Vec<String> = cells.into_iter().map(|cell| cell.unwrap_or("-".into())).collect();
        cells.join(" ")
    };
    format!(
        "age: {}\nfare: {}\nvip: {}\ncity: {}",
        join(rows.iter().map(|row| row.0.map(|x| x.to_string())).collect()),
        join(rows.iter().map(|row| row.1.map(|x| x.to_string())).collect()),
        join(rows.iter().map(|row| row.2.map(|x| u8::from(x).to_string())).collect()),
        join(rows.iter().map(|row| row.3.clone()).collect()),
    )
}

/// The rows as bodies of both protocols, in every form that has names or order.
fn bodies(rows: &[Row]) -> Vec<(Protocol, Value)> {
    let n = rows.len();
    let lists: Vec<Value> = rows.iter().map(|row| json!([row.0, row.1, row.2, row.3])).collect();
    let column = |at: usize| -> Vec<Value> { lists.iter().map(|row| row[at].clone()).collect() };
    let names = ["age", "fare", "vip", "city"];
    let datatypes = ["INT32", "FP64", "BOOL", "BYTES"];
    let tensors = |nested: bool| -> Vec<Value> {
        (0..4)
            .map(|at| {
                let data: Vec<Value> = match nested {
                    true => column(at).into_iter().map(|cell| json!([cell])).collect(),
                    false => column(at),
                };
                let shape = if nested { vec![n, 1] } else { vec![n] };
                json!({"name": names[at], "shape": shape, "datatype": datatypes[at], "data": data})
            })
            .collect()
    };
    let columns: Map<String, Value> =
        (0..4).map(|at| (names[at].to_owned(), json!(column(at)))).collect();
    let records: Vec<Value> = lists
        .iter()
        .map(|row| (0..4).map(|at| (names[at].to_owned(), row[at].clone())).collect::<Map<_, _>>())
        .map(Value::Object)
        .collect();
    vec![
        (Protocol::OpenInference, json!({"inputs": tensors(false)})),
        (Protocol::OpenInference, json!({"inputs": tensors(true)})),
        (Protocol::Mlflow, json!({"dataframe_split": {"columns": names, "data": lists}})),
        (Protocol::Mlflow, json!({"dataframe_records": records})),
        (Protocol::Mlflow, json!({"instances": lists})),
        (Protocol::Mlflow, json!({"inputs": columns})),
    ]
}

/// JSON that is near enough to a request to reach every reader.
fn near_requests() -> impl Strategy<Value = Value> {
    let key = proptest::sample::select(vec![
        "inputs",
        "instances",
        "dataframe_split",
        "dataframe_records",
        "params",
        "columns",
        "data",
        "name",
        "shape",
        "datatype",
        "outputs",
        "id",
        "age",
        "city",
        "fare",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0_u64..4).prop_map(Value::from),
        proptest::sample::select(vec!["age", "city", "FP64", "BYTES", "predict", "\u{0}"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        let key = key.clone().prop_map(str::to_owned);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(key, inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn every_form_of_the_same_rows_is_the_same_table(rows in rows()) {
        for (protocol, body) in bodies(&rows) {
            let sent = body.to_string();
            let limits = Limits::default();
            let request = protocol.decode_answered(json(sent.as_bytes()), &schema(), &limits);
            prop_assert_eq!(show(&request.unwrap().table), expected(&rows));
            let whole = |row: &Row| row.0.is_some() && row.2.is_some() && row.3.is_some();
            let asked = json_request(protocol, &sent, &schema());
            prop_assert_eq!(asked.is_ok(), rows.iter().all(whole), "only `fare` may be missing");
        }
    }

    #[test]
    fn any_bytes_are_answered(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        for protocol in [Protocol::OpenInference, Protocol::Mlflow] {
            for content_type in TYPES {
                let limits = Limits::default();
                let sent = Sent { content_type: Some(content_type), query: None, body: &body };
                let _ = protocol.decode(sent, &schema(), &limits);
            }
        }
    }

    #[test]
    fn any_json_is_answered(body in near_requests()) {
        for protocol in [Protocol::OpenInference, Protocol::Mlflow] {
            if let Ok(request) = json_request(protocol, &body.to_string(), &schema()) {
                prop_assert!(request.table.rows() > 0);
                prop_assert_eq!(request.table.columns().len(), 4);
            }
        }
    }

    #[test]
    fn a_request_that_is_cut_off_is_malformed(rows in rows(), at in 0.0..1.0_f64) {
        for (protocol, body) in bodies(&rows) {
            let body = body.to_string().into_bytes();
            let cut = &body[..(at * body.len() as f64) as usize];
            let result = protocol.decode(json(cut), &schema(), &Limits::default());
            prop_assert_eq!(refusal(result).0, 400);
        }
    }

    #[test]
    fn predictions_are_told_without_loss(
        values in proptest::collection::vec(any::<f64>().prop_filter("finite", |x| x.is_finite()), 1..20)
    ) {
        let predictions = Predictions::Values(values.clone());
        let name = "m".parse().unwrap();
        let told = Answer {
            model: &name,
            version: Version::FIRST,
            id: None,
            outputs: &[Output::Predict],
            predictions: &predictions,
            extras: &Extras::default(),
        };
        // Read as text, since a JSON tree may change the last digit.
        for (protocol, before) in
            [(Protocol::OpenInference, "\"data\":["), (Protocol::Mlflow, "\"predictions\":[")]
        {
            let body = String::from_utf8(protocol.encode(&told).unwrap()).unwrap();
            let list = body.split_once(before).unwrap().1.split_once(']').unwrap().0;
            let read: Vec<f64> = list.split(',').map(|value| value.parse().unwrap()).collect();
            prop_assert_eq!(&read, &values);
        }
    }
}
