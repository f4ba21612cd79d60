//! Dense kernels whose additions have a fixed order: the same bits on any number of
//! threads.

use rayon::prelude::*;

use super::{Deadline, FitError};

/// The most partial sums of a reduction over rows.
const PARTS: usize = 16;

/// The fewest rows that are worth a task of their own.
const MIN_PART: usize = 2_048;

/// The most numbers that all partial sums of a matrix may hold (64 MiB).
const MAX_PARTIAL: usize = 8 << 20;

/// Rows that are packed at once, so that the panels stay in the cache.
const PACK: usize = 128;

/// Panels that are multiplied with those before them between two looks at the clock.
const PANELS_A_LOOK: usize = 16;

/// Rows of a triangle between two looks at the clock.
const ROWS_A_LOOK: usize = 64;

/// Numbers or rows that are worked on together.
pub(super) const LANES: usize = 4;

/// Rows of numbers, row-major, with as many numbers a row as `columns`.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    values: &'a [f64],
    columns: usize,
}

impl<'a> Rows<'a> {
    /// The rows of `values`; `columns` is at least 1.
    #[must_use]
    pub fn new(values: &'a [f64], columns: usize) -> Self {
        Self { values, columns: columns.max(1) }
    }

    pub(super) fn columns(self) -> usize {
        self.columns
    }

    /// All values, row by row.
    pub(super) fn values(self) -> &'a [f64] {
        self.values
    }

    pub(super) fn len(self) -> usize {
        self.values.len() / self.columns
    }

    pub(super) fn iter(self) -> std::slice::ChunksExact<'a, f64> {
        self.values.chunks_exact(self.columns)
    }

    /// The rows four by four, the last ones maybe fewer.
    pub(super) fn fours(self) -> impl Iterator<Item = Self> {
        self.values.chunks(LANES * self.columns).map(move |values| Self { values, ..self })
    }

    /// `target += Σ factor · row` over at most four rows.
    pub(super) fn add_to(self, target: &mut [f64], factors: [f64; LANES]) {
        let mut rows = self.iter();
        if let (Some(a), Some(b), Some(c), Some(d)) =
            (rows.next(), rows.next(), rows.next(), rows.next())
        {
            let [p, q, r, s] = factors;
            for ((((target, a), b), c), d) in target.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                *target += (p * a + q * b) + (r * c + s * d);
            }
            return;
        }
        for (row, factor) in self.iter().zip(factors) {
            add(target, factor, row);
        }
    }

    /// The rows in at most `most` parts of equal size, each with its first row's place.
    pub(super) fn parts(self, most: usize) -> Vec<(usize, Self)> {
        let size = self.len().div_ceil(most.max(1)).max(MIN_PART);
        let parts = self.values.chunks(size * self.columns).enumerate();
        parts.map(|(part, values)| (part * size, Self { values, ..self })).collect()
    }

    /// The sum over all parts of what `partial` gives for one, in order.
    pub(super) fn sum(
        self,
        size: usize,
        partial: impl Fn(usize, Self, &mut [f64]) + Sync,
    ) -> Vec<f64> {
        let most = (MAX_PARTIAL / size.max(1)).clamp(1, PARTS);
        let partials: Vec<Vec<f64>> = self
            .parts(most)
            .into_par_iter()
            .map(|(start, rows)| {
                let mut sums = vec![0.0; size];
                partial(start, rows, &mut sums);
                sums
            })
            .collect();
        let mut total = vec![0.0; size];
        for sums in partials {
            add(&mut total, 1.0, &sums);
        }
        total
    }

    /// The weighted mean of each column.
    pub(super) fn means(self, weights: Option<&[f64]>) -> Vec<f64> {
        let total = weights.map_or(self.len() as f64, |weights| weights.iter().sum());
        let mut means = self.sum(self.columns, |start, rows, sums| {
            for (row, weight) in rows.iter().zip(weights_from(weights, start)) {
                add(sums, weight, row);
            }
        });
        means.iter_mut().for_each(|mean| *mean /= total);
        means
    }
}

/// The weights from a row on; ones when there are none.
pub(super) fn weights_from(
    weights: Option<&[f64]>,
    start: usize,
) -> impl Iterator<Item = f64> + use<'_> {
    let ones = if weights.is_none() { usize::MAX } else { 0 };
    let given = weights.unwrap_or_default().iter().skip(start).copied();
    given.chain(std::iter::repeat_n(1.0, ones))
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

