//! A typed, columnar table in memory.

use std::hash::BuildHasher;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::cell::Cell;
use crate::plural::counted;

/// The code of a missing value in [`Categories::codes`].
pub const MISSING: u32 = u32::MAX;

/// A table: named columns of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    columns: Vec<Column>,
    rows: usize,
}

/// One named column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The column's name, unique in its table.
    pub name: String,
    /// Its values, one a row.
    pub values: Values,
}

/// The values of one column.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Numbers; `NaN` is a missing value. Booleans are 0 and 1.
    Number(Vec<f64>),
    /// Texts of a (usually) small domain, dictionary-encoded.
    Category(Categories),
}

/// Dictionary-encoded texts: `levels[codes[row]]` is the value of a row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Categories {
    /// One code a row: an index into `levels`, or [`MISSING`].
    pub codes: Vec<u32>,
    /// The distinct values in order of first appearance.
    pub levels: Vec<String>,
}

/// A column's length differs from that of the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "column `{name}` has {} where the table has {}",
    counted(*.found, "value"),
    counted(*.expected, "row")
)]
pub struct LengthMismatch {
    /// The column that does not fit.
    pub name: String,
    /// The rows of the table.
    pub expected: usize,
    /// The values of the column.
    pub found: usize,
}

impl Table {
    /// A table of `columns`.
    ///
    /// # Errors
    /// When the columns differ in length.
    pub fn new(columns: Vec<Column>) -> Result<Self, LengthMismatch> {
        let rows = columns.first().map_or(0, |column| column.values.len());
        match columns.iter().find(|column| column.values.len() != rows) {
            None => Ok(Self { columns, rows }),
            Some(column) => Err(LengthMismatch {
                name: column.name.clone(),
                expected: rows,
                found: column.values.len(),
            }),
        }
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns in order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The columns in order, for good.
    #[must_use]
    pub fn into_columns(self) -> Vec<Column> {
        self.columns
    }

    /// The values of the column called `name`.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Values> {
        self.columns.iter().find(|column| column.name == name).map(|column| &column.values)
    }

    /// The table without the column `name`, and that column's values.
    #[must_use]
    pub fn without(mut self, name: &str) -> (Self, Option<Values>) {
        let position = self.columns.iter().position(|column| column.name == name);
        let values = position.map(|position| self.columns.remove(position).values);
        (self, values)
    }

    /// The given rows in the given order. A row that the table does not have is
    /// left out.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        let columns: Vec<Column> = self
            .columns
            .iter()
            .map(|column| Column { name: column.name.clone(), values: column.values.select(rows) })
            .collect();
        let rows = columns.first().map_or(0, |column| column.values.len());
        Self { columns, rows }
    }

    /// This table's rows followed by those of `other`, matched by column name.
    /// A column that `other` lacks, or holds in another type, is missing in its rows;
    /// but texts are read as numbers and booleans, as from a file, where this table
    /// has such: late labels name classes by text.
    #[must_use]
    pub fn append(mut self, other: &Self) -> Self {
        for column in &mut self.columns {
            column.values.append(other.column(&column.name), other.rows);
        }
        self.rows += other.rows;
        self
    }
}

impl Values {
    /// The number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Number(values) => values.len(),
            Self::Category(categories) => categories.codes.len(),
        }
    }

    /// Whether there is no value at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many values are missing.
    #[must_use]
    pub fn missing(&self) -> usize {
        match self {
            Self::Number(values) => values.iter().filter(|value| value.is_nan()).count(),
            Self::Category(categories) => {
                categories.codes.iter().filter(|&&code| code == MISSING).count()
            }
        }
    }

    /// The rows that have a value, in order.
    #[must_use]
    pub fn present(&self) -> Vec<usize> {
        fn rows(present: impl Iterator<Item = bool>) -> Vec<usize> {
            (0..).zip(present).filter(|(_, present)| *present).map(|(row, _)| row).collect()
        }
        match self {
            Self::Number(values) => rows(values.iter().map(|value| !value.is_nan())),
            Self::Category(texts) => rows(texts.codes.iter().map(|&code| code != MISSING)),
        }
    }

    fn select(&self, rows: &[usize]) -> Self {
        match self {
            Self::Number(values) => {
                Self::Number(rows.iter().filter_map(|&row| values.get(row).copied()).collect())
            }
            Self::Category(categories) => Self::Category(Categories {
                codes: rows.iter().filter_map(|&row| categories.codes.get(row).copied()).collect(),
                levels: categories.levels.clone(),
            }),
        }
    }

    /// Appends the values of `other`, or that many missing ones.
    pub(super) fn append(&mut self, other: Option<&Self>, rows: usize) {
        match (self, other) {
            (Self::Number(values), Some(Self::Number(more))) => values.extend(more),
            (Self::Number(values), Some(Self::Category(more))) => values.extend(more.numbers()),
            (Self::Number(values), _) => values.resize(values.len() + rows, f64::NAN),
            (Self::Category(categories), Some(Self::Category(more))) => categories.append(more),
            (Self::Category(categories), _) => {
                categories.codes.resize(categories.codes.len() + rows, MISSING);
            }
        }
    }
}

