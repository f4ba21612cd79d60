//! Keeps the values of sensitive columns out of what is captured.

use std::borrow::Cow;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::dataset::{Column, Kind, Schema, Table, Values};
use crate::date;
use crate::name::ModelName;
use crate::protocol::oip::Datatype;
use crate::protocol::values::ValuesBuilder;
use crate::protocol::{Output, Protocol, Request};
use crate::spec::Capture;

/// How many bytes of a hash are kept: enough to tell values apart.
const HASH_BYTES: usize = 12;
/// What is kept of what is wrong with a row.
const UNFIT: &str = "the row does not fit";
/// The outputs that tell of inputs.
const CONTRIBUTIONS: [Output; 3] =
    [Output::Contributions, Output::ContributionInputs, Output::Base];
/// The member of a scoring response that says what these add up to.
const SCALE: &str = "contributions_scale";
/// Up to here each whole number is one of ours.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The request again, in the same protocol and as JSON, with the model's inputs only:
/// without the columns that are dropped, and with the hashes of those that are hashed.
#[must_use]
pub fn redact(
    protocol: Protocol,
    request: &Request,
    schema: &Schema,
    model: &ModelName,
    capture: &Capture,
) -> Vec<u8> {
    let columns = request.table.columns().iter().zip(&schema.inputs);
    let kept = columns.filter(|(column, _)| !capture.drop.contains(&column.name));
    let kept = kept.map(|(column, field)| match capture.hash.contains(&column.name) {
        true => (column, Kind::Category, hashes(column, model)),
        false => (column, field.kind, values(&column.values, field.kind)),
    });
    let body = match protocol {
        Protocol::OpenInference => {
            let rows = request.table.rows();
            let inputs: Vec<Value> = kept
                .map(|(column, kind, data)| {
                    let datatype = Datatype::of_kind(kind);
                    json!({"name": column.name, "shape": [rows], "datatype": datatype, "data": data})
                })
                .collect();
            json!({ "inputs": inputs })
        }
        Protocol::Mlflow => {
            let inputs: Map<String, Value> =
                kept.map(|(column, _, data)| (column.name.clone(), data.into())).collect();
            json!({ "inputs": inputs })
        }
    };
    body.to_string().into_bytes()
}

/// An answer again, without what it tells of the inputs of a model that hides some: that a row
/// does not fit is kept, why is not, as that names values. Contributions go altogether: with the
/// answer and the others, that of a hidden input is told by subtraction.
///
/// # Errors
/// When the answer is not JSON, as each of ours is.
pub fn redact_answer(protocol: Protocol, answer: &[u8]) -> serde_json::Result<Vec<u8>> {
    let mut answer: Value = serde_json::from_slice(answer)?;
    let (list, tell): (&str, fn(&mut Value) -> bool) = match protocol {
        Protocol::OpenInference => ("outputs", redact_output),
        Protocol::Mlflow => ("predictions", redact_record),
    };
    if let Some(told) = answer.get_mut(list).and_then(Value::as_array_mut) {
        told.retain_mut(tell);
    }
    if let Some(members) = answer.as_object_mut() {
        members.remove(SCALE);
    }
    serde_json::to_vec(&answer)
}

/// Redacts a tensor; whether it is kept.
fn redact_output(tensor: &mut Value) -> bool {
    let name = tensor.get("name").and_then(Value::as_str).unwrap_or_default();
    if name == Output::Error.name() {
        let errors = tensor.get_mut("data").and_then(Value::as_array_mut);
        errors.into_iter().flatten().for_each(redact_error);
        return true;
    }
    !CONTRIBUTIONS.iter().any(|output| name == output.name())
}

/// Redacts the answer for a row, which is always kept.
fn redact_record(row: &mut Value) -> bool {
    if let Some(outputs) = row.as_object_mut() {
        outputs.get_mut(Output::Error.name()).into_iter().for_each(redact_error);
        outputs.retain(|name, _| !CONTRIBUTIONS.iter().any(|output| name == output.name()));
    }
    true
}

/// A row that fits has no error.
fn redact_error(error: &mut Value) {
    if !error.is_null() {
        *error = UNFIT.into();
    }
}

/// The inputs of a model that are kept out.
#[must_use]
pub fn hidden(schema: &Schema, capture: &Capture) -> Vec<String> {
    let names = schema.inputs.iter().map(|field| &field.name);
    names.filter(|name| capture.hides(name)).cloned().collect()
}

/// A schema by which a request without `hidden` inputs can be read: they may be missing,
/// and are texts where they are not.
pub(super) fn readable<'s>(schema: &'s Schema, hidden: &[String]) -> Cow<'s, Schema> {
    if hidden.is_empty() {
        return Cow::Borrowed(schema);
    }
    let mut schema = schema.clone();
    for field in schema.inputs.iter_mut().filter(|field| hidden.contains(&field.name)) {
        field.nullable = true;
        field.kind = Kind::Category;
    }
    Cow::Owned(schema)
}

/// The table with missing values in the `hidden` inputs, of the type that `schema` says.
pub(super) fn blank(table: Table, schema: &Schema, hidden: &[String]) -> Table {
    if hidden.is_empty() {
        return table;
    }
    let rows = table.rows();
    let columns = table.columns().iter().map(|column| {
        let field = schema.input(&column.name).filter(|field| hidden.contains(&field.name));
        let Some(field) = field else { return column.clone() };
        let mut missing = ValuesBuilder::new(field.kind, rows);
        (0..rows).for_each(|_| missing.push_missing());
        Column { name: column.name.clone(), values: missing.finish() }
    });
    Table::new(columns.collect()).unwrap_or(table)
}

fn values(values: &Values, kind: Kind) -> Vec<Value> {
    match values {
        // What is no number in JSON is missing.
        Values::Number(numbers) => numbers.iter().map(|&number| value(number, kind)).collect(),
        Values::Category(texts) => texts.iter().map(Value::from).collect(),
    }
}

/// A number as a client writes it.
fn value(number: f64, kind: Kind) -> Value {
    match kind {
        _ if number.is_nan() => Value::Null,
        Kind::Boolean => (number != 0.0).into(),
        Kind::Date => {
            let time = date::civil(number);
            time.map(|time| format!("{time}Z")).into()
        }
        Kind::Integral if number.abs() < EXACT => (number as i64).into(),
        _ => number.into(),
    }
}

/// What is kept of a value of a column that is hashed.
#[must_use]
pub(super) fn hash(model: &ModelName, column: &str, value: &str) -> String {
    let mut digest = Sha256::new();
    for part in [model.as_str(), column, value] {
        digest.update(part);
        digest.update([0]);
    }
    let digest = digest.finalize();
    hex::encode(digest.get(..HASH_BYTES).unwrap_or(&digest))
}

fn hashes(column: &Column, model: &ModelName) -> Vec<Value> {
    let hash = |value: String| Value::from(hash(model, &column.name, &value));
    match &column.values {
        Values::Number(numbers) => numbers
            .iter()
            .map(|number| if number.is_nan() { Value::Null } else { hash(number.to_string()) })
            .collect(),
        Values::Category(texts) => texts
            .iter()
            .map(|text| text.map_or(Value::Null, |text| hash(text.to_owned())))
            .collect(),
    }
}
