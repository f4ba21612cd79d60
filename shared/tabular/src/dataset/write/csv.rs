//! Rows as CSV.

use std::io;

use super::{Layout, item};
use crate::dataset::read::Block;
use crate::dataset::table::{Table, Values};

/// The header.
pub(super) fn header(layout: &Layout) -> io::Result<Vec<u8>> {
    let mut writer = writer(layout);
    writer.write_record(layout.all().map(|column| &column.name))?;
    finish(writer)
}

/// The rows, with what is missing left empty.
pub(super) fn encode(
    layout: &Layout,
    block: &Block,
    rows: &[usize],
    added: &Table,
) -> io::Result<Vec<u8>> {
    let mut writer = writer(layout);
    let width = layout.columns.len();
    for (place, &row) in rows.iter().enumerate() {
        let mut items = block.row(row).items().take(width);
        for _ in 0..width {
            let text = items.next().map(item::text).unwrap_or_default();
            writer.write_field(text.as_bytes())?;
        }
        for column in added.columns() {
            match &column.values {
                Values::Number(values) => match values.get(place).filter(|it| it.is_finite()) {
                    Some(value) => writer.write_field(value.to_string())?,
                    None => writer.write_field("")?,
                },
                Values::Category(texts) => {
                    writer.write_field(texts.get(place).unwrap_or_default())?;
                }
            }
        }
        writer.write_record(None::<&[u8]>)?;
    }
    finish(writer)
}

fn writer(layout: &Layout) -> csv::Writer<Vec<u8>> {
    csv::WriterBuilder::new().delimiter(layout.delimiter).flexible(true).from_writer(Vec::new())
}

fn finish(writer: csv::Writer<Vec<u8>>) -> io::Result<Vec<u8>> {
    writer.into_inner().map_err(|error| error.into_error())
}
