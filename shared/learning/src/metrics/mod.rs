//! Metrics of predictions, named and defined as in scikit-learn.

mod classification;
mod counts;
mod curves;
mod metric;
mod ranking;
mod regression;
mod resamples;
mod silhouettes;
mod threshold;
mod unsupervised;

use std::collections::BTreeMap;

use crate::learners::Predictions;
use crate::learners::predictions::Intervals;
use model_factory_tabular::dataset::Target;

pub use curves::{ClassScores, Reliability};
pub use metric::{Metric, UnknownMetric};
pub use resamples::{Interval, Resamples};
pub use silhouettes::silhouettes;

/// True values beside the predictions for the same rows, ready to be scored.
#[derive(Debug, Clone)]
pub struct Evaluation(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Classes(classification::Scored),
    Values(regression::Scored),
    Anomalies(unsupervised::Found),
    /// The silhouette of each row.
    Clusters(Vec<f64>),
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

    /// Clusters by the silhouettes of their rows.
    #[must_use]
    pub fn of_clusters(silhouettes: Vec<f64>) -> Self {
        Self(Kind::Clusters(silhouettes))
    }

    /// Anomalies as a detector found them, beside the truth where it is known: the second
    /// of two classes. `usual` is the share of the detector's training rows that it takes
    /// for anomalies.
    ///
    /// # Errors
    /// When the predictions are not of anomalies, or of other rows than the truth.
    pub fn of_anomalies(
        truth: &Target,
        predictions: &Predictions,
        usual: f64,
    ) -> Result<Self, Incomparable> {
        let Predictions::Anomalies { scores, outliers } = predictions else {
            return Err(Incomparable);
        };
        if truth.rows() != outliers.len() {
            return Err(Incomparable);
        }
        let scored = match truth {
            Target::Classes { classes, labels } if classes.len() == 2 => {
                // What ranks rows need not be a probability, but has to lie where one does.
                let share = |score: &f64| score / (1.0 + score);
                let shares = scores.iter().map(share).flat_map(|share| [1.0 - share, share]);
                let answers = outliers.iter().map(|outlier| usize::from(*outlier)).collect();
                let probabilities = shares.collect();
                Some(classification::Scored::new(labels.clone(), 2, probabilities, answers))
            }
            Target::Absent { .. } => None,
            Target::Classes { .. } | Target::Values(_) => return Err(Incomparable),
        };
        let outliers = outliers.clone();
        Ok(Self(Kind::Anomalies(unsupervised::Found { scored, outliers, usual })))
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
            Kind::Anomalies(found) => found.outliers.len(),
            Kind::Clusters(silhouettes) => silhouettes.len(),
        }
    }

    /// The metrics of the task.
    #[must_use]
    pub fn metrics(&self) -> &'static [Metric] {
        match &self.0 {
            Kind::Classes(scored) => Metric::of_classes(scored.classes),
            Kind::Values(scored) if scored.scales.is_some() => Metric::of_forecasts(),
            Kind::Values(_) => Metric::of_numbers(),
            Kind::Anomalies(found) => Metric::of_anomalies(found.scored.is_some()),
            Kind::Clusters(_) => Metric::of_clusters(),
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
            Kind::Anomalies(found) => match (&found.scored, metric) {
                (_, Metric::OutlierRateError) => found.rate_error(weights),
                (Some(scored), _) if metric.is_of_labels() => scored.counts(weights).score(metric),
                (Some(scored), _) => scored.score(metric, weights),
                (None, _) => f64::NAN,
            },
            Kind::Clusters(silhouettes) if metric == Metric::Silhouette => {
                unsupervised::weighted_mean(silhouettes.iter().copied(), weights)
            }
            Kind::Clusters(_) => f64::NAN,
        }
    }

    /// The values of several metrics with a weight for each row.
    #[must_use]
    pub fn scores(&self, metrics: &[Metric], weights: &[f64]) -> Vec<f64> {
        let counts = match &self.0 {
            Kind::Classes(scored) => Some(scored.counts(weights)),
            Kind::Values(_) | Kind::Anomalies(_) | Kind::Clusters(_) => None,
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
