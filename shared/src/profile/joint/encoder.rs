//! Rows as standardised numbers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dataset::{Table, Values};
use crate::profile::column::{Column, Summary, values_of};
use crate::profile::levels::Levels;
use crate::profile::moments::Moments;

/// A value further from the mean counts as so many standard deviations.
const FARTHEST: f64 = 1_000.0;

/// How a column is standardised. A category stands for its frequency in the reference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// The column.
    pub name: String,
    /// The mean in the reference.
    pub mean: f64,
    /// The population standard deviation in the reference.
    pub std: f64,
}

/// What makes numbers of a table's columns.
#[derive(Debug)]
pub(super) struct Encoder<'a>(Vec<(Source<'a>, Scale)>);

/// A column of the reference, ready to be read.
#[derive(Debug)]
pub(super) struct Source<'a> {
    /// Its place among the inputs.
    place: usize,
    name: &'a str,
    /// The frequency of each known category; `None` for numbers.
    shares: Option<BTreeMap<&'a str, f64>>,
    /// The frequency of an unknown one.
    unknown: f64,
}

impl<'a> Source<'a> {
    /// A column of the inputs. In the rows of the reference (`own`), each category has
    /// been seen once less than the summary says: by its own row.
    pub(super) fn new(place: usize, column: &'a Column, own: bool) -> Self {
        let less = u64::from(own);
        let (shares, unknown) = match &column.summary {
            Summary::Category(levels) => (Some(shares(levels, less)), unknown_share(levels, less)),
            Summary::Number(_) | Summary::Text(_) => (None, f64::NAN),
        };
        Self { place, name: &column.name, shares, unknown }
    }

    fn values<'t>(&self, table: &'t Table) -> Option<&'t Values> {
        values_of(table, self.place, self.name)
    }

    /// Calls `visit` with each row that has a number, and the number.
    fn visit(&self, values: Option<&Values>, mut visit: impl FnMut(usize, f64)) {
        match (&self.shares, values) {
            (None, Some(Values::Number(values))) => {
                let finite = values.iter().enumerate().filter(|(_, value)| value.is_finite());
                finite.for_each(|(row, value)| visit(row, *value));
            }
            (Some(shares), Some(Values::Category(categories))) => {
                let share = |level: &String| shares.get(level.as_str()).copied();
                let of_level: Vec<f64> =
                    categories.levels.iter().map(|it| share(it).unwrap_or(self.unknown)).collect();
                for (row, &code) in categories.codes.iter().enumerate() {
                    if let Some(&share) = of_level.get(code as usize) {
                        visit(row, share);
                    }
                }
            }
            _ => {}
        }
    }

    /// The scale of the column in the reference; `None` when it is constant, or its
    /// values have no finite spread.
    pub(super) fn scale(&self, table: &Table) -> Option<Scale> {
        let mut moments = Moments::default();
        self.visit(self.values(table), |_, value| moments.push(value));
        let (mean, std) = (moments.mean, moments.std());
        let spread = std > 0.0 && std.is_finite() && mean.is_finite();
        spread.then(|| Scale { name: self.name.to_owned(), mean, std })
    }
}

impl<'a> Encoder<'a> {
    pub(super) fn new(columns: impl IntoIterator<Item = (Source<'a>, Scale)>) -> Self {
        Self(columns.into_iter().collect())
    }

    pub(super) fn width(&self) -> usize {
        self.0.len()
    }

    pub(super) fn scales(self) -> Vec<Scale> {
        self.0.into_iter().map(|(_, scale)| scale).collect()
    }

    /// The columns' values, where the table has them.
    pub(super) fn values<'t>(&self, table: &'t Table) -> Vec<Option<&'t Values>> {
        self.0.iter().map(|(source, _)| source.values(table)).collect()
    }

    /// The rows of a table as standardised numbers, row-major. What is missing, or of
    /// another type, is the mean.
    pub(super) fn encode(&self, table: &Table) -> Vec<f64> {
        let width = self.width();
        let mut encoded = vec![0.0; table.rows() * width];
        for (place, (source, scale)) in self.0.iter().enumerate() {
            source.visit(source.values(table), |row, value| {
                let standardised = (value - scale.mean) / scale.std;
                if let Some(cell) = encoded.get_mut(row * width + place) {
                    *cell = standardised.clamp(-FARTHEST, FARTHEST);
                }
            });
        }
        encoded
    }
}

/// The share of the reference's other rows that have each level.
fn shares(levels: &Levels, less: u64) -> BTreeMap<&str, f64> {
    let others = levels.total().saturating_sub(less).max(1) as f64;
    let counts = levels.counts.iter();
    counts
        .map(|(level, &count)| (level.as_str(), count.saturating_sub(less) as f64 / others))
        .collect()
}

/// The share that a level has which is not listed: none, unless there are more levels
/// than are listed. Those are rarer than the rarest of the listed ones.
fn unknown_share(levels: &Levels, less: u64) -> f64 {
    let rarest = levels.counts.values().copied().min().unwrap_or(0).saturating_sub(less);
    let others = levels.total().saturating_sub(less).max(1) as f64;
    if levels.other > 0 { rarest.min(1) as f64 / others } else { 0.0 }
}
