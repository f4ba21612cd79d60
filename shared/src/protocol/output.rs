//! What of its predictions a model is asked to tell.

use super::error::ProtocolError;
use crate::dataset::Task;

/// One output of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// The most probable class, or the value of a regression.
    Predict,
    /// The probability of each class.
    Probabilities,
}

impl Output {
    /// The output's name in requests, answers and metadata.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Predict => "predict",
            Self::Probabilities => "probabilities",
        }
    }

    /// The outputs of a model with this task.
    #[must_use]
    pub fn of_task(task: &Task) -> &'static [Self] {
        match task {
            Task::Classification { .. } => &[Self::Predict, Self::Probabilities],
            Task::Regression => &[Self::Predict],
        }
    }

    /// The output called `name` of a model with this task.
    pub(super) fn named(name: &str, task: &Task) -> Result<Self, ProtocolError> {
        let outputs = Self::of_task(task);
        outputs.iter().copied().find(|output| output.name() == name).ok_or_else(|| {
            ProtocolError::UnknownOutput {
                found: super::violation::shorten(name),
                known: match task {
                    Task::Classification { .. } => "`predict` and `probabilities`",
                    Task::Regression => "`predict`",
                },
            }
        })
    }
}
