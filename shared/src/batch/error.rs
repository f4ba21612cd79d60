//! Why a file is not scored.

use std::io;

use crate::dataset::{Defect, ReadError, Rejection};
use crate::protocol::ProtocolError;
use crate::serving::AnswerError;

/// A file is not scored to its end.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// The file cannot be scored by this model.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// Its bytes cannot be had.
    #[error("the file cannot be read")]
    Source(#[source] io::Error),
    /// What came of it cannot be written.
    #[error("the predictions cannot be written")]
    Sink(#[source] io::Error),
    /// The time was over before its last row.
    #[error("there was not enough time for all rows: split the file")]
    TooLate,
    /// The model does not answer.
    #[error(transparent)]
    Answer(AnswerError),
}

impl From<ReadError> for ScoreError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Rejected(rejection) => Self::Rejected(rejection),
            ReadError::Source(error) => Self::Source(error),
        }
    }
}

impl From<AnswerError> for ScoreError {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::TooLate => Self::TooLate,
            AnswerError::Series => {
                Self::Rejected(Defect::new("forecasts_series", error.to_string()).into())
            }
            AnswerError::Unfit(error @ ProtocolError::Parameter { .. }) => {
                Self::Rejected(Defect::new("option", error.to_string()).into())
            }
            error => Self::Answer(error),
        }
    }
}