impl Categories {
    /// The texts, encoded; `None` is missing.
    pub fn encode<S: AsRef<str>>(texts: impl IntoIterator<Item = Option<S>>) -> Self {
        let mut encoder = CategoryEncoder::default();
        for text in texts {
            encoder.push(text.as_ref().map(AsRef::as_ref));
        }
        encoder.finish()
    }

    /// The text of a row; `None` when it is missing or out of range.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&str> {
        let code = *self.codes.get(row)?;
        self.levels.get(code as usize).map(String::as_str)
    }

    /// The texts of all rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        self.codes.iter().map(|&code| self.levels.get(code as usize).map(String::as_str))
    }

    /// The numbers that the texts of all rows stand for; `NaN` for other texts.
    fn numbers(&self) -> impl Iterator<Item = f64> {
        self.iter().map(|text| match text.map(Cell::parse) {
            Some(Cell::Boolean(value)) => f64::from(u8::from(value)),
            Some(Cell::Integer(value) | Cell::Number(value)) => value,
            _ => f64::NAN,
        })
    }

    fn append(&mut self, other: &Self) {
        let mut encoder = CategoryEncoder::from(std::mem::take(self));
        for text in other.iter() {
            encoder.push(text);
        }
        *self = encoder.finish();
    }
}

/// Builds [`Categories`] one value at a time.
#[derive(Debug, Default)]
pub struct CategoryEncoder {
    codes: Vec<u32>,
    levels: Vec<String>,
    /// The codes by the hashes of their levels.
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl CategoryEncoder {
    /// Makes room for that many more values.
    pub fn reserve(&mut self, values: usize) {
        self.codes.reserve_exact(values);
    }

    /// Appends a value; `None` is missing.
    pub fn push(&mut self, text: Option<&str>) {
        let code = text.map_or(MISSING, |text| self.code(text));
        self.codes.push(code);
    }

    fn code(&mut self, text: &str) -> u32 {
        let Self { levels, index, hasher, .. } = self;
        let level = |code: u32| levels.get(code as usize).map_or("", String::as_str);
        let is_same = |code: &u32| level(*code) == text;
        let hash = |code: &u32| hasher.hash_one(level(*code));
        match index.entry(hasher.hash_one(text), is_same, hash) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                let code = u32::try_from(levels.len()).unwrap_or(MISSING);
                entry.insert(code);
                levels.push(text.to_owned());
                code
            }
        }
    }

    /// The encoded values.
    #[must_use]
    pub fn finish(mut self) -> Categories {
        self.codes.shrink_to_fit();
        Categories { codes: self.codes, levels: self.levels }
    }
}

impl From<Categories> for CategoryEncoder {
    fn from(Categories { codes, levels }: Categories) -> Self {
        let mut encoder = Self { codes, ..Self::default() };
        for level in &levels {
            encoder.code(level);
        }
        encoder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table::new(vec![
            Column { name: "x".into(), values: Values::Number(vec![1.0, f64::NAN, 3.0]) },
            Column {
                name: "c".into(),
                values: Values::Category(Categories::encode([Some("a"), None, Some("b")])),
            },
        ])
        .unwrap()
    }

    #[test]
    fn columns_of_different_lengths_are_refused() {
        let error = Table::new(vec![
            Column { name: "x".into(), values: Values::Number(vec![1.0]) },
            Column { name: "y".into(), values: Values::Number(vec![1.0, 2.0]) },
        ])
        .unwrap_err();
        assert_eq!(error, LengthMismatch { name: "y".into(), expected: 1, found: 2 });
    }

    #[test]
    fn selection_keeps_order_and_missing_values() {
        let selected = table().select(&[2, 1]);
        assert_eq!(selected.rows(), 2);
        let Some(Values::Category(categories)) = selected.column("c") else {
            panic!("no column c")
        };
        assert_eq!(categories.iter().collect::<Vec<_>>(), [Some("b"), None]);
        assert_eq!(selected.column("x").unwrap().missing(), 1);
    }

    #[test]
    fn appended_rows_are_matched_by_name_and_share_levels() {
        let other = Table::new(vec![Column {
            name: "c".into(),
            values: Values::Category(Categories::encode([Some("b"), Some("z")])),
        }])
        .unwrap();
        let both = table().append(&other);
        assert_eq!(both.rows(), 5);
        assert_eq!(both.column("x").unwrap().missing(), 3);
        let Some(Values::Category(categories)) = both.column("c") else { panic!("no column c") };
        assert_eq!(categories.levels, ["a", "b", "z"]);
        assert_eq!(categories.get(3), Some("b"));
    }

    #[test]
    fn appended_texts_are_read_as_numbers_where_the_column_has_numbers() {
        let late = ["2.0", "true", "many"].map(Some);
        let other = Column { name: "x".into(), values: Values::Category(Categories::encode(late)) };
        let both = table().append(&Table::new(vec![other]).unwrap());
        let Some(Values::Number(numbers)) = both.column("x") else { panic!("no column x") };
        assert_eq!(numbers[3..5], [2.0, 1.0]);
        assert!(numbers[5].is_nan());
    }
}
