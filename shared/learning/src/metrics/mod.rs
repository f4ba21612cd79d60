//! Metrics of predictions, named and defined as in scikit-learn.

mod classification;
mod counts;
mod curves;
mod metric;
mod ranking;
mod regression;
mod resamples;
mod threshold;

use std::collections::BTreeMap;

use crate::learners::Predictions;
use crate::learners::predictions::Intervals;
use model_factory_tabular::dataset::Target;

pub use curves::{ClassScores, Reliability};
pub use metric::{Metric, UnknownMetric};
pub use resamples::{Interval, Resamples};

/// True values beside the predictions for the same rows, ready to be scored.
#[derive(Debug, Clone)]
pub struct Evaluation(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Classes(classification::Scored),
    Values(regression::Scored),
}

/// Truth and predictions are not of the same rows, task or classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the predictions are not of the target's rows, task and classes")]
pub struct Incomparable;

impl Evaluation {
    /// Pairs the true values with the predictions.
    ///
    /// # Errors
    /// When rows, task or classes differ.
    pub fn new(truth: &Target, predictions: &Predictions) -> Result<Self, Incomparable> {
        if truth.rows() != predictions.rows() {
            return Err(Incomparable);
        }
        match (truth, predictions) {
            (
                Target::Classes { classes, labels },
                Predictions::Classes { classes: predicted, probabilities, .. },
            ) if classes == predicted => Ok(Self(Kind::Classes(classification::Scored::new(
                labels.clone(),
                classes.len(),
                probabilities.clone(),
                predictions.class_indices(),
            )))),
            (Target::Values(truth), Predictions::Values(predicted)) => {
                Ok(Self(Kind::Values(regression::Scored::new(truth, predicted))))
            }
            _ => Err(Incomparable),
        }
    }

    /// The same with prediction intervals, which [`Metric::Coverage`] and
    /// [`Metric::Pinball`] score; they are ignored for classes.
    #[must_use]
    pub fn with_intervals(mut self, intervals: Option<Intervals>) -> Self {
        if let Kind::Values(scored) = &mut self.0 {
            scored.intervals = intervals;
        }
        self
    }

    /// The same of forecasts: of each row what counts as an error of 1, above 0, which
    /// [`Metric::Mase`] needs. They are ignored for classes.
    #[must_use]
    pub fn with_scales(mut self, scales: Vec<f64>) -> Self {
        if let Kind::Values(scored) = &mut self.0 {
            scored.scales = Some(scales);
        }
        self
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        match &self.0 {
            Kind::Classes(scored) => scored.rows(),
            Kind::Values(scored) => scored.rows.len(),
        }
    }

    /// The metrics of the task.
    #[must_use]
    pub fn metrics(&self) -> &'static [Metric] {
        match &self.0 {
            Kind::Classes(scored) => Metric::of_classes(scored.classes),
            Kind::Values(scored) if scored.scales.is_some() => Metric::of_forecasts(),
            Kind::Values(_) => Metric::of_numbers(),
        }
    }

    /// The value of a metric; `NaN` when the rows do not define it, or it is one of
    /// another task.
    #[must_use]
    pub fn score(&self, metric: Metric) -> f64 {
        self.weighted(metric, &vec![1.0; self.rows()])
    }

    /// The value of a metric with a weight for each row, as scikit-learn's
    /// `sample_weight`.
    #[must_use]
    pub fn weighted(&self, metric: Metric, weights: &[f64]) -> f64 {
        match &self.0 {
            Kind::Classes(scored) if metric.is_of_labels() => scored.counts(weights).score(metric),
            Kind::Classes(scored) => scored.score(metric, weights),
            Kind::Values(scored) => scored.score(metric, weights),
        }
    }

    /// The values of several metrics with a weight for each row.
    #[must_use]
    pub fn scores(&self, metrics: &[Metric], weights: &[f64]) -> Vec<f64> {
        let counts = match &self.0 {
            Kind::Classes(scored) => Some(scored.counts(weights)),
            Kind::Values(_) => None,
        };
        let score = |&metric: &Metric| match &counts {
            Some(counts) if metric.is_of_labels() => counts.score(metric),
            _ => self.weighted(metric, weights),
        };
        metrics.iter().map(score).collect()
    }

    /// Every metric of the task.
    #[must_use]
    pub fn all(&self) -> BTreeMap<Metric, f64> {
        let scores = self.scores(self.metrics(), &vec![1.0; self.rows()]);
        self.metrics().iter().copied().zip(scores).collect()
    }
}

#[cfg(test)]
mod tests;
