//! The metrics by name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use model_factory_tabular::dataset::Task;

/// A metric of a model's predictions, defined as in scikit-learn.
///
/// Of two classes the second is the positive one. `macro` is the unweighted mean over
/// the classes, `weighted` the mean by their rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Area under the ROC curve; one class against the rest, averaged, when there
    /// are more than two.
    RocAuc,
    /// Area under the precision-recall curve, by steps; averaged likewise.
    AveragePrecision,
    /// Mean negative logarithm of the true class's probability.
    LogLoss,
    /// Mean squared error of the positive class's probability; of more than two
    /// classes the sum over all.
    BrierScore,
    /// Mean recall over the classes.
    BalancedAccuracy,
    /// Harmonic mean of precision and recall of the positive class.
    F1,
    /// Share of true positives among the rows taken for positive.
    Precision,
    /// Share of the positive rows that are taken for positive.
    Recall,
    /// Correlation of true and predicted classes, from −1 to 1.
    MatthewsCorrcoef,
    /// F1, mean over the classes.
    F1Macro,
    /// Precision, mean over the classes.
    PrecisionMacro,
    /// Recall, mean over the classes.
    RecallMacro,
    /// F1, mean by the classes' rows.
    F1Weighted,
    /// Precision, mean by the classes' rows.
    PrecisionWeighted,
    /// Recall, mean by the classes' rows.
    RecallWeighted,
    /// Share of right labels.
    Accuracy,
    /// Root of the mean squared error.
    Rmse,
    /// Mean absolute error.
    Mae,
    /// Mean absolute error as a share of the true value.
    Mape,
    /// Mean of `2 |y - f| / (|y| + |f|)`, from 0 to 2, as the M4 competition defines it
    /// (Makridakis et al., 2020) but for the factor 100; forecasts only.
    Smape,
    /// Mean absolute error as a multiple of that of the seasonal naive forecast within the
    /// training data, one step ahead (Hyndman and Koehler, 2006); forecasts only.
    Mase,
    /// Coefficient of determination.
    R2,
    /// Mean pinball loss of the bounds of the prediction intervals, as quantiles.
    Pinball,
    /// Share of true values within the prediction intervals.
    Coverage,
    /// Mean silhouette of clusters, noise being one more of them.
    Silhouette,
    /// By how much the share of anomalies differs from that of the training rows: all that
    /// can be told of a detector where nobody knows the anomalies.
    OutlierRateError,
}

/// The metrics of two classes, those that say most first.
const BINARY: [Metric; 16] = [
    Metric::RocAuc,
    Metric::AveragePrecision,
    Metric::LogLoss,
    Metric::BrierScore,
    Metric::BalancedAccuracy,
    Metric::F1,
    Metric::Precision,
    Metric::Recall,
    Metric::MatthewsCorrcoef,
    Metric::F1Macro,
    Metric::PrecisionMacro,
    Metric::RecallMacro,
    Metric::F1Weighted,
    Metric::PrecisionWeighted,
    Metric::RecallWeighted,
    Metric::Accuracy,
];

/// The metrics of more than two classes.
const MULTICLASS: [Metric; 13] = [
    Metric::RocAuc,
    Metric::AveragePrecision,
    Metric::LogLoss,
    Metric::BrierScore,
    Metric::BalancedAccuracy,
    Metric::MatthewsCorrcoef,
    Metric::F1Macro,
    Metric::PrecisionMacro,
    Metric::RecallMacro,
    Metric::F1Weighted,
    Metric::PrecisionWeighted,
    Metric::RecallWeighted,
    Metric::Accuracy,
];

/// The metrics of numbers.
const REGRESSION: [Metric; 6] =
    [Metric::Rmse, Metric::Mae, Metric::Mape, Metric::R2, Metric::Pinball, Metric::Coverage];

/// The metrics of forecasts.
const FORECASTS: [Metric; 7] = [
    Metric::Rmse,
    Metric::Mae,
    Metric::Smape,
    Metric::Mase,
    Metric::Mape,
    Metric::Pinball,
    Metric::Coverage,
];

/// The metrics of anomalies that are known.
const ANOMALIES: [Metric; 8] = [
    Metric::RocAuc,
    Metric::AveragePrecision,
    Metric::BalancedAccuracy,
    Metric::F1,
    Metric::Precision,
    Metric::Recall,
    Metric::MatthewsCorrcoef,
    Metric::OutlierRateError,
];

/// The metrics of anomalies that nobody knows.
const UNKNOWN_ANOMALIES: [Metric; 1] = [Metric::OutlierRateError];

