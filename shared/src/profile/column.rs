//! The summary of one column.

use serde::{Deserialize, Serialize};

use super::bins::{Bins, Layout};
use super::levels::Levels;
use super::moments::Moments;
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

/// Numbers: moments, and counts between the reference's quantiles.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    /// Count, mean, spread and range.
    pub moments: Moments,
    /// Where the numbers lie.
    pub bins: Bins,
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

impl Numbers {
    pub(super) fn of(values: &[f64]) -> Self {
        let mut finite: Vec<f64> = values.iter().copied().filter_map(finite).collect();
        let mut moments = Moments::default();
        for &value in &finite {
            moments.push(value);
        }
        finite.sort_unstable_by(f64::total_cmp);
        Self { moments, bins: Bins::of(&finite) }
    }

    /// The same bins with nothing counted.
    pub(super) fn emptied(&self) -> Self {
        Self { moments: Moments::default(), bins: self.bins.emptied() }
    }

    /// Counts more numbers, and returns how many of them are not finite.
    pub(super) fn add(&mut self, values: &[f64]) -> u64 {
        let before = self.moments.count;
        for value in values.iter().copied().filter_map(finite) {
            self.moments.push(value);
            self.bins.push(value);
        }
        values.len() as u64 - (self.moments.count - before)
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.moments.merge(&other.moments);
        self.bins.merge(&other.bins);
    }

    /// How many numbers lie at or below `x`. Numbers in a bin of several values
    /// are taken to be spread evenly over it.
    #[must_use]
    pub fn at_most(&self, x: f64) -> f64 {
        let Bins { edges, layout, counts, below, above } = &self.bins;
        let (Some(&first), Some(&last)) = (edges.first(), edges.last()) else {
            return 0.0;
        };
        let total = self.bins.total() as f64;
        if x < first {
            let min = self.moments.min.unwrap_or(first);
            return below.count as f64 * fraction(min, first, x);
        }
        if x >= last {
            let max = self.moments.max.unwrap_or(last);
            return total - above.count as f64 * (1.0 - fraction(last, max, x));
        }
        let bin = edges.partition_point(|&edge| edge <= x);
        let whole = below.count + counts.iter().take(bin).sum::<u64>();
        let inside =
            match (layout, bin.checked_sub(1).and_then(|bin| edges.get(bin)), edges.get(bin)) {
                (Layout::Values | Layout::Quantiles, Some(&start), Some(&end)) => {
                    fraction(start, end, x)
                }
                _ => 0.0,
            };
        whole as f64 + inside * counts.get(bin).map_or(0.0, |&count| count as f64)
    }
}

/// The values of a table's column, which is looked for first at its place.
pub(super) fn values_of<'t>(table: &'t Table, place: usize, name: &str) -> Option<&'t Values> {
    let there = table.columns().get(place).filter(|column| column.name == name);
    there.map(|column| &column.values).or_else(|| table.column(name))
}

/// The number when it is finite, with one zero only.
fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value + 0.0)
}

/// How far `x` is on the way from `start` to `end`.
fn fraction(start: f64, end: f64, x: f64) -> f64 {
    if x >= end { 1.0 } else { ((x - start) / (end - start)).clamp(0.0, 1.0) }
}
