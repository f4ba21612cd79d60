//! What becomes of the calls to a bucket: how an outage looks to its callers.

use std::fmt;
use std::future::pending;
use std::sync::{Arc, Mutex};

use super::lock;
use crate::port_error::PortError;

/// What is asked of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// An object's content, or a part of it.
    Read,
    /// What is known of an object.
    Describe,
    /// The keys under a prefix.
    List,
    /// To store an object under the key.
    Write,
}

impl Call {
    /// The call as errors name it.
    fn of(self, key: &str) -> String {
        let verb = match self {
            Self::Read => "get",
            Self::Describe => "head",
            Self::List => "list",
            Self::Write => "put",
        };
        format!("{verb} {key}")
    }
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is done.
    Served,
    /// It fails in a way that may pass.
    Refused,
    /// It has no answer.
    Unanswered,
}

type Judge = dyn Fn(Call, &str) -> Fate + Send + Sync;

/// Decides what becomes of calls; all are served until it is told otherwise.
#[derive(Default)]
pub(super) struct Outage(Mutex<Option<Arc<Judge>>>);

impl Outage {
    pub(super) fn set(&self, judge: Option<Arc<Judge>>) {
        *lock(&self.0) = judge;
    }

    /// Returns when the call is served.
    pub(super) async fn pass(&self, call: Call, key: &str) -> Result<(), PortError> {
        let judge = lock(&self.0).clone();
        match judge.map_or(Fate::Served, |judge| judge(call, key)) {
            Fate::Served => Ok(()),
            Fate::Refused => Err(PortError::retryable(call.of(key), "out of order")),
            Fate::Unanswered => pending().await,
        }
    }
}

impl fmt::Debug for Outage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Outage").field(&lock(&self.0).is_some()).finish()
    }
}
