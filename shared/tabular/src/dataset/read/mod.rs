//! From an object's bytes to a typed table.
//!
//! A column's type follows from its values in one pass: the first value decides how
//! they are held, and a column whose later values contradict it is read again. The
//! object is read in blocks and never held as a whole.

mod blocks;
mod builder;
mod columns;
pub mod csv;
mod defects;
mod field;
mod format;
mod json_lines;
mod lines;
mod parquet;
mod seen;
mod source;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use blocks::{Block, Blocks, Item, ItemType, Row};
pub use source::{ReadError, Source};

use self::csv::Csv;
use super::defect::Defect;
use super::schema::Kind;
use super::table::Table;
use crate::date::DateOrder;
use crate::spec::Spec;
pub(super) use builder::kind_of_texts;
use columns::{Columns, Declared};
use format::{Format, Opened};

/// A table as it stands in a file: columns with their types.
#[derive(Debug, Clone, PartialEq)]
pub struct RawTable {
    /// The values.
    pub table: Table,
    /// The type of each column of `table`.
    pub kinds: Vec<Kind>,
    /// Which part comes first in the dates of a column, by its name, where some are written as
    /// `8/3/2018`.
    pub date_orders: BTreeMap<String, DateOrder>,
    /// What was inferred about the file, for the run's record.
    pub notes: Vec<String>,
}

/// How much of an object is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes that an object may hold when it is decompressed.
    pub bytes: u64,
    /// The most values that a table may have, of eight bytes each.
    pub values: u64,
    /// The most bytes of one row.
    pub row: usize,
}

impl Default for Limits {
    /// 8 GiB decompressed, 2^30 values, 16 MiB a row.
    fn default() -> Self {
        Self { bytes: 8 << 30, values: 1 << 30, row: 16 << 20 }
    }
}

impl Limits {
    /// Refuses a table with more values than are read.
    fn check(self, rows: u64, columns: usize) -> Result<(), Defect> {
        if rows.saturating_mul(columns as u64) <= self.values {
            return Ok(());
        }
        Err(Defect::new(
            "too_large",
            format!(
                "the table has more than {} values ({rows} rows of {columns} columns): upload \
                 fewer rows or columns",
                self.values
            ),
        ))
    }
}

/// Reads a table: CSV, JSON lines or Parquet, plain or packed by gzip or zstd, told by
/// the suffix of `name`, else by its content. Types that the spec's `columns` say are
/// taken from there.
///
/// In CSV, a field that is empty or one of `NA`, `N/A`, `NaN`, `null`, `None` (in any
/// case) is missing. A column whose values are numbers but for a few (at most 5 %) is a
/// column of numbers with defects, not of texts.
///
/// # Errors
/// [`ReadError::Rejected`] when the object holds no table that can be trained on: each
/// reason names its row and column. [`ReadError::Source`] when its bytes cannot be had.
pub fn read(name: &str, source: Arc<dyn Source>, spec: &Spec) -> Result<RawTable, ReadError> {
    read_within(Limits::default(), name, source, spec)
}

/// The same, within other limits.
///
/// # Errors
/// Those of [`read()`].
pub fn read_within(
    limits: Limits,
    name: &str,
    source: Arc<dyn Source>,
    spec: &Spec,
) -> Result<RawTable, ReadError> {
    let opened = Opened::new(name, source, limits)?;
    match opened.format {
        Format::Csv { delimiter } => read_csv(&opened, delimiter, limits, &spec.columns),
        Format::JsonLines => json_lines::read(&opened, limits, &spec.columns),
        Format::Parquet => parquet::read(opened.anywhere()?, limits, &spec.columns),
    }
}

fn read_csv(
    opened: &Opened,
    delimiter: Option<u8>,
    limits: Limits,
    declared: &Declared,
) -> Result<RawTable, ReadError> {
    let csv = Csv::open(opened.bytes()?, delimiter, limits)?;
    let mut columns = Columns::new(csv.names.clone(), declared);
    // Room for all rows at once: growing would copy, and hold more than there is.
    let rows = opened.size().map_or(0.0, |size| 1.01 * size as f64 / csv.row_bytes.max(1.0));
    let most = limits.values / csv.names.len().max(1) as u64;
    let room = usize::try_from((rows as u64).min(most)).unwrap_or_default();
    for (column, is_text) in columns.builders.iter_mut().zip(&csv.texts) {
        column.expect(room, *is_text);
    }
    let mut raw = columns.read(|columns, defects| {
        csv.scan(opened.bytes()?, &mut columns.builders, limits, defects)
    })?;
    csv::check(&raw)?;
    raw.notes.extend(csv.note());
    Ok(raw)
}

#[cfg(test)]
mod tests;
