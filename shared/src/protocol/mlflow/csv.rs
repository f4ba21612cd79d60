//! The CSV form of a request: a header that names the inputs, then the rows. Options stand
//! in the query of the address.

use std::collections::HashSet;

use crate::dataset::csv::delimiter_of_header;
use crate::json::without_mark;
use crate::protocol::builder::TableBuilder;
use crate::protocol::error::ProtocolError;
use crate::protocol::options::Options;
use crate::protocol::output::Output;
use crate::protocol::parameters;
use crate::protocol::request::Request;
use crate::protocol::sent::{Rules, Sent};
use crate::protocol::violation::Reason;

/// Reads a request in the CSV form.
pub(super) fn decode(sent: Sent<'_>, rules: Rules<'_>) -> Result<Request, ProtocolError> {
    let schema = rules.schema;
    let parameters = parameters::of_query(sent.query.unwrap_or_default())?;
    let options = Options::read(&parameters, schema)?;
    let mut outputs = options.unnamed(Output::of_scoring(&schema.task));
    options.extend(&mut outputs);
    let text = without_mark(sent.body);
    let inputs: HashSet<&str> = schema.inputs.iter().map(|field| field.name.as_str()).collect();
    let delimiter = delimiter_of_header(text, |name| inputs.contains(name));
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(text);
    let mut builder =
        TableBuilder::new(rules, 0, options.partial).with_decimal_commas(delimiter != b',');
    let header = reader.headers().map_err(ProtocolError::NotCsv)?;
    rules.limits.admit_columns(header.len())?;
    let order: Vec<Option<usize>> = header
        .iter()
        .enumerate()
        .map(|(position, name)| builder.claim(position, name.trim()))
        .collect();
    let mut record = csv::StringRecord::new();
    let mut row = 0;
    while reader.read_record(&mut record).map_err(ProtocolError::NotCsv)? {
        builder.start_row(row)?;
        if record.len() == order.len() {
            for (field, column) in record.iter().zip(&order) {
                if let Some(column) = *column {
                    builder.push_text(column, field);
                }
            }
        } else {
            let reason = Reason::RowLength { found: record.len(), expected: order.len() };
            builder.abandon_row(row, reason);
        }
        row += 1;
    }
    let (table, errors) = builder.finish()?;
    Ok(Request { id: None, table, errors, outputs, options })
}
