//! Why a call through a port failed, and whether trying again can help.

use std::error::Error;

/// A call to a service failed.
#[derive(Debug, thiserror::Error)]
#[error("{action} failed")]
pub struct PortError {
    /// What was tried, such as `get s3://bucket/key`.
    pub action: String,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// What the service or its client said.
    #[source]
    pub source: Box<dyn Error + Send + Sync>,
}

impl PortError {
    /// A failure that a later call may not meet, such as a time-out.
    pub fn retryable(
        action: impl Into<String>,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self { action: action.into(), retryable: true, source: source.into() }
    }

    /// A failure that stays, such as a missing permission or an unreadable item.
    pub fn terminal(
        action: impl Into<String>,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self { action: action.into(), retryable: false, source: source.into() }
    }
}

/// The messages of an error and of all its causes, joined by `: `.
#[must_use]
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let message = cause.to_string();
        if !text.ends_with(&message) {
            text = format!("{text}: {message}");
        }
        source = cause.source();
    }
    text
}
