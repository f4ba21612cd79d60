//! How a handler's failure is reported to Lambda.

use crate::port_error::{PortError, chain};
use crate::store::StoreError;

/// A failure with a type that alarms and retry policies can match on.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The event cannot be understood; delivering it again will not help.
    #[error("{0}")]
    InvalidEvent(String),
    /// The same event may succeed later.
    #[error("{0}")]
    Retryable(String),
    /// The event is good, but its work cannot be done.
    #[error("{0}")]
    Terminal(String),
}

impl Failure {
    /// The failure's stable name.
    #[must_use]
    pub fn error_type(&self) -> &'static str {
        match self {
            Self::InvalidEvent(_) => "InvalidEvent",
            Self::Retryable(_) => "Retryable",
            Self::Terminal(_) => "Terminal",
        }
    }

    /// A failure that stays, with all its causes in words.
    pub fn terminal(error: &(dyn std::error::Error + 'static)) -> Self {
        Self::Terminal(chain(error))
    }
}

impl From<PortError> for Failure {
    fn from(error: PortError) -> Self {
        if error.retryable { Self::Retryable(chain(&error)) } else { Self::terminal(&error) }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Port(error) => error.into(),
            error => Self::terminal(&error),
        }
    }
}

impl From<Failure> for lambda_runtime::Diagnostic {
    fn from(failure: Failure) -> Self {
        Self { error_type: failure.error_type().to_owned(), error_message: failure.to_string() }
    }
}
