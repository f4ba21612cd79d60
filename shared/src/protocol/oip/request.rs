//! Reads inference requests.

use std::borrow::Cow;

use serde::Deserialize;

use super::datatype::Datatype;
use super::tensor::Tensor;
use crate::dataset::{Field, Kind, Schema};
use crate::protocol::builder::TableBuilder;
use crate::protocol::domain;
use crate::protocol::error::ProtocolError;
use crate::protocol::limits::Limits;
use crate::protocol::object::Object;
use crate::protocol::options::Options;
use crate::protocol::output::Output;
use crate::protocol::parameters::Parameters;
use crate::protocol::request::Request;
use crate::protocol::scan::Token;
use crate::protocol::violation::{Reason, Violation};

#[derive(Deserialize)]
struct Envelope<'a> {
    id: Option<String>,
    #[serde(default)]
    parameters: Parameters,
    #[serde(borrow)]
    inputs: Vec<Object<Tensor<'a>>>,
    #[serde(borrow, default)]
    outputs: Vec<Object<RequestedOutput<'a>>>,
}

#[derive(Deserialize)]
struct RequestedOutput<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

/// Reads a request for a model with `schema`.
pub(in crate::protocol) fn decode(
    body: &[u8],
    schema: &Schema,
    limits: &Limits,
) -> Result<Request, ProtocolError> {
    limits.admit_body(body)?;
    limits.admit_depth(body)?;
    let Object(envelope): Object<Envelope<'_>> =
        serde_json::from_slice(body).map_err(|error| ProtocolError::reading(super::NAME, error))?;
    let options = Options::read(&envelope.parameters, schema)?;
    let outputs = outputs(&envelope.outputs, schema, &options)?;
    limits.admit_columns(envelope.inputs.len())?;
    let rows = envelope.inputs.first().map_or(0, |Object(tensor)| tensor.rows());
    limits.admit_rows(rows, schema.inputs.len())?;
    // A datum takes two bytes at least, whatever the shape says.
    let mut builder = TableBuilder::new(schema, limits, rows.min(body.len() / 2), options.partial);
    match envelope.inputs.as_slice() {
        [Object(tensor)] if is_table(tensor, schema) => read_table(tensor, &mut builder)?,
        tensors => {
            for (position, Object(tensor)) in tensors.iter().enumerate() {
                read_column(position, tensor, &mut builder, limits)?;
            }
        }
    }
    let (table, errors) = builder.finish()?;
    Ok(Request { id: envelope.id, table, errors, outputs, options })
}

fn outputs(
    requested: &[Object<RequestedOutput<'_>>],
    schema: &Schema,
    options: &Options,
) -> Result<Vec<Output>, ProtocolError> {
    let mut outputs = match requested {
        [] => options.unnamed(Output::of_task(&schema.task)),
        _ => Vec::with_capacity(requested.len().min(Output::ALL.len())),
    };
    for Object(requested) in requested {
        let output = options.named(&requested.name, &schema.task)?;
        if !outputs.contains(&output) {
            outputs.push(output);
        }
    }
    options.extend(&mut outputs);
    Ok(outputs)
}

/// Whether a request's only tensor holds the whole table, and not just a column.
fn is_table(tensor: &Tensor<'_>, schema: &Schema) -> bool {
    match schema.inputs.as_slice() {
        [only] => tensor.shape.len() == 2 && tensor.name != only.name,
        _ => tensor.shape.len() == 2 && !tensor.is_column(),
    }
}

fn read_column(
    position: usize,
    tensor: &Tensor<'_>,
    builder: &mut TableBuilder<'_>,
    limits: &Limits,
) -> Result<(), ProtocolError> {
    let Some(column) = builder.claim(position, &tensor.name) else { return Ok(()) };
    let Some(field) = builder.field(column) else { return Ok(()) };
    let read = if !tensor.is_column() {
        Err(tensor.wrong_shape("[rows] or [rows, 1]"))
    } else if !tensor.datatype.suits(field.kind) {
        Err(wrong_datatype(tensor, field))
    } else {
        limits.admit_rows(tensor.rows(), builder.width())?;
        builder.set_domain(column, tensor.datatype.domain(field.kind));
        tensor.visit_data(1, |_, _, token| builder.push(column, token))
    };
    if let Err(reason) = read {
        builder.refuse(Violation::of_input(&tensor.name, reason));
    }
    Ok(())
}

fn read_table(tensor: &Tensor<'_>, builder: &mut TableBuilder<'_>) -> Result<(), ProtocolError> {
    let width = builder.width();
    let mut refusal = None;
    if !tensor.is_table(width) {
        refusal = Some(tensor.wrong_shape(format!("[rows, {width}]")));
    }
    for column in 0..width {
        let Some(field) = builder.field(column) else { continue };
        builder.claim(column, &field.name);
        builder.set_domain(column, tensor.datatype.domain(field.kind));
        if tensor.datatype != Datatype::Bytes && !tensor.datatype.suits(field.kind) {
            builder.refuse(Violation::of_input(&field.name, wrong_datatype(tensor, field)));
        }
    }
    let read = match (refusal, tensor.datatype) {
        (Some(reason), _) => Err(reason),
        (None, Datatype::Bytes) => tensor.visit_data(width, |_, column, token| {
            push_text(builder, column, token);
        }),
        (None, _) => tensor.visit_data(width, |_, column, token| builder.push(column, token)),
    };
    if let Err(reason) = read {
        builder.refuse(Violation::of_input(&tensor.name, reason));
    }
    Ok(())
}

/// In a table of texts, numbers are texts too.
fn push_text(builder: &mut TableBuilder<'_>, column: usize, token: Token<'_>) {
    match domain::text(token) {
        Some(Some(text)) => builder.push_text(column, &text),
        _ => builder.push(column, token),
    }
}

fn wrong_datatype(tensor: &Tensor<'_>, field: &Field) -> Reason {
    let expected = match field.kind {
        Kind::Fractional => "FP64 or another number",
        Kind::Integral => "INT64 or another number",
        Kind::Boolean => "BOOL",
        Kind::Category | Kind::Text => "BYTES",
        Kind::Date => "BYTES or a number of seconds",
    };
    Reason::Datatype { found: tensor.datatype, expected }
}