/// `target += factor · values`.
pub(super) fn add(target: &mut [f64], factor: f64, values: &[f64]) {
    for (target, value) in target.iter_mut().zip(values) {
        *target += factor * value;
    }
}

/// A symmetric matrix; its lower triangle is kept, in full rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Symmetric {
    size: usize,
    values: Vec<f64>,
}

impl Symmetric {
    pub(super) fn zeros(size: usize) -> Self {
        Self { size, values: vec![0.0; size * size] }
    }

    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// `Σ weight · z zᵀ` over all rows, where `z` is the row less `centre`, with
    /// `extra(row)` after it.
    ///
    /// # Errors
    /// [`FitError::Deadline`] when the deadline passes.
    pub fn gram(
        rows: Rows<'_>,
        centre: Option<&[f64]>,
        extra: impl Fn(usize) -> f64 + Sync,
        weight: impl Fn(usize) -> f64 + Sync,
        deadline: Deadline,
    ) -> Result<Self, FitError> {
        let size = rows.columns() + 1;
        let values = rows.sum(size * size, |start, rows, sums| {
            let mut panels = Panels::new(size);
            let places = start..start + rows.len();
            for (row, place) in rows.iter().zip(places) {
                panels.push(row, centre, extra(place), weight(place));
                if panels.is_full() {
                    panels.flush(sums, deadline);
                }
            }
            panels.flush(sums, deadline);
        });
        deadline.check()?;
        Ok(Self { size, values })
    }

    /// The number in a row and a column; 0 where there is none.
    #[must_use]
    pub fn get(&self, row: usize, column: usize) -> f64 {
        let (row, column) = (row.max(column), row.min(column));
        self.values.get(row * self.size + column).copied().unwrap_or_default()
    }

    /// The number in a row and a column.
    pub fn get_mut(&mut self, row: usize, column: usize) -> Option<&mut f64> {
        let (row, column) = (row.max(column), row.min(column));
        self.values.get_mut(row * self.size + column)
    }

    /// One row of the lower triangle, up to the diagonal.
    #[must_use]
    pub fn lower_row(&self, row: usize) -> &[f64] {
        let start = row * self.size;
        self.values.get(start..=start + row).unwrap_or_default()
    }

    /// The same matrix with both triangles, in full rows.
    pub(super) fn full(&self) -> Vec<f64> {
        let places = (0..self.size).flat_map(|row| (0..self.size).map(move |column| (row, column)));
        places.map(|(row, column)| self.get(row, column)).collect()
    }

    /// The matrix without its last row and column.
    #[must_use]
    pub fn leading(&self) -> Self {
        let size = self.size.saturating_sub(1);
        let rows = self.values.chunks_exact(self.size.max(1)).take(size);
        Self { size, values: rows.flat_map(|row| row.iter().take(size)).copied().collect() }
    }

    /// Adds `value` to each number of the diagonal.
    pub(super) fn add_diagonal(&mut self, value: f64) {
        self.values.iter_mut().step_by(self.size + 1).for_each(|number| *number += value);
    }

    /// The factor of a positive definite matrix; of a singular one, that of the
    /// nearest which differs by a small multiple of the identity, so that a solution
    /// is close to the shortest one. `None` when it holds no finite numbers.
    ///
    /// # Errors
    /// [`FitError::Deadline`] when the deadline passes.
    pub fn factor(&self, deadline: Deadline) -> Result<Option<Factor>, FitError> {
        let trace: f64 = self.values.iter().step_by(self.size + 1).sum();
        let scale = trace / self.size.max(1) as f64;
        let shifts = [0.0, 1e-12, 1e-10, 1e-8, 1e-6, 1e-4];
        let factor = shifts.into_iter().find_map(|shift| {
            let mut shifted = self.clone();
            shifted.add_diagonal(shift * scale + if scale > 0.0 { 0.0 } else { shift });
            shifted.cholesky(deadline)
        });
        deadline.check()?;
        Ok(factor)
    }

