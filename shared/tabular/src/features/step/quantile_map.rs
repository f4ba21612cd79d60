//! Numbers as their quantiles.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

use crate::order;

/// The most quantiles that are kept.
const QUANTILES: usize = 256;

/// The quantile nearest to 0 or 1 that a normal distribution is asked for, as in
/// scikit-learn.
const BOUND: f64 = 1e-7;

/// Quantiles at equal steps from 0 to 1, as scikit-learn's QuantileTransformer fits them
/// to all rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::features) struct QuantileMap {
    quantiles: Vec<f64>,
    normal: bool,
}

impl QuantileMap {
    pub(super) fn fit(sorted: &[f64], normal: bool) -> Self {
        let count = sorted.len().min(QUANTILES);
        let last = count.saturating_sub(1).max(1) as f64;
        let quantile = |at: usize| order::quantile(sorted, at as f64 / last);
        Self { quantiles: (0..count).map(quantile).collect(), normal }
    }

    /// The value's quantile (in the middle of those that equal it), or that of a standard
    /// normal distribution.
    pub(super) fn apply(&self, value: f64) -> f64 {
        if value.is_nan() {
            return value;
        }
        let share = self.share(value);
        if !self.normal {
            return share;
        }
        let bounded = share.clamp(BOUND, 1.0 - BOUND);
        Normal::standard().inverse_cdf(bounded)
    }

    fn share(&self, value: f64) -> f64 {
        let (Some(first), Some(last)) = (self.quantiles.first(), self.quantiles.last()) else {
            return 0.0;
        };
        if value <= *first {
            return 0.0;
        }
        if value >= *last {
            return 1.0;
        }
        let steps = (self.quantiles.len() - 1) as f64;
        // Between the last quantile below and the first above, or amid those equal to it.
        let below = self.quantiles.partition_point(|quantile| *quantile < value);
        let above = self.quantiles.partition_point(|quantile| *quantile <= value);
        if below < above {
            return (below + above - 1) as f64 / 2.0 / steps;
        }
        let at = |index: usize| self.quantiles.get(index).copied().unwrap_or(value);
        let (lower, upper) = (at(below - 1), at(below));
        ((below - 1) as f64 + (value - lower) / (upper - lower)) / steps
    }
}
