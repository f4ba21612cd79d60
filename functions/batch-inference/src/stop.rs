//! Why a file is not scored.

use model_factory::batch::ScoreError;
use model_factory::dataset::Rejection;
use model_factory::port_error::{PortError, chain};
use model_factory::runtime::Failure;
use model_factory::storage::Replaced;

/// An end without predictions.
pub(crate) enum Stop {
    /// It cannot be scored by this version.
    Refused(Rejection),
    /// It was replaced before it was read.
    Superseded,
    /// The time was over.
    TooLate,
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

impl From<ScoreError> for Stop {
    fn from(error: ScoreError) -> Self {
        match error {
            ScoreError::Rejected(rejection) => Self::Refused(rejection),
            ScoreError::TooLate => Self::TooLate,
            ScoreError::Source(error) if error.get_ref().is_some_and(|it| it.is::<Replaced>()) => {
                Self::Superseded
            }
            ScoreError::Source(error) => match error.downcast::<PortError>() {
                Ok(error) => error.into(),
                Err(error) => Self::Failure(Failure::Retryable(chain(&error))),
            },
            error => Self::Failure(Failure::terminal(&error)),
        }
    }
}
