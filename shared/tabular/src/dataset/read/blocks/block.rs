//! Some rows as their file gives them.

use super::{BYTES, ROWS};
use crate::dataset::defect::Defect;

/// One value as its file gives it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Item<'a> {
    /// The row does not have the column, as may be in JSON lines.
    Absent,
    /// There is none.
    Missing,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number of Parquet.
    Integer(i64),
    /// A number of Parquet.
    Number(f64),
    /// An instant of Parquet, in microseconds since 1970.
    Instant(i64),
    /// A number in the digits in which JSON tells it.
    Digits(&'a str),
    /// A text that its format declares one.
    Text(&'a str),
    /// A field of CSV, which may stand for anything.
    Raw(&'a str),
    /// A list or an object of JSON, as it stands there.
    Nested(&'a str),
}

/// Some consecutive rows of a table.
#[derive(Debug, Default)]
pub struct Block {
    /// The number of rows before.
    before: u64,
    rows: Vec<RowEnd>,
    /// Row by row; what a row lacks at its end is absent.
    cells: Vec<Cell>,
    texts: String,
}

#[derive(Debug)]
struct RowEnd {
    line: Option<u64>,
    /// Where its cells end.
    end: usize,
    defect: Option<Box<Defect>>,
}

/// An [`Item`] whose text lies in the block.
#[derive(Debug, Clone, Copy)]
enum Cell {
    Absent,
    Missing,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Instant(i64),
    Text(Written, u32, u32),
}

#[derive(Debug, Clone, Copy)]
enum Written {
    Digits,
    Text,
    Raw,
    Nested,
}

impl Block {
    /// A block that begins after so many rows.
    pub(super) fn after(before: u64) -> Self {
        Self { before, ..Self::default() }
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// A row, counted from 0 in this block.
    #[must_use]
    pub fn row(&self, index: usize) -> Row<'_> {
        Row { block: self, index }
    }

    /// Whether no more rows shall come.
    pub(super) fn is_full(&self) -> bool {
        self.rows.len() >= ROWS || self.texts.len() >= BYTES
    }

    /// The number that the next row has, from 1.
    pub(super) fn next_row(&self) -> u64 {
        self.before + self.rows.len() as u64 + 1
    }

    /// The number of cells of the row that is being pushed.
    pub(super) fn width(&self) -> usize {
        self.cells.len() - self.rows.last().map_or(0, |row| row.end)
    }

    /// Appends a value to the row that is being pushed.
    pub(super) fn push(&mut self, item: Item<'_>) {
        let cell = self.cell(item);
        self.cells.push(cell);
    }

    /// Puts a value in its place in the row that is being pushed: whether that was free.
    pub(super) fn put(&mut self, column: usize, item: Item<'_>) -> bool {
        let cell = self.cell(item);
        let place = self.rows.last().map_or(0, |row| row.end) + column;
        if self.cells.len() <= place {
            self.cells.resize(place + 1, Cell::Absent);
        }
        let Some(held) = self.cells.get_mut(place) else { return false };
        matches!(std::mem::replace(held, cell), Cell::Absent)
    }

    /// Ends the row that is being pushed.
    pub(super) fn end_row(&mut self, line: Option<u64>, defect: Option<Defect>) {
        let defect = defect.map(Box::new);
        self.rows.push(RowEnd { line, end: self.cells.len(), defect });
    }

    fn cell(&mut self, item: Item<'_>) -> Cell {
        let (written, text) = match item {
            Item::Absent => return Cell::Absent,
            Item::Missing => return Cell::Missing,
            Item::Boolean(value) => return Cell::Boolean(value),
            Item::Integer(value) => return Cell::Integer(value),
            Item::Number(value) => return Cell::Number(value),
            Item::Instant(value) => return Cell::Instant(value),
            Item::Digits(text) => (Written::Digits, text),
            Item::Text(text) => (Written::Text, text),
            Item::Raw(text) => (Written::Raw, text),
            Item::Nested(text) => (Written::Nested, text),
        };
        // A block holds a few megabytes and a last row of a bounded length.
        let start = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push_str(text);
        Cell::Text(written, start, u32::try_from(text.len()).unwrap_or(u32::MAX))
    }
}

/// A row of a block.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    block: &'a Block,
    index: usize,
}

impl<'a> Row<'a> {
    /// Its number in the file, from 1.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.block.before + self.index as u64 + 1
    }

    /// The line that it stands on, from 1, where there are lines.
    #[must_use]
    pub fn line(&self) -> Option<u64> {
        self.block.rows.get(self.index)?.line
    }

    /// Why it is no row.
    #[must_use]
    pub fn defect(&self) -> Option<&'a Defect> {
        self.block.rows.get(self.index)?.defect.as_deref()
    }

    /// Its values, in the order of the columns.
    pub fn items(&self) -> impl Iterator<Item = Item<'a>> + use<'a> {
        let block = self.block;
        let end = |index: usize| block.rows.get(index).map_or(0, |row| row.end);
        let start = self.index.checked_sub(1).map_or(0, end);
        let cells = block.cells.get(start..end(self.index)).unwrap_or_default();
        cells.iter().map(|&cell| block.item(cell))
    }

    /// The value of a column.
    #[must_use]
    pub fn item(&self, column: usize) -> Item<'a> {
        self.items().nth(column).unwrap_or(Item::Absent)
    }
}

impl Block {
    fn item(&self, cell: Cell) -> Item<'_> {
        match cell {
            Cell::Absent => Item::Absent,
            Cell::Missing => Item::Missing,
            Cell::Boolean(value) => Item::Boolean(value),
            Cell::Integer(value) => Item::Integer(value),
            Cell::Number(value) => Item::Number(value),
            Cell::Instant(value) => Item::Instant(value),
            Cell::Text(written, start, length) => {
                let start = start as usize;
                let text = self.texts.get(start..start + length as usize).unwrap_or_default();
                match written {
                    Written::Digits => Item::Digits(text),
                    Written::Text => Item::Text(text),
                    Written::Raw => Item::Raw(text),
                    Written::Nested => Item::Nested(text),
                }
            }
        }
    }
}
