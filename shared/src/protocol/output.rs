//! What of its predictions a model is asked to tell.

use crate::dataset::Task;

/// One output of a model: a tensor of an inference response, a column of a scoring
/// response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// The class that is answered, or the value of a regression.
    Predict,
    /// Whether a row is an anomaly.
    Outlier,
    /// How unlike the training rows a row is.
    Score,
    /// The cluster of a row, −1 for none.
    Cluster,
    /// The probability of each class.
    Probabilities,
    /// The lower bound of the prediction interval.
    Lower,
    /// The upper bound of the prediction interval.
    Upper,
    /// The SHAP values of the inputs that contribute most.
    Contributions,
    /// The names of those inputs.
    ContributionInputs,
    /// What the SHAP values of a row are added to.
    Base,
    /// What is wrong with a row.
    Error,
}

impl Output {
    /// All of them.
    pub(super) const ALL: [Self; 11] = [
        Self::Predict,
        Self::Outlier,
        Self::Score,
        Self::Cluster,
        Self::Probabilities,
        Self::Lower,
        Self::Upper,
        Self::Contributions,
        Self::ContributionInputs,
        Self::Base,
        Self::Error,
    ];

    /// The output's name in requests, answers and metadata.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Predict => "predict",
            Self::Outlier => "outlier",
            Self::Score => "score",
            Self::Cluster => "cluster",
            Self::Probabilities => "probabilities",
            Self::Lower => "lower",
            Self::Upper => "upper",
            Self::Contributions => "contributions",
            Self::ContributionInputs => "contribution_inputs",
            Self::Base => "base",
            Self::Error => "error",
        }
    }

    /// The outputs that a model with this task has without any option.
    #[must_use]
    pub fn of_task(task: &Task) -> &'static [Self] {
        match task {
            Task::Classification { .. } => &[Self::Predict, Self::Probabilities],
            Task::Regression => &[Self::Predict],
            Task::Anomaly => &[Self::Outlier, Self::Score],
            Task::Clustering => &[Self::Cluster],
        }
    }

    /// Those that a scoring response tells without any option: of a classification the
    /// class only.
    pub(super) fn of_scoring(task: &Task) -> &'static [Self] {
        match task {
            Task::Classification { .. } => &[Self::Predict],
            task => Self::of_task(task),
        }
    }

    /// The parameter without which there is no such output.
    pub(super) fn option(self) -> Option<&'static str> {
        match self {
            Self::Predict | Self::Outlier | Self::Score | Self::Cluster | Self::Probabilities => {
                None
            }
            Self::Lower | Self::Upper => Some("interval"),
            Self::Contributions | Self::ContributionInputs | Self::Base => Some("contributions"),
            Self::Error => Some("partial"),
        }
    }
}
