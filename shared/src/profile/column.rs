//! The summary of one column.

use serde::{Deserialize, Serialize};

use super::levels::Levels;
use super::numbers::Numbers;
use super::texts::Texts;
use crate::dataset::{Kind, Table, Values};

/// One column, summarised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// The column's name.
    pub name: String,
    /// The type of its values in the reference.
    pub kind: Kind,
    /// How many values are missing; numbers that are not finite are.
    pub missing: u64,
    /// How many values are of another type: texts where numbers are expected, or
    /// numbers where texts are.
    #[serde(default)]
    pub mistyped: u64,
    /// What the other values are.
    pub summary: Summary,
}

/// The values of a column that are not missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Summary {
    /// Numbers.
    Number(Numbers),
    /// Texts of a domain.
    Category(Levels),
    /// Free texts.
    Text(Texts),
}

impl Column {
    /// The reference summary of a column with `rows` values. Without values, or
    /// with values of another type than `kind`, all are missing.
    pub(super) fn of(name: &str, kind: Kind, values: Option<&Values>, rows: usize) -> Self {
        let (summary, missing) = match (kind.is_number(), values) {
            (true, Some(Values::Number(values))) => {
                let numbers = Numbers::of(values);
                let missing = values.len() as u64 - numbers.moments.count;
                (Summary::Number(numbers), missing)
            }
            (false, Some(Values::Category(categories))) if kind == Kind::Text => {
                let (texts, missing) = Texts::of(categories);
                (Summary::Text(texts), missing)
            }
            (false, Some(Values::Category(categories))) => {
                let (levels, missing) = Levels::of(categories);
                (Summary::Category(levels), missing)
            }
            (true, _) => (Summary::Number(Numbers::default()), rows as u64),
            (false, _) if kind == Kind::Text => (Summary::Text(Texts::default()), rows as u64),
            (false, _) => (Summary::Category(Levels::default()), rows as u64),
        };
        Self { name: name.to_owned(), kind, missing, mistyped: 0, summary }
    }

    /// The same bins or levels with nothing counted.
    pub(crate) fn emptied(&self) -> Self {
        let summary = match &self.summary {
            Summary::Number(numbers) => Summary::Number(numbers.emptied()),
            Summary::Category(levels) => Summary::Category(levels.emptied()),
            Summary::Text(texts) => Summary::Text(texts.emptied()),
        };
        Self { name: self.name.clone(), kind: self.kind, missing: 0, mistyped: 0, summary }
    }

    /// Counts `rows` more values; without any, all are missing.
    pub(crate) fn add(&mut self, values: Option<&Values>, rows: usize) {
        self.missing += match (&mut self.summary, values) {
            (Summary::Number(numbers), Some(Values::Number(values))) => numbers.add(values),
            (Summary::Category(levels), Some(Values::Category(categories))) => {
                levels.add(categories)
            }
            (Summary::Text(texts), Some(Values::Category(categories))) => texts.add(categories),
            (_, Some(values)) => {
                let present = values.present().len();
                self.mistyped += present as u64;
                (rows - present) as u64
            }
            (_, None) => rows as u64,
        };
    }

    /// Whether the other column counts in the same bins or levels.
    pub(super) fn is_compatible(&self, other: &Self) -> bool {
        self.name == other.name
            && match (&self.summary, &other.summary) {
                (Summary::Number(a), Summary::Number(b)) => a.bins.edges == b.bins.edges,
                (Summary::Category(a), Summary::Category(b)) => a.counts.keys().eq(b.counts.keys()),
                (Summary::Text(a), Summary::Text(b)) => a.is_compatible(b),
                _ => false,
            }
    }

    /// Adds the counts of a compatible column.
    pub(super) fn merge(&mut self, other: &Self) {
        self.missing += other.missing;
        self.mistyped += other.mistyped;
        match (&mut self.summary, &other.summary) {
            (Summary::Number(numbers), Summary::Number(more)) => numbers.merge(more),
            (Summary::Category(levels), Summary::Category(more)) => levels.merge(more),
            (Summary::Text(texts), Summary::Text(more)) => texts.merge(more),
            _ => {}
        }
    }

    /// How many values of the column's type are present.
    #[must_use]
    pub fn present(&self) -> u64 {
        match &self.summary {
            Summary::Number(numbers) => numbers.moments.count,
            Summary::Category(levels) => levels.total(),
            Summary::Text(texts) => texts.unknown.count,
        }
    }

    /// The number of values, missing or not.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.present() + self.missing + self.mistyped
    }

    /// The share of values that are missing; 0 when there are none at all.
    #[must_use]
    pub fn missing_rate(&self) -> f64 {
        self.missing as f64 / self.rows().max(1) as f64
    }
}

/// The values of a table's column, which is looked for first at its place.
pub(super) fn values_of<'t>(table: &'t Table, place: usize, name: &str) -> Option<&'t Values> {
    let there = table.columns().get(place).filter(|column| column.name == name);
    there.map(|column| &column.values).or_else(|| table.column(name))
}
