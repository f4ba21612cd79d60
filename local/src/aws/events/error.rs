//! What can go wrong on the bus.

use std::io;
use std::path::PathBuf;

use crate::aws::s3::StorageError;

/// A failure of the event bus.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The database of deliveries failed.
    #[error("the event store failed, check the disk that holds the state folder")]
    Store(#[from] rusqlite::Error),
    /// A rule or a schedule names a function that the stack does not have.
    #[error("`{name}` targets the function `{function}`, which the stack does not have")]
    UnknownTarget {
        /// The rule's or the schedule's name.
        name: String,
        /// The function that is missing.
        function: String,
    },
    /// The dead-letter folder cannot be read or written.
    #[error("cannot access the dead letters in `{folder}`")]
    DeadLetters {
        /// The folder.
        folder: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// S3's notifications cannot be read or acknowledged.
    #[error("cannot take over the notifications of S3")]
    Notifications(#[from] StorageError),
    /// An event cannot be written as JSON.
    #[error("an event cannot be written as JSON")]
    Encode(#[from] serde_json::Error),
    /// The bus is shutting down.
    #[error("the event bus is shutting down")]
    ShuttingDown,
}
