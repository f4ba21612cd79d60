//! The CSV form of a request: a header that names the inputs, then the rows.

use crate::dataset::Schema;
use crate::protocol::builder::TableBuilder;
use crate::protocol::error::ProtocolError;
use crate::protocol::limits::Limits;
use crate::protocol::options::Options;
use crate::protocol::output::Output;
use crate::protocol::request::Request;
use crate::protocol::violation::Reason;

/// Reads a request in the CSV form.
pub(super) fn decode(
    body: &[u8],
    schema: &Schema,
    limits: &Limits,
) -> Result<Request, ProtocolError> {
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text);
    let mut builder = TableBuilder::new(schema, limits, 0, false);
    let header = reader.headers().map_err(ProtocolError::NotCsv)?;
    limits.admit_columns(header.len())?;
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
    let options = Options::default();
    let outputs = Output::of_scoring(&schema.task).to_vec();
    Ok(Request { id: None, table, errors, outputs, options })
}
