//! Metrics of predictions, named and defined as in scikit-learn.

mod classification;
mod regression;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::dataset::{Target, Task};
use crate::learners::Predictions;

/// A metric of a model's predictions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Share of right labels.
    Accuracy,
    /// Mean recall over the classes.
    BalancedAccuracy,
    /// Unweighted mean of the classes' F1.
    F1Macro,
    /// Area under the ROC curve; one class against the rest, averaged, when there
    /// are more than two.
    RocAuc,
    /// Mean negative logarithm of the true class's probability.
    LogLoss,
    /// Root of the mean squared error.
    Rmse,
    /// Mean absolute error.
    Mae,
    /// Coefficient of determination.
    R2,
}

/// The metrics of a classification.
const CLASSIFICATION: [Metric; 5] =
    [Metric::RocAuc, Metric::LogLoss, Metric::Accuracy, Metric::BalancedAccuracy, Metric::F1Macro];

/// The metrics of a regression.
const REGRESSION: [Metric; 3] = [Metric::Rmse, Metric::Mae, Metric::R2];

/// A metric's name is unknown, or the metric is one of another task.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a metric of a {task}; choose one of {}", known.join(", "))]
pub struct UnknownMetric {
    /// The name as given.
    pub name: String,
    /// The task.
    pub task: &'static str,
    /// The metrics of the task.
    pub known: Vec<&'static str>,
}

impl Metric {
    /// The metrics of a task.
    #[must_use]
    pub fn of_task(task: &Task) -> &'static [Self] {
        match task {
            Task::Classification { .. } => &CLASSIFICATION,
            Task::Regression => &REGRESSION,
        }
    }

    /// The metric called `name`, or the task's default when there is no name: never
    /// accuracy, which an imbalanced target makes worthless.
    ///
    /// # Errors
    /// When the task has no such metric.
    pub fn choose(name: Option<&str>, task: &Task) -> Result<Self, UnknownMetric> {
        match (name, task) {
            (None, Task::Regression) => Ok(Self::Rmse),
            (None, Task::Classification { classes }) if classes.len() == 2 => Ok(Self::RocAuc),
            (None, Task::Classification { .. }) => Ok(Self::LogLoss),
            (Some(name), task) => {
                Self::of_task(task).iter().find(|metric| metric.name() == name).copied().ok_or_else(
                    || UnknownMetric {
                        name: name.to_owned(),
                        task: task.name(),
                        known: Self::of_task(task).iter().map(|metric| metric.name()).collect(),
                    },
                )
            }
        }
    }

    /// The metric's name as scikit-learn spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::BalancedAccuracy => "balanced_accuracy",
            Self::F1Macro => "f1_macro",
            Self::RocAuc => "roc_auc",
            Self::LogLoss => "log_loss",
            Self::Rmse => "rmse",
            Self::Mae => "mae",
            Self::R2 => "r2",
        }
    }

    /// Whether a higher value is a better one.
    #[must_use]
    pub fn higher_is_better(self) -> bool {
        !matches!(self, Self::LogLoss | Self::Rmse | Self::Mae)
    }

    /// By how much `value` is better than `than`; negative when it is worse.
    #[must_use]
    pub fn improvement(self, value: f64, than: f64) -> f64 {
        if self.higher_is_better() { value - than } else { than - value }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Metric {
    type Err = UnknownMetric;

    fn from_str(name: &str) -> Result<Self, UnknownMetric> {
        let all = || CLASSIFICATION.into_iter().chain(REGRESSION);
        all().find(|metric| metric.name() == name).ok_or_else(|| UnknownMetric {
            name: name.to_owned(),
            task: "model",
            known: all().map(Self::name).collect(),
        })
    }
}

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
                Predictions::Classes { classes: predicted, probabilities },
            ) if classes == predicted => Ok(Self(Kind::Classes(classification::Scored::new(
                labels.clone(),
                classes.len(),
                probabilities.clone(),
            )))),
            (Target::Values(truth), Predictions::Values(predicted)) => {
                Ok(Self(Kind::Values(regression::Scored::new(truth, predicted))))
            }
            _ => Err(Incomparable),
        }
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        match &self.0 {
            Kind::Classes(scored) => scored.rows(),
            Kind::Values(scored) => scored.rows(),
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
        match (&self.0, metric) {
            (Kind::Classes(scored), Metric::Accuracy) => scored.accuracy(weights),
            (Kind::Classes(scored), Metric::BalancedAccuracy) => scored.balanced_accuracy(weights),
            (Kind::Classes(scored), Metric::F1Macro) => scored.f1_macro(weights),
            (Kind::Classes(scored), Metric::RocAuc) => scored.roc_auc(weights),
            (Kind::Classes(scored), Metric::LogLoss) => scored.log_loss(weights),
            (Kind::Values(scored), Metric::Rmse) => scored.rmse(weights),
            (Kind::Values(scored), Metric::Mae) => scored.mae(weights),
            (Kind::Values(scored), Metric::R2) => scored.r2(weights),
            _ => f64::NAN,
        }
    }

    /// Every metric of the task.
    #[must_use]
    pub fn all(&self) -> BTreeMap<Metric, f64> {
        let metrics: &[Metric] = match &self.0 {
            Kind::Classes(_) => &CLASSIFICATION,
            Kind::Values(_) => &REGRESSION,
        };
        metrics.iter().map(|&metric| (metric, self.score(metric))).collect()
    }
}

#[cfg(test)]
mod tests;
