//! A table a block of rows at a time, as its file gives it: for tables that are passed on and
//! not learned from, of any size, in bounded memory.

mod block;
mod csv;
mod json_lines;
mod parquet;
mod windows;

use std::sync::Arc;

use super::Limits;
use super::csv::Csv;
use super::format::{Format, Opened};
use super::source::{ReadError, Source};
use crate::spec::TableFormat;

pub use block::{Block, Item, Row};

/// How many rows a block has at most …
const ROWS: usize = 8192;

/// … and how many bytes of texts, but for its last row.
const BYTES: usize = 8 << 20;

/// The rows of a table, block by block.
pub struct Blocks {
    format: TableFormat,
    delimiter: u8,
    names: Vec<String>,
    types: Option<Vec<ItemType>>,
    rows: u64,
    reader: Reader,
}

enum Reader {
    Csv(Box<csv::Reader>),
    JsonLines(Box<json_lines::Reader>),
    Parquet(Box<parquet::Reader>),
}

/// The type of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemType {
    /// `true` and `false`.
    Boolean,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Number,
    /// Instants.
    Instant,
    /// Texts.
    Text,
}

impl Blocks {
    /// Opens a table: CSV, JSON lines or Parquet, plain or packed, told as in
    /// [`read`](fn@super::read).
    ///
    /// # Errors
    /// [`ReadError::Rejected`] when it is no table: of an unknown format, without a header.
    /// [`ReadError::Source`] when its bytes cannot be had.
    pub fn open(name: &str, source: Arc<dyn Source>) -> Result<Self, ReadError> {
        let limits = Limits { bytes: u64::MAX, values: u64::MAX, ..Limits::default() };
        let opened = Opened::new(name, source, limits)?;
        let mut blocks = Self {
            format: TableFormat::Csv,
            delimiter: b',',
            names: Vec::new(),
            types: None,
            rows: 0,
            reader: Reader::JsonLines(Box::new(json_lines::Reader::new(opened.bytes()?, limits)?)),
        };
        match opened.format {
            Format::Csv { delimiter } => {
                let csv = Csv::open(opened.bytes()?, delimiter, limits)?;
                blocks.delimiter = csv.layout().delimiter;
                let reader = csv::Reader::new(opened.bytes()?, csv.layout(), limits)?;
                blocks.reader = Reader::Csv(Box::new(reader));
                blocks.names = csv.names;
            }
            Format::JsonLines => blocks.format = TableFormat::Jsonl,
            Format::Parquet => {
                blocks.format = TableFormat::Parquet;
                let reader = parquet::Reader::new(opened.anywhere()?)?;
                blocks.names = reader.names();
                blocks.types = Some(reader.types());
                blocks.reader = Reader::Parquet(Box::new(reader));
            }
        }
        Ok(blocks)
    }

    /// How the table is written.
    #[must_use]
    pub fn format(&self) -> TableFormat {
        self.format
    }

    /// What separates the fields of CSV; a comma for other formats.
    #[must_use]
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// The columns so far: those of JSON lines are known by the rows that have come.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The types of the columns, where the file tells them.
    #[must_use]
    pub fn types(&self) -> Option<&[ItemType]> {
        self.types.as_deref()
    }

    /// The next rows; `None` when there are no more. A row that is none has its
    /// [`Row::defect`].
    ///
    /// # Errors
    /// When the source fails, or what follows cannot be told in rows.
    pub fn next_block(&mut self) -> Result<Option<Block>, ReadError> {
        let mut block = Block::after(self.rows);
        match &mut self.reader {
            Reader::Csv(reader) => reader.fill(&mut block, &self.names)?,
            Reader::JsonLines(reader) => reader.fill(&mut block, &mut self.names)?,
            Reader::Parquet(reader) => reader.fill(&mut block)?,
        }
        self.rows += block.rows() as u64;
        Ok((block.rows() > 0).then_some(block))
    }
}

#[cfg(test)]
mod tests;