    /// `None` when it is not positive definite, or the deadline passes.
    fn cholesky(mut self, deadline: Deadline) -> Option<Factor> {
        for i in 0..self.size {
            if i % ROWS_A_LOOK == 0 && deadline.has_passed() {
                return None;
            }
            let (before, rest) = self.values.split_at_mut(i * self.size);
            let row = rest.split_at_mut_checked(i + 1)?.0;
            let diagonal = *row.last()?;
            for (j, other) in before.chunks_exact(self.size).enumerate() {
                let (head, tail) = row.split_at_mut(j);
                let (cell, pivot) = (tail.first_mut()?, other.get(j)?);
                *cell = (*cell - dot(head, other.split_at_checked(j)?.0)) / pivot;
            }
            let (cell, head) = row.split_last_mut()?;
            let pivot = diagonal - dot(head, head);
            // Less than the rounding of the sums: the column depends on those before.
            if !(pivot > 1e-13 * diagonal && pivot.is_finite()) {
                return None;
            }
            *cell = pivot.sqrt();
        }
        Some(Factor(self))
    }
}

/// The Cholesky factor of a symmetric matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor(Symmetric);

impl Factor {
    /// Replaces the right-hand side of the equations by their solution.
    pub fn solve(&self, values: &mut [f64]) {
        for row in 0..self.0.size {
            let Some((pivot, lower)) = self.0.lower_row(row).split_last() else { continue };
            let (head, tail) = values.split_at_mut(row);
            if let Some(value) = tail.first_mut() {
                *value = (*value - dot(head, lower)) / pivot;
            }
        }
        for row in (0..self.0.size).rev() {
            let Some((pivot, lower)) = self.0.lower_row(row).split_last() else { continue };
            let (head, tail) = values.split_at_mut(row);
            if let Some(value) = tail.first_mut() {
                *value /= pivot;
                add(head, -*value, lower);
            }
        }
    }
}

/// Rows, packed so that the product of two panels needs registers only.
struct Panels {
    size: usize,
    rows: usize,
    /// By panel, then by row.
    values: Vec<[f64; LANES]>,
    weights: Vec<f64>,
}

impl Panels {
    fn new(size: usize) -> Self {
        let values = vec![[0.0; LANES]; size.div_ceil(LANES) * PACK];
        Self { size, rows: 0, values, weights: vec![0.0; PACK] }
    }

    fn is_full(&self) -> bool {
        self.rows == PACK
    }

    fn push(&mut self, row: &[f64], centre: Option<&[f64]>, extra: f64, weight: f64) {
        let mut panels = self.values.iter_mut().skip(self.rows).step_by(PACK);
        let (mut panel, mut lane) = (panels.next(), 0);
        let mut put = |value| {
            if lane == LANES {
                (panel, lane) = (panels.next(), 0);
            }
            if let Some(cell) = panel.as_mut().and_then(|panel| panel.get_mut(lane)) {
                *cell = value;
            }
            lane += 1;
        };
        match centre {
            Some(centre) => row.iter().zip(centre).for_each(|(value, mean)| put(value - mean)),
            None => row.iter().for_each(|&value| put(value)),
        }
        put(extra);
        if let Some(cell) = self.weights.get_mut(self.rows) {
            *cell = weight;
        }
        self.rows += 1;
    }

    /// Adds the products of all pairs of panels until the deadline, and forgets the rows.
    fn flush(&mut self, sums: &mut [f64], deadline: Deadline) {
        let panels: Vec<&[[f64; LANES]]> =
            self.values.chunks_exact(PACK).map(|panel| panel.split_at(self.rows).0).collect();
        for (i, &left) in panels.iter().enumerate() {
            if i % PANELS_A_LOOK == 0 && deadline.has_passed() {
                break;
            }
            let weighted: Vec<[f64; LANES]> = left
                .iter()
                .zip(&self.weights)
                .map(|(values, weight)| values.map(|value| value * weight))
                .collect();
            for (j, &right) in panels.iter().enumerate().take(i + 1) {
                let tile = product(&weighted, right);
                for (row, products) in tile.iter().enumerate() {
                    let start = (i * LANES + row) * self.size + j * LANES;
                    let width = LANES.min(self.size - j * LANES);
                    let cells = sums.get_mut(start..start + width).unwrap_or_default();
                    add(cells, 1.0, products);
                }
            }
        }
        self.rows = 0;
    }
}

/// `aᵀ b`.
#[inline]
fn product(a: &[[f64; LANES]], b: &[[f64; LANES]]) -> [[f64; LANES]; LANES] {
    let mut tile = [[0.0; LANES]; LANES];
    for (a, b) in a.iter().zip(b) {
        for (sums, a) in tile.iter_mut().zip(a) {
            for (sum, b) in sums.iter_mut().zip(b) {
                *sum += a * b;
            }
        }
    }
    tile
}

#[cfg(test)]
#[path = "algebra_tests.rs"]
mod tests;