/// The metrics of clusters.
const CLUSTERS: [Metric; 1] = [Metric::Silhouette];

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
            Task::Classification { classes } => Self::of_classes(classes.len()),
            Task::Regression => &REGRESSION,
            Task::Anomaly => &ANOMALIES,
            Task::Clustering => &CLUSTERS,
        }
    }

    pub(super) fn of_anomalies(known: bool) -> &'static [Self] {
        if known { &ANOMALIES } else { &UNKNOWN_ANOMALIES }
    }

    pub(super) fn of_clusters() -> &'static [Self] {
        &CLUSTERS
    }

    /// The metric of anomalies that nobody knows, which `name` may say.
    ///
    /// # Errors
    /// When it says another one.
    pub fn choose_without_labels(name: Option<&str>) -> Result<Self, UnknownMetric> {
        let only = Self::OutlierRateError;
        match name {
            None => Ok(only),
            Some(name) => {
                Self::find(name, "detection without labels", UNKNOWN_ANOMALIES.into_iter())
            }
        }
    }

    pub(super) fn of_classes(classes: usize) -> &'static [Self] {
        if classes == 2 { &BINARY } else { &MULTICLASS }
    }

    pub(super) fn of_numbers() -> &'static [Self] {
        &REGRESSION
    }

    pub(super) fn of_forecasts() -> &'static [Self] {
        &FORECASTS
    }

    /// The metric called `name` of forecasts.
    ///
    /// # Errors
    /// When forecasts have no such metric.
    pub fn of_forecast(name: &str) -> Result<Self, UnknownMetric> {
        Self::find(name, "forecast", FORECASTS.iter().copied())
    }

    /// The metric called `name` that can rank forecasts; without a name `rmse` for one
    /// series, and `mase` for several, which may be of different size.
    ///
    /// # Errors
    /// When forecasts have no such metric.
    pub fn choose_for_forecasts(name: Option<&str>, series: usize) -> Result<Self, UnknownMetric> {
        let Some(name) = name else {
            return Ok(if series > 1 { Self::Mase } else { Self::Rmse });
        };
        let metrics = FORECASTS.iter().copied().filter(|metric| !metric.is_of_intervals());
        Self::find(name, "forecast", metrics)
    }

    /// The metric called `name` that can rank models, or the task's default when there
    /// is no name: never accuracy, which an imbalanced target makes worthless.
    ///
    /// # Errors
    /// When the task has no such metric.
    pub fn choose(name: Option<&str>, task: &Task) -> Result<Self, UnknownMetric> {
        let Some(name) = name else {
            return Ok(match task {
                Task::Regression => Self::Rmse,
                Task::Anomaly => Self::RocAuc,
                Task::Clustering => Self::Silhouette,
                Task::Classification { classes } if classes.len() == 2 => Self::RocAuc,
                Task::Classification { .. } => Self::LogLoss,
            });
        };
        let metrics = Self::of_task(task).iter().copied();
        Self::find(name, task.name(), metrics.filter(|metric| !metric.is_of_intervals()))
    }

    /// The metric called `name` of a task.
    ///
    /// # Errors
    /// When the task has no such metric.
    pub fn of(name: &str, task: &Task) -> Result<Self, UnknownMetric> {
        Self::find(name, task.name(), Self::of_task(task).iter().copied())
    }

    fn find(
        name: &str,
        task: &'static str,
        metrics: impl Iterator<Item = Self>,
    ) -> Result<Self, UnknownMetric> {
        let metrics: Vec<Self> = metrics.collect();
        metrics.iter().find(|metric| metric.name() == name).copied().ok_or_else(|| UnknownMetric {
            name: name.to_owned(),
            task,
            known: metrics.iter().map(|metric| metric.name()).collect(),
        })
    }

    /// The metric's name as scikit-learn's scorers spell it, without `neg_`, and with
    /// the usual abbreviations of the errors.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RocAuc => "roc_auc",
            Self::AveragePrecision => "average_precision",
            Self::LogLoss => "log_loss",
            Self::BrierScore => "brier_score",
            Self::BalancedAccuracy => "balanced_accuracy",
            Self::F1 => "f1",
            Self::Precision => "precision",
            Self::Recall => "recall",
            Self::MatthewsCorrcoef => "matthews_corrcoef",
            Self::F1Macro => "f1_macro",
            Self::PrecisionMacro => "precision_macro",
            Self::RecallMacro => "recall_macro",
            Self::F1Weighted => "f1_weighted",
            Self::PrecisionWeighted => "precision_weighted",
            Self::RecallWeighted => "recall_weighted",
            Self::Accuracy => "accuracy",
            Self::Rmse => "rmse",
            Self::Mae => "mae",
            Self::Mape => "mape",
            Self::Smape => "smape",
            Self::Mase => "mase",
            Self::R2 => "r2",
            Self::Pinball => "pinball",
            Self::Coverage => "coverage",
            Self::Silhouette => "silhouette",
            Self::OutlierRateError => "outlier_rate_error",
        }
    }

    /// Whether a higher value is a better one.
    #[must_use]
    pub fn higher_is_better(self) -> bool {
        !matches!(
            self,
            Self::LogLoss
                | Self::BrierScore
                | Self::Rmse
                | Self::Mae
                | Self::Mape
                | Self::Smape
                | Self::Mase
                | Self::Pinball
                | Self::OutlierRateError
        )
    }

    /// Whether it depends on the answered classes, and so on the decision threshold,
    /// and not on the probabilities.
    #[must_use]
    pub fn is_of_labels(self) -> bool {
        use Metric::*;
        match self {
            BalancedAccuracy | F1 | Precision | Recall | MatthewsCorrcoef | F1Macro
            | PrecisionMacro | RecallMacro | F1Weighted | PrecisionWeighted | RecallWeighted
            | Accuracy => true,
            RocAuc | AveragePrecision | LogLoss | BrierScore | Rmse | Mae | Mape | Smape | Mase
            | R2 | Pinball | Coverage | Silhouette | OutlierRateError => false,
        }
    }

    /// Whether it is of prediction intervals, which not every candidate has.
    #[must_use]
    pub fn is_of_intervals(self) -> bool {
        matches!(self, Self::Pinball | Self::Coverage)
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
        Self::find(
            name,
            "model",
            BINARY
                .into_iter()
                .chain(REGRESSION)
                .chain(FORECASTS)
                .chain(CLUSTERS)
                .chain(UNKNOWN_ANOMALIES),
        )
    }
}
