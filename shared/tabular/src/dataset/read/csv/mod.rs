//! Tables as CSV: delimiter, types and decimal comma are inferred.

mod header;
mod layout;
mod records;

use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;

use super::builder::Builder;
use super::defects::{At, Defects, place};
use super::field::Field;
use super::lines::Lines;
use super::source::ReadError;
use super::{Limits, RawTable};
use crate::dataset::defect::{Defect, LISTED, Rejection};
use crate::spec::Spec;
pub(super) use header::{check, not_utf8};
pub(super) use layout::Layout;
pub use layout::delimiter_of_header;
pub(super) use records::{Record, Records};

/// Reads CSV that is in memory; see [`read`](fn@super::read).
///
/// # Errors
/// When it is no table that can be trained on; each reason names its row and column.
pub fn read(bytes: &[u8]) -> Result<RawTable, Rejection> {
    let source = Arc::new(Bytes::copy_from_slice(bytes));
    match super::read("upload.csv", source, &Spec::default()) {
        Ok(table) => Ok(table),
        Err(ReadError::Rejected(rejection)) => Err(rejection),
        Err(ReadError::Source(error)) => Err(Defect::new("damaged", error.to_string()).into()),
    }
}

/// A CSV file whose layout and header are known.
pub(super) struct Csv {
    layout: Layout,
    pub(super) names: Vec<String>,
    /// What the first rows suggest: columns that are of texts.
    pub(super) texts: Vec<bool>,
    /// The bytes of a row, on average over the first ones.
    pub(super) row_bytes: f64,
}

impl Csv {
    /// Infers the layout from the start of the file.
    ///
    /// # Errors
    /// When the header cannot be read or names columns badly.
    pub(super) fn open(
        input: Box<dyn Read>,
        delimiter: Option<u8>,
        limits: Limits,
    ) -> Result<Self, ReadError> {
        let lines = Lines::new(input, limits.row)?;
        let layout = Layout::of(lines.bytes(), lines.ended(), delimiter);
        let sample = layout.sample(lines.bytes(), lines.ended());
        let mut records = Records::new(lines, layout);
        let names = match records.next()? {
            Some((_, record)) => header::names(&record.fields(layout.delimiter))?,
            None => Vec::new(),
        };
        Ok(Self { layout, names, texts: sample.texts, row_bytes: sample.row_bytes })
    }

    /// What separates fields and rows.
    pub(super) fn layout(&self) -> Layout {
        self.layout
    }

    /// What was inferred about the layout, unless it is the usual one.
    pub(super) fn note(&self) -> Option<String> {
        let delimiter = match self.layout.delimiter {
            b',' => return None,
            b'\t' => "a tab".to_owned(),
            other => format!("`{}`", char::from(other)),
        };
        Some(format!("fields are separated by {delimiter} (inferred)"))
    }

    /// Appends all rows to the columns: their number. The defects are those of rows.
    ///
    /// # Errors
    /// When the input fails or a row is too long.
    pub(super) fn scan(
        &self,
        input: Box<dyn Read>,
        columns: &mut [Builder],
        limits: Limits,
        defects: &mut Defects,
    ) -> Result<u64, ReadError> {
        let mut records = Records::new(Lines::new(input, limits.row)?, self.layout);
        records.next()?;
        let (mut rows, mut ragged) = (0, 0);
        while let Some((line, record)) = records.next()? {
            rows += 1;
            limits.check(rows, columns.len())?;
            let row = Row { row: rows, line, names: &self.names };
            let width = match record {
                Record::Plain(text) => {
                    row.push_plain(text, self.layout.delimiter, columns, defects)
                }
                Record::Quoted { .. } => {
                    let fields = record.fields(self.layout.delimiter);
                    for (index, (column, field)) in columns.iter_mut().zip(&fields).enumerate() {
                        row.push(column, field, index, defects);
                    }
                    fields.len()
                }
            };
            if width != columns.len() {
                ragged += 1;
                let names = self.names.len();
                let delimiter = self.layout.delimiter;
                defects.push(|| ragged_row(row.row, row.line, width, names, delimiter));
                if ragged >= LISTED {
                    break;
                }
            }
        }
        Ok(rows)
    }
}

/// A row with more or fewer fields than the header.
pub(super) fn ragged_row(row: u64, line: u64, width: usize, names: usize, delimiter: u8) -> Defect {
    let message = format!(
        "{} has {width} fields where the header has {names}: check its quotes and delimiters (`{}`)",
        place(row, Some(line)),
        char::from(delimiter)
    );
    Defect::new("ragged_row", message).in_row(row)
}

/// Where a record stands.
#[derive(Clone, Copy)]
struct Row<'a> {
    row: u64,
    line: u64,
    names: &'a [String],
}

impl Row<'_> {
    /// Appends the fields of a record without quotes: their number.
    #[inline]
    fn push_plain(
        self,
        record: &[u8],
        delimiter: u8,
        columns: &mut [Builder],
        defects: &mut Defects,
    ) -> usize {
        let mut rest = Some(record);
        for (index, column) in columns.iter_mut().enumerate() {
            let Some(fields) = rest else { return index };
            let length = match column.take_number(fields, delimiter) {
                Some(length) => length,
                None => {
                    let length = memchr::memchr(delimiter, fields).unwrap_or(fields.len());
                    self.push(column, fields.get(..length).unwrap_or_default(), index, defects);
                    length
                }
            };
            rest = fields.get(length + 1..);
        }
        columns.len() + rest.map_or(0, |rest| 1 + memchr::memchr_iter(delimiter, rest).count())
    }

    fn push(self, column: &mut Builder, field: &[u8], index: usize, defects: &mut Defects) {
        if column.is_skipped() {
            return;
        }
        let name = self.names.get(index).map_or("", String::as_str);
        let at = At { row: self.row, line: Some(self.line), column: name };
        match std::str::from_utf8(field) {
            Ok(text) => column.push(Field::Raw(text), at, defects),
            Err(_) => {
                column.push(Field::Missing, at, defects);
                defects.push(|| {
                    header::not_utf8(self.line, &format!("row {}, column `{name}`", self.row))
                        .in_row(self.row)
                        .in_column(name)
                });
            }
        }
    }
}

#[cfg(test)]
mod tests;
