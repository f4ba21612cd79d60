//! How an invocation can fail.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A failure that the function, or the runtime around it, reported.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, thiserror::Error)]
#[error("{error_type}: {message}")]
pub struct FunctionError {
    /// The stable name of the failure, which callers match on.
    #[serde(rename = "errorType", default)]
    pub error_type: String,
    /// What happened.
    #[serde(rename = "errorMessage", default)]
    pub message: String,
}

impl FunctionError {
    pub(super) fn new(error_type: &str, message: impl Into<String>) -> Self {
        Self { error_type: error_type.to_owned(), message: message.into() }
    }
}

/// Why an invocation has no result.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    /// No function has this name.
    #[error("there is no function named `{0}`")]
    UnknownFunction(String),
    /// The payload exceeds Lambda's quota.
    #[error("the payload of {size} bytes exceeds the limit of {limit} bytes")]
    PayloadTooLarge {
        /// Bytes in the payload.
        size: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Every sandbox that the reserved concurrency allows stayed busy.
    #[error("`{function}` is busy: all of its {concurrency} sandboxes are in use")]
    Throttled {
        /// The function's name.
        function: String,
        /// Its reserved concurrency.
        concurrency: usize,
    },
    /// The function was killed at its deadline.
    #[error("task timed out after {:.2} seconds", .0.as_secs_f64())]
    Timeout(Duration),
    /// The function answered with an error, or its process died.
    #[error(transparent)]
    Function(#[from] FunctionError),
    /// The sandbox could not be started at all.
    #[error("cannot start `{command}` for `{function}`, check that the program exists and may run")]
    Start {
        /// The function's name.
        function: String,
        /// The program.
        command: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Lambda is shutting down and accepts no more work.
    #[error("the stack is shutting down")]
    ShuttingDown,
}

impl InvokeError {
    /// The error as Lambda shows it to a caller whose invocation was accepted.
    #[must_use]
    pub fn to_function_error(&self) -> FunctionError {
        match self {
            Self::Function(error) => error.clone(),
            Self::Timeout(_) => FunctionError::new("Sandbox.Timedout", self.to_string()),
            Self::Start { source, .. } => {
                FunctionError::new("Runtime.InvalidEntrypoint", format!("{self}: {source}"))
            }
            Self::UnknownFunction(_) => {
                FunctionError::new("ResourceNotFoundException", self.to_string())
            }
            Self::PayloadTooLarge { .. } => {
                FunctionError::new("RequestTooLargeException", self.to_string())
            }
            Self::Throttled { .. } => {
                FunctionError::new("TooManyRequestsException", self.to_string())
            }
            Self::ShuttingDown => FunctionError::new("ServiceException", self.to_string()),
        }
    }
}
