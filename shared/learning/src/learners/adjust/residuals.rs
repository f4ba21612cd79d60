//! Prediction intervals from what predictions for unseen rows were off by.

use serde::{Deserialize, Serialize};

use crate::learners::predictions::Intervals;

/// How many residuals are kept at most.
const KEPT: usize = 1_000;

/// From so many rows on, the spread may differ along the predicted value …
const MIN_ROWS_TO_SCALE: usize = 500;

/// … which is divided into so many groups of equal size.
const GROUPS: usize = 10;

/// No group's spread is taken for less than this share of the mean.
const LEAST_SCALE: f64 = 0.1;

/// Absolute residuals of out-of-fold predictions, divided by their local mean.
///
/// A new row's residual lies, when rows are exchangeable, with probability `c` at or
/// below the `⌈(n + 1) c⌉`-th smallest of the `n` known ones: cross-conformal
/// prediction (Vovk, *Cross-conformal predictors*, 2015; Barber et al., *Predictive
/// inference with the jackknife+*, 2021) around the model that learned from all rows,
/// normalised (Lei et al., *Distribution-free predictive inference for regression*,
/// 2018). As the known residuals are those of models with fewer rows, it covers rather
/// more than less.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Residuals {
    /// From how many rows they are.
    rows: usize,
    /// Normalised residuals at ranks of equal distance, the last one the largest.
    quantiles: Vec<f64>,
    /// Predicted values with the mean residual around them, rising; linear between
    /// them. Empty: the same everywhere.
    scale: Vec<(f64, f64)>,
}

impl Residuals {
    /// Residuals of predictions for rows that the model was not fitted to; `None` when
    /// there are none, or one is no number.
    #[must_use]
    pub fn fit(truth: &[f64], predicted: &[f64]) -> Option<Self> {
        let mut pairs: Vec<(f64, f64)> = predicted
            .iter()
            .zip(truth)
            .map(|(&predicted, truth)| (predicted, (truth - predicted).abs()))
            .collect();
        if pairs.is_empty() || pairs.iter().any(|(_, residual)| !residual.is_finite()) {
            return None;
        }
        pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let scale = scale(&pairs);
        let mut residuals: Vec<f64> =
            pairs.iter().map(|&(at, residual)| residual / interpolate(&scale, at)).collect();
        residuals.sort_unstable_by(f64::total_cmp);
        let rows = residuals.len();
        let kept = rows.min(KEPT);
        let quantiles = (1..=kept)
            .filter_map(|index| residuals.get((index * rows).div_ceil(kept) - 1).copied())
            .collect();
        Some(Self { rows, quantiles, scale })
    }

    /// The highest coverage that so many residuals can promise.
    #[must_use]
    pub fn max_coverage(&self) -> f64 {
        let rows = self.rows as f64;
        rows / (rows + 1.0)
    }

    /// Between which numbers the true values of these predictions lie; `None` when the
    /// coverage is above [`Self::max_coverage`], or not above 0.
    #[must_use]
    pub fn intervals(&self, predicted: &[f64], coverage: f64) -> Option<Intervals> {
        let rank = (coverage * (self.rows as f64 + 1.0) - 1e-9).ceil();
        if coverage.is_nan() || rank < 1.0 || rank > self.rows as f64 {
            return None;
        }
        // The first of those kept whose rank is not below.
        let index = (rank as usize * self.quantiles.len()).div_ceil(self.rows) - 1;
        let reach = *self.quantiles.get(index)?;
        let bounds = predicted
            .iter()
            .map(|&value| {
                let half = reach * interpolate(&self.scale, value);
                (value - half, value + half)
            })
            .collect();
        Some(Intervals { coverage, bounds })
    }
}

/// The mean residual of each group of rows, which are in the order of their predicted
/// values.
fn scale(pairs: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mean = |rows: &[(f64, f64)], of: fn(&(f64, f64)) -> f64| {
        rows.iter().map(of).sum::<f64>() / rows.len().max(1) as f64
    };
    let overall = mean(pairs, |pair| pair.1);
    if pairs.len() < MIN_ROWS_TO_SCALE || overall <= 0.0 {
        return Vec::new();
    }
    let mut knots: Vec<(f64, f64)> = pairs
        .chunks(pairs.len().div_ceil(GROUPS))
        .map(|rows| {
            (mean(rows, |pair| pair.0), mean(rows, |pair| pair.1).max(LEAST_SCALE * overall))
        })
        .collect();
    knots.dedup_by(|next, knot| next.0 <= knot.0);
    knots
}

/// Linear between the knots, constant beyond them; 1 without knots.
fn interpolate(knots: &[(f64, f64)], at: f64) -> f64 {
    let after = knots.partition_point(|(x, _)| *x < at);
    let below = after.checked_sub(1).and_then(|index| knots.get(index));
    match (below, knots.get(after)) {
        (Some(&(x0, y0)), Some(&(x1, y1))) => y0 + (y1 - y0) * (at - x0) / (x1 - x0),
        (Some(&(_, y)), None) | (None, Some(&(_, y))) => y,
        (None, None) => 1.0,
    }
}
