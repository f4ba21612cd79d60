//! The protocols through their public surface.

use serde_json::Value;

use super::{Answer, Extras, Limits, Problem, Protocol, ProtocolError, Request, Sent};
use crate::dataset::{Field, Kind, Schema, Table, Task, Values};

mod columns;
mod mlflow;
mod oip;
mod oip_answers;
mod options;
mod properties;

/// One input of each kind; only `fare` had missing values in training.
fn schema() -> Schema {
    let field = |name: &str, kind, nullable| Field::new(name, kind, nullable);
    Schema {
        inputs: vec![
            field("age", Kind::Integral, false),
            field("fare", Kind::Fractional, true),
            field("vip", Kind::Boolean, false),
            field("city", Kind::Category, false),
        ],
        target: Some("y".into()),
        task: Task::Classification { classes: vec!["no".into(), "yes".into()] },
    }
}

/// `columns` fractional inputs `x0`, `x1`, … of a regression.
fn numbers(columns: usize) -> Schema {
    let field = |index| Field::new(format!("x{index}"), Kind::Fractional, false);
    Schema {
        inputs: (0..columns).map(field).collect(),
        target: Some("y".into()),
        task: Task::Regression,
    }
}

fn json_request(protocol: Protocol, body: &str, schema: &Schema) -> Result<Request, ProtocolError> {
    protocol.decode(json(body.as_bytes()), schema, &Limits::default())
}

/// A body that is called JSON.
fn json(body: &[u8]) -> Sent<'_> {
    Sent { content_type: Some("application/json"), query: None, body }
}

/// A body that is called CSV.
fn csv(body: &[u8]) -> Sent<'_> {
    Sent { content_type: Some("text/csv; charset=utf-8"), query: None, body }
}

/// The table as text, one column a line; missing values are `-`.
fn show(table: &Table) -> String {
    let columns = table.columns().iter().map(|column| {
        let values: Vec<String> = match &column.values {
            Values::Number(values) => values
                .iter()
                .map(|value| if value.is_nan() { "-".into() } else { value.to_string() })
                .collect(),
            Values::Category(categories) => {
                categories.iter().map(|text| text.unwrap_or("-").to_owned()).collect()
            }
        };
        format!("{}: {}", column.name, values.join(" "))
    });
    columns.collect::<Vec<_>>().join("\n")
}

/// Status and words of a refusal.
fn refusal(result: Result<Request, ProtocolError>) -> (u16, String) {
    let problem = Problem::from(&result.unwrap_err());
    (problem.kind.status(), problem.detail)
}

fn answer(protocol: Protocol, answer: &Answer<'_>) -> Value {
    serde_json::from_slice(&protocol.encode(answer).unwrap()).unwrap()
}
