//! Why a training ends before a version is registered.

use model_factory::dataset::Rejection;
use model_factory::port_error::{PortError, chain};
use model_factory::runtime::Failure;
use model_factory::training::TrainingError;

/// An end without a version.
pub(crate) enum Stop {
    /// The object was replaced before it was read.
    Superseded,
    /// No training is needed yet, and why.
    Skipped(String),
    /// The data set cannot be trained on.
    Rejected(Rejection),
    /// No model can be trained, and trying again will not help.
    Failed(String),
    /// The work could not be done.
    Failure(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<PortError> for Stop {
    fn from(error: PortError) -> Self {
        Self::Failure(error.into())
    }
}

impl From<Rejection> for Stop {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<TrainingError> for Stop {
    fn from(error: TrainingError) -> Self {
        match error {
            TrainingError::Rejected(rejection) => Self::Rejected(rejection),
            error => Self::Failed(chain(&error)),
        }
    }
}
