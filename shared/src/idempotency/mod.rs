//! Work that is done once although its event arrives more than once: the port to
//! an idempotency table that Powertools for AWS Lambda can share.

use std::time::Duration;

use async_trait::async_trait;

use crate::port_error::PortError;

/// What an idempotency store says to one who wants to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begin {
    /// The work is yours until the lease ends; renew it while you work.
    Started,
    /// Another delivery works on it; its lease has not ended.
    InProgress,
    /// It is done; this was the result.
    Completed(String),
}

/// Remembers which work has begun and which is done.
#[async_trait]
pub trait IdempotencyStore: Send + Sync {
    /// Claims the work called `key` for `lease`. A claim whose lease has ended is
    /// taken over: its owner has died.
    ///
    /// # Errors
    /// When the store cannot be asked.
    async fn begin(&self, key: &str, lease: Duration) -> Result<Begin, PortError>;

    /// Prolongs a claim to `lease` from now.
    ///
    /// # Errors
    /// When the store cannot be asked.
    async fn renew(&self, key: &str, lease: Duration) -> Result<(), PortError>;

    /// Records that the work is done, with its result, for `remember`.
    ///
    /// # Errors
    /// When the store cannot be asked.
    async fn complete(&self, key: &str, result: &str, remember: Duration) -> Result<(), PortError>;

    /// Gives a claim up, so that the next delivery starts at once. Work that is done
    /// stays done.
    ///
    /// # Errors
    /// When the store cannot be asked.
    async fn abandon(&self, key: &str) -> Result<(), PortError>;
}

/// Renews a claim while the work runs: resolves only when a renewal fails.
pub async fn keep<S: IdempotencyStore + ?Sized>(
    store: &S,
    key: &str,
    lease: Duration,
) -> PortError {
    loop {
        tokio::time::sleep(lease / 3).await;
        if let Err(error) = store.renew(key, lease).await {
            return error;
        }
    }
}
