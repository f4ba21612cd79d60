//! Why an operation on a delivery stream fails.

use crate::aws::s3::PutError;

/// A failure of Firehose; its code is what clients know it by.
#[derive(Debug, thiserror::Error)]
pub enum FirehoseError {
    /// There is no such delivery stream.
    #[error("Firehose {0} not found under account 000000000000.")]
    NoStream(String),
    /// A parameter is missing or unusable.
    #[error("{0}")]
    Argument(String),
    /// The request is not one of the operation.
    #[error("The request cannot be read: {0}")]
    Request(#[from] serde_json::Error),
    /// There is no such operation here.
    #[error("the embedded Firehose has no operation `{0}`, only PutRecord and PutRecordBatch")]
    Operation(String),
    /// More records come than the stream takes.
    #[error("Slow down.")]
    TooFast,
    /// The database failed.
    #[error("the delivery streams' store failed")]
    Store(#[from] rusqlite::Error),
    /// A file cannot be written.
    #[error("a delivery stream's file cannot be written")]
    Put(#[from] PutError),
    /// The process ends.
    #[error("the stack is shutting down")]
    ShuttingDown,
}

impl FirehoseError {
    /// The name of the error's shape in the service's model.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::NoStream(_) => "ResourceNotFoundException",
            Self::Argument(_) => "InvalidArgumentException",
            Self::Request(_) => "SerializationException",
            Self::Operation(_) => "UnknownOperationException",
            Self::TooFast => "ServiceUnavailableException",
            Self::Store(_) | Self::Put(_) | Self::ShuttingDown => "InternalFailure",
        }
    }

    /// Whether the one who asked is to blame.
    pub(super) fn is_of_sender(&self) -> bool {
        matches!(
            self,
            Self::NoStream(_) | Self::Argument(_) | Self::Request(_) | Self::Operation(_)
        )
    }
}
