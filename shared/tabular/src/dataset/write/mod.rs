//! Rows and what was found for them, written in any of the formats that tables are read in.

mod csv;
mod item;
mod json_lines;
mod parquet;

use super::read::{Block, ItemType, Row};
use super::table::Table;
use crate::spec::TableFormat;

pub use item::{instant, text};

/// A column that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputColumn {
    /// Its name.
    pub name: String,
    /// The type of its values. Those of another type are written as missing, but in a column
    /// of texts.
    pub kind: ItemType,
}

/// How rows are written: their own columns, then those that were found for them.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The format.
    pub format: TableFormat,
    /// What separates the fields of CSV.
    pub delimiter: u8,
    /// The rows' own columns, in the order of their items. JSON lines may have more of them.
    pub columns: Vec<OutputColumn>,
    /// The columns that are added.
    pub added: Vec<OutputColumn>,
}

/// Some rows, as they are written.
#[derive(Debug)]
pub struct Encoded(Content);

#[derive(Debug)]
enum Content {
    Bytes(Vec<u8>),
    Columns(parquet::Part),
}

impl Layout {
    /// Writes the given rows of a block, whose columns have these names, and beside each the
    /// row of `added` in the same place.
    ///
    /// # Errors
    /// When a value cannot be written, which does not happen in memory.
    pub fn encode(
        &self,
        block: &Block,
        names: &[String],
        rows: &[usize],
        added: &Table,
    ) -> std::io::Result<Encoded> {
        Ok(Encoded(match self.format {
            TableFormat::Csv => Content::Bytes(csv::encode(self, block, rows, added)?),
            TableFormat::Jsonl => {
                Content::Bytes(json_lines::encode(self, block, names, rows, added)?)
            }
            TableFormat::Parquet => Content::Columns(parquet::encode(self, block, rows, added)),
        }))
    }

    fn all(&self) -> impl Iterator<Item = &OutputColumn> {
        self.columns.iter().chain(&self.added)
    }
}

/// A table while it is written, part by part.
pub struct TableWriter {
    layout: Layout,
    begun: bool,
    parquet: Option<parquet::Writer>,
}

impl TableWriter {
    /// A table without rows so far.
    #[must_use]
    pub fn new(layout: Layout) -> Self {
        Self { layout, begun: false, parquet: None }
    }

    /// The bytes that follow for some more rows; maybe none yet.
    ///
    /// # Errors
    /// When a value cannot be written.
    pub fn push(&mut self, Encoded(content): Encoded) -> std::io::Result<Vec<u8>> {
        let mut bytes = self.begin()?;
        match (content, &mut self.parquet) {
            (Content::Columns(part), Some(writer)) => bytes.extend(writer.push(part)?),
            (Content::Bytes(rows), _) if bytes.is_empty() => bytes = rows,
            (Content::Bytes(rows), _) => bytes.extend(rows),
            (Content::Columns(_), None) => {}
        }
        Ok(bytes)
    }

    /// The bytes that end the table.
    ///
    /// # Errors
    /// When a value cannot be written.
    pub fn finish(mut self) -> std::io::Result<Vec<u8>> {
        let mut bytes = self.begin()?;
        if let Some(writer) = self.parquet {
            bytes.extend(writer.finish()?);
        }
        Ok(bytes)
    }

    fn begin(&mut self) -> std::io::Result<Vec<u8>> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(Vec::new());
        }
        match self.layout.format {
            TableFormat::Csv => csv::header(&self.layout),
            TableFormat::Jsonl => Ok(Vec::new()),
            TableFormat::Parquet => {
                self.parquet = Some(parquet::Writer::new(&self.layout)?);
                Ok(Vec::new())
            }
        }
    }
}

/// A row as JSON, for those who look for what is wrong with it: an object where its items
/// have names, else a list.
///
/// # Errors
/// When a value cannot be written, which does not happen in memory.
pub fn row_as_json(names: &[String], row: Row<'_>) -> std::io::Result<String> {
    json_lines::row(names, row)
}
