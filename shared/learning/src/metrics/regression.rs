//! Metrics of predicted numbers.

use super::Metric;
use crate::learners::predictions::Intervals;

/// True values with their errors.
#[derive(Debug, Clone)]
pub(super) struct Scored {
    /// Truth and predicted minus truth.
    pub(super) rows: Vec<(f64, f64)>,
    pub(super) intervals: Option<Intervals>,
    /// Of each row what counts as an error of 1, for forecasts.
    pub(super) scales: Option<Vec<f64>>,
}

impl Scored {
    pub(super) fn new(truth: &[f64], predicted: &[f64]) -> Self {
        let pairs = truth.iter().zip(predicted);
        Self {
            rows: pairs.map(|(&truth, &value)| (truth, value - truth)).collect(),
            intervals: None,
            scales: None,
        }
    }

    pub(super) fn score(&self, metric: Metric, weights: &[f64]) -> f64 {
        match metric {
            Metric::Rmse => self.mean(weights, |_, error| error * error).sqrt(),
            Metric::Mae => self.mean(weights, |_, error| error.abs()),
            Metric::Mape => {
                self.mean(weights, |truth, error| error.abs() / truth.abs().max(f64::EPSILON))
            }
            Metric::Smape => self.mean(weights, |truth, error| {
                let size = truth.abs() + (truth + error).abs();
                if size > 0.0 { 2.0 * error.abs() / size } else { 0.0 }
            }),
            Metric::Mase => match &self.scales {
                Some(scales) => {
                    let errors = self.rows.iter().zip(scales);
                    weighted_mean(errors.map(|((_, error), scale)| error.abs() / scale), weights)
                }
                None => f64::NAN,
            },
            Metric::R2 => self.r2(weights),
            Metric::Pinball => self.pinball(weights),
            Metric::Coverage => self.mean_of_bounds(weights, |truth, (lower, upper)| {
                if (lower..=upper).contains(&truth) { 1.0 } else { 0.0 }
            }),
            _ => f64::NAN,
        }
    }

    /// The weighted mean of `value(truth, error)`.
    fn mean(&self, weights: &[f64], value: impl Fn(f64, f64) -> f64) -> f64 {
        weighted_mean(self.rows.iter().map(|&(truth, error)| value(truth, error)), weights)
    }

    /// The weighted mean of `value(truth, bounds)`; `NaN` without intervals.
    fn mean_of_bounds(&self, weights: &[f64], value: impl Fn(f64, (f64, f64)) -> f64) -> f64 {
        let Some(intervals) = &self.intervals else { return f64::NAN };
        let pairs = self.rows.iter().zip(&intervals.bounds);
        weighted_mean(pairs.map(|(&(truth, _), &bounds)| value(truth, bounds)), weights)
    }

    /// `NaN` when all true values are the same.
    fn r2(&self, weights: &[f64]) -> f64 {
        let mean = self.mean(weights, |truth, _| truth);
        let variance = self.mean(weights, |truth, _| (truth - mean).powi(2));
        if variance > 0.0 {
            1.0 - self.mean(weights, |_, error| error * error) / variance
        } else {
            f64::NAN
        }
    }

    /// The bounds as forecasts of the quantiles that leave out half of what is not
    /// covered on each side; the mean of both losses.
    fn pinball(&self, weights: &[f64]) -> f64 {
        let coverage = self.intervals.as_ref().map_or(f64::NAN, |intervals| intervals.coverage);
        let (low, high) = ((1.0 - coverage) / 2.0, f64::midpoint(1.0, coverage));
        self.mean_of_bounds(weights, |truth, (lower, upper)| {
            f64::midpoint(pinball(truth, lower, low), pinball(truth, upper, high))
        })
    }
}

/// The loss of a forecast of a quantile (Koenker & Bassett, 1978).
fn pinball(truth: f64, forecast: f64, quantile: f64) -> f64 {
    let error = truth - forecast;
    if error >= 0.0 { quantile * error } else { (quantile - 1.0) * error }
}

/// A row of weight 0 does not count, whatever its value.
fn weighted_mean(values: impl Iterator<Item = f64>, weights: &[f64]) -> f64 {
    let (sum, total) = values.zip(weights).fold((0.0, 0.0), |(sum, total), (value, &weight)| {
        if weight == 0.0 { (sum, total) } else { (sum + weight * value, total + weight) }
    });
    sum / total
}
