//! What whole rows look like: which values come together, where a column alone shows
//! nothing.
//!
//! Kept are the correlations of the inputs, how well a row follows from its principal
//! components, and a small random sample of rows.

mod components;
mod encoder;
mod sample;

use serde::{Deserialize, Serialize};

use super::column::Column;
use super::moments::Moments;
use crate::dataset::{Kind, Table};
use components::components;
use encoder::{Encoder, Source};

pub use encoder::Scale;
pub use sample::Sample;

/// The most inputs that are looked at together; of more, the first.
const MOST_COLUMNS: usize = 100;

/// The most rows of the reference that correlations are computed from.
const MOST_ROWS: usize = 20_000;

/// The fewest rows that have correlations.
const LEAST_ROWS: usize = 50;

/// Into how many parts the reference is divided: components are fitted to all but one
/// and judged by that one, and the parts show how the error varies from time to time.
const PARTS: usize = 10;

/// The share of the variance that the components explain, as in NannyML.
const EXPLAINED: f64 = 0.65;

/// Whole rows of the reference, summarised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Joint {
    /// The inputs that are looked at together, and how they are standardised.
    pub columns: Vec<Scale>,
    /// The correlation of each pair of `columns`: of the first with all after it, of the
    /// second with all after it, and so on.
    pub correlations: Vec<f64>,
    /// The reconstruction errors of reference rows, by components that were fitted to
    /// other rows.
    pub errors: Moments,
    /// By how much more than rows alone explain the mean error varies among parts of the
    /// reference, as a variance.
    pub unrest: f64,
    /// Some rows.
    pub sample: Sample,
}

/// What was seen of whole rows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct JointCounts {
    /// Their reconstruction errors.
    pub errors: Moments,
    /// Some of them.
    pub sample: Sample,
}

impl JointCounts {
    pub(super) fn merge(&mut self, other: &Self) {
        self.errors.merge(&other.errors);
        self.sample.merge(&other.sample);
    }
}

impl Joint {
    /// The whole rows of a table whose columns are summarised. Times, free texts and
    /// constants are left out; `None` with fewer than two inputs or 50 rows.
    #[must_use]
    pub fn of(table: &Table, inputs: &[Column], time: Option<&str>) -> Option<Self> {
        let stays = |column: &Column| {
            !matches!(column.kind, Kind::Date | Kind::Text) && time != Some(column.name.as_str())
        };
        let sources = inputs
            .iter()
            .enumerate()
            .filter(|(_, column)| stays(column))
            .take(MOST_COLUMNS)
            .map(|(place, column)| Source::new(place, column, true));
        let step = table.rows().div_ceil(MOST_ROWS).max(1);
        let rows: Vec<usize> = (0..table.rows()).step_by(step).collect();
        let chosen = table.select(&rows);
        let scaled = sources.filter_map(|source| source.scale(&chosen).map(|it| (source, it)));
        let encoder = Encoder::new(scaled);
        let width = encoder.width();
        if width < 2 || rows.len() < LEAST_ROWS {
            return None;
        }
        let encoded = encoder.encode(&chosen);
        let parts: Vec<&[f64]> = encoded.chunks(rows.len().div_ceil(PARTS) * width).collect();
        let sums: Vec<Vec<f64>> = parts.iter().map(|part| products(part, width)).collect();
        let mut all = vec![0.0; width * width];
        for sum in &sums {
            add(&mut all, sum, 1.0);
        }
        let mut errors = Moments::default();
        let mut means = Moments::default();
        let mut expected = 0.0;
        for (part, sum) in parts.iter().zip(&sums) {
            let mut others = all.clone();
            add(&mut others, sum, -1.0);
            let components = components(others, width, EXPLAINED);
            let mut own = Moments::default();
            part.chunks(width).for_each(|row| own.push(error(row, &components)));
            means.push(own.mean);
            expected += own.std().powi(2) / own.count.max(1) as f64 / parts.len() as f64;
            errors.merge(&own);
        }
        let spread = means.squares / (means.count.max(2) - 1) as f64;
        let mut sample = Sample::default();
        sample.add(table.rows(), &encoder.values(table));
        Some(Self {
            correlations: upper(&all, width, rows.len()),
            columns: encoder.scales(),
            errors,
            unrest: (spread - expected).max(0.0),
            sample,
        })
    }

    fn components(&self) -> Vec<Vec<f64>> {
        let width = self.columns.len();
        let mut matrix = vec![0.0; width * width];
        let mut correlations = self.correlations.iter();
        for row in 0..width {
            for column in row..width {
                let value = match row == column {
                    true => 1.0,
                    false => correlations.next().copied().unwrap_or(0.0),
                };
                for place in [row * width + column, column * width + row] {
                    if let Some(cell) = matrix.get_mut(place) {
                        *cell = value;
                    }
                }
            }
        }
        components(matrix, width, EXPLAINED)
    }
}

/// Principal components of the reference, ready to reconstruct rows.
#[derive(Debug)]
pub struct Reconstruction<'a> {
    encoder: Encoder<'a>,
    components: Vec<Vec<f64>>,
}

impl<'a> Reconstruction<'a> {
    /// The components of a reference whose columns are summarised.
    #[must_use]
    pub fn new(joint: &'a Joint, inputs: &'a [Column]) -> Self {
        let place = |name: &str| inputs.iter().position(|column| column.name == name);
        let columns = joint.columns.iter().filter_map(|scale| {
            let place = place(&scale.name)?;
            Some((Source::new(place, inputs.get(place)?, false), scale.clone()))
        });
        Self { encoder: Encoder::new(columns), components: joint.components() }
    }

    /// Counts the rows of a table.
    pub fn count(&self, table: &Table, counts: &mut JointCounts) {
        let encoded = self.encoder.encode(table);
        for row in encoded.chunks(self.encoder.width().max(1)) {
            counts.errors.push(error(row, &self.components));
        }
        counts.sample.add(table.rows(), &self.encoder.values(table));
    }
}

/// The length of what is left of a standardised row when it is put together from its
/// components again.
fn error(row: &[f64], components: &[Vec<f64>]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    let explained: f64 = components.iter().map(|component| dot(component, row).powi(2)).sum();
    (dot(row, row) - explained).max(0.0).sqrt()
}

/// The sum of the products of each two columns over all rows, as a square matrix.
fn products(rows: &[f64], width: usize) -> Vec<f64> {
    let mut sums = vec![0.0; width * width];
    for row in rows.chunks(width) {
        for (factor, line) in row.iter().zip(sums.chunks_mut(width)) {
            for (sum, value) in line.iter_mut().zip(row) {
                *sum += factor * value;
            }
        }
    }
    sums
}

fn add(sums: &mut [f64], more: &[f64], factor: f64) {
    for (sum, value) in sums.iter_mut().zip(more) {
        *sum += factor * value;
    }
}

/// The means above the diagonal.
fn upper(sums: &[f64], width: usize, rows: usize) -> Vec<f64> {
    sums.chunks(width)
        .enumerate()
        .flat_map(|(row, line)| line.iter().skip(row + 1).map(|sum| sum / rows as f64))
        .collect()
}

#[cfg(test)]
mod tests;
