//! The four JSON forms of a request.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::rows;
use crate::dataset::Table;
use crate::protocol::builder::TableBuilder;
use crate::protocol::error::ProtocolError;
use crate::protocol::limits::Limits;
use crate::protocol::object::Object;
use crate::protocol::options::Options;
use crate::protocol::output::Output;
use crate::protocol::parameters::Parameters;
use crate::protocol::request::Request;
use crate::protocol::row_errors::RowErrors;
use crate::protocol::scan::{Scanner, Token};
use crate::protocol::sent::Rules;
use crate::protocol::text::Text;

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    dataframe_split: Option<Object<Split<'a>>>,
    #[serde(borrow)]
    dataframe_records: Option<&'a RawValue>,
    #[serde(borrow)]
    instances: Option<&'a RawValue>,
    #[serde(borrow)]
    inputs: Option<&'a RawValue>,
    #[serde(default)]
    params: Option<Parameters>,
    signature_name: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Split<'a> {
    #[serde(borrow)]
    columns: Vec<Text<'a>>,
    #[serde(borrow)]
    data: &'a RawValue,
}

/// Reads a request in one of the JSON forms.
pub(super) fn decode(body: &[u8], rules: Rules<'_>) -> Result<Request, ProtocolError> {
    let Rules { schema, limits, .. } = rules;
    limits.admit_depth(body)?;
    let Object(envelope): Object<Envelope<'_>> =
        serde_json::from_slice(body).map_err(|error| ProtocolError::reading(super::NAME, error))?;
    if envelope.signature_name.is_some() {
        return Err(ProtocolError::Signature);
    }
    let options = Options::read(&envelope.params.unwrap_or_default(), schema)?;
    let mut outputs = options.unnamed(Output::of_scoring(&schema.task));
    options.extend(&mut outputs);
    let builder = TableBuilder::new(rules, 0, options.partial);
    let forms =
        (envelope.dataframe_split, envelope.dataframe_records, envelope.instances, envelope.inputs);
    let (table, errors) = match forms {
        (Some(Object(split)), None, None, None) => read_split(&split, builder, limits),
        (None, Some(records), None, None) => read_rows("dataframe_records", records, builder),
        (None, None, Some(instances), None) => read_rows("instances", instances, builder),
        (None, None, None, Some(inputs)) => read_inputs(inputs, builder),
        (split, records, instances, inputs) => Err(ProtocolError::AmbiguousForm {
            found: usize::from(split.is_some())
                + [records, instances, inputs].into_iter().flatten().count(),
        }),
    }?;
    Ok(Request { id: None, table, errors, outputs, options })
}

fn read_split(
    split: &Split<'_>,
    mut builder: TableBuilder<'_>,
    limits: &Limits,
) -> Result<(Table, RowErrors), ProtocolError> {
    limits.admit_columns(split.columns.len())?;
    let order: Vec<Option<usize>> = split
        .columns
        .iter()
        .enumerate()
        .map(|(position, Text(name))| builder.claim(position, name))
        .collect();
    rows::read("dataframe_split.data", Scanner::new(split.data.get()), &order, &mut builder)?;
    builder.finish()
}

fn read_rows(
    member: &'static str,
    rows: &RawValue,
    mut builder: TableBuilder<'_>,
) -> Result<(Table, RowErrors), ProtocolError> {
    let order: Vec<Option<usize>> = (0..builder.width()).map(Some).collect();
    match rows::read(member, Scanner::new(rows.get()), &order, &mut builder)? {
        0 => Err(ProtocolError::NoRows),
        _ => builder.finish(),
    }
}

/// Columns by name, or rows without names.
fn read_inputs(
    inputs: &RawValue,
    mut builder: TableBuilder<'_>,
) -> Result<(Table, RowErrors), ProtocolError> {
    let mut scanner = Scanner::new(inputs.get());
    if scanner.next() != Some(Token::ObjectStart) {
        return read_rows("inputs", inputs, builder);
    }
    let mut position = 0;
    while let Some(Token::Text(name)) = scanner.next() {
        let name = name.unescape().unwrap_or_default();
        let column = builder.claim(position, &name);
        read_column(column, &mut scanner, &mut builder);
        position += 1;
    }
    builder.finish()
}

fn read_column(column: Option<usize>, scanner: &mut Scanner<'_>, builder: &mut TableBuilder<'_>) {
    let Some(first) = scanner.next() else { return };
    let Some(column) = column else { return scanner.finish_value(first) };
    if first != Token::ListStart {
        builder.refuse_column(column, first);
        return scanner.finish_value(first);
    }
    while let Some(token) = scanner.next() {
        if token == Token::ListEnd {
            return;
        }
        builder.push(column, token);
        scanner.finish_value(token);
    }
}
