//! Reads inference requests.

use serde::Deserialize;

use super::datatype::Datatype;
use super::envelope::{self, RequestedOutput};
use super::one_pass;
use super::tensor::{Sink, Tensor};
use crate::dataset::{Field, Kind, Schema};
use crate::protocol::builder::TableBuilder;
use crate::protocol::domain;
use crate::protocol::error::ProtocolError;
use crate::protocol::json;
use crate::protocol::limits::{ID_BYTES, Limits};
use crate::protocol::media_type::MediaType;
use crate::protocol::object::Object;
use crate::protocol::options::Options;
use crate::protocol::output::Output;
use crate::protocol::request::Request;
use crate::protocol::scan::Token;
use crate::protocol::sent::{Rules, Sent};
use crate::protocol::violation::{Reason, Violation, shorten};

/// Reads a request.
pub(in crate::protocol) fn decode(
    sent: Sent<'_>,
    rules: Rules<'_>,
) -> Result<Request, ProtocolError> {
    rules.limits.admit_body(sent.body)?;
    let content_type = sent.content_type.unwrap_or_default();
    json::read(sent.body, |body| decode_json(body, rules)).map_err(|error| match error {
        // JSON is read whatever it is called, and so may CSV be called JSON.
        ProtocolError::NotJson(_) if MediaType::of(content_type) == Some(MediaType::Csv) => {
            ProtocolError::OnlyJson { found: shorten(content_type) }
        }
        error => error,
    })
}

/// The id of a request, without reading the rest.
pub(in crate::protocol) fn id(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        id: Option<String>,
    }
    let read = |body: &[u8]| {
        serde_json::from_slice(body).map_err(|error| ProtocolError::reading(super::NAME, error))
    };
    let Named { id } = json::read(body, read).ok()?;
    id.filter(|id| !id.is_empty())
}

fn decode_json(body: &[u8], rules: Rules<'_>) -> Result<Request, ProtocolError> {
    let Rules { schema, limits, .. } = rules;
    // A datum takes two bytes at least, whatever the shape says. Numbers that were read in one
    // pass come as whole columns: no room has to be kept for them.
    let (mut envelope, room) = match one_pass::read(body) {
        Some(envelope) => (envelope, 0),
        None => (envelope::read(body, limits)?, body.len() / 2),
    };
    let id = envelope.id.filter(|id| !id.is_empty());
    if let Some(id) = id.as_ref().filter(|id| id.len() > ID_BYTES) {
        return Err(ProtocolError::IdTooLong { found: id.len(), limit: ID_BYTES });
    }
    let options = Options::read(&envelope.parameters.unwrap_or_default(), schema)?;
    let outputs = outputs(&envelope.outputs.unwrap_or_default(), schema, &options)?;
    limits.admit_columns(envelope.inputs.len())?;
    let rows = envelope.inputs.first().map_or(0, |Object(tensor)| tensor.rows());
    limits.admit_rows(rows, schema.inputs.len())?;
    let mut builder = TableBuilder::new(rules, rows.min(room), options.partial);
    match envelope.inputs.as_mut_slice() {
        [Object(tensor)] if is_table(tensor, schema) => read_table(tensor, &mut builder)?,
        tensors => {
            for (position, Object(tensor)) in tensors.iter_mut().enumerate() {
                read_column(position, tensor, &mut builder, limits)?;
            }
        }
    }
    let (table, errors) = builder.finish()?;
    Ok(Request { id, table, errors, outputs, options })
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

/// Whether a request's only tensor holds the whole table, or one row of it in too few dimensions,
/// and not just a column.
fn is_table(tensor: &Tensor<'_>, schema: &Schema) -> bool {
    match (schema.inputs.as_slice(), tensor.shape.as_slice()) {
        ([only], shape) => shape.len() == 2 && tensor.name != only.name,
        (inputs, &[values]) => {
            values == inputs.len() as u64 && schema.input(&tensor.name).is_none()
        }
        (_, shape) => shape.len() == 2 && !tensor.is_column(),
    }
}

fn read_column(
    position: usize,
    tensor: &mut Tensor<'_>,
    builder: &mut TableBuilder<'_>,
    limits: &Limits,
) -> Result<(), ProtocolError> {
    let Some(column) = builder.claim(position, &tensor.name) else { return Ok(()) };
    let Some(field) = builder.field(column) else { return Ok(()) };
    let read = if !tensor.is_column() {
        Err(tensor.wrong_shape("[rows] or [rows, 1]"))
    } else if !tensor.datatype.suits(field) {
        Err(wrong_datatype(tensor, field))
    } else {
        limits.admit_rows(tensor.rows(), builder.width())?;
        builder.set_domain(column, tensor.datatype.domain(field));
        match tensor.is_complete(1) && builder.push_column(column, &mut tensor.data.numbers) {
            true => Ok(()),
            false => tensor.hand_on(1, &mut ToColumn { builder, column }),
        }
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
        builder.set_domain(column, tensor.datatype.domain(field));
        if tensor.datatype != Datatype::Bytes && !tensor.datatype.suits(field) {
            builder.refuse(Violation::of_input(&field.name, wrong_datatype(tensor, field)));
        }
    }
    let texts = tensor.datatype == Datatype::Bytes;
    let read = match refusal {
        Some(reason) => Err(reason),
        None if tensor.is_complete(width) && builder.push_rows(&tensor.data.numbers) => Ok(()),
        None => tensor.hand_on(width, &mut ToTable { builder, texts }),
    };
    if let Err(reason) = read {
        builder.refuse(Violation::of_input(&tensor.name, reason));
    }
    Ok(())
}

/// The data of a tensor that is a column.
struct ToColumn<'b, 's> {
    builder: &'b mut TableBuilder<'s>,
    column: usize,
}

impl<'a> Sink<'a> for ToColumn<'_, '_> {
    fn push(&mut self, _: usize, token: Token<'a>) {
        self.builder.push(self.column, token);
    }
}

/// The data of a tensor that is the whole table.
struct ToTable<'b, 's> {
    builder: &'b mut TableBuilder<'s>,
    /// Whether it is one of texts, in which numbers are texts too.
    texts: bool,
}

impl<'a> Sink<'a> for ToTable<'_, '_> {
    fn push(&mut self, column: usize, token: Token<'a>) {
        match self.texts.then(|| domain::text(token)) {
            Some(Some(Some(text))) => self.builder.push_text(column, &text),
            _ => self.builder.push(column, token),
        }
    }
}

fn wrong_datatype(tensor: &Tensor<'_>, field: &Field) -> Reason {
    let expected = match field.kind {
        Kind::Category if field.numerals => "BYTES or whole numbers",
        Kind::Fractional => "FP64 or another number",
        Kind::Integral => "INT64 or another number",
        Kind::Boolean => "BOOL, BYTES or a number",
        Kind::Category | Kind::Text => "BYTES",
        Kind::Date => "BYTES or a number of seconds",
    };
    Reason::Datatype { found: tensor.datatype, expected }
}
