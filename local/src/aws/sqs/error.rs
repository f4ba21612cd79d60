//! Why an operation on a queue fails.

/// A failure of SQS; its code is what clients know it by.
#[derive(Debug, thiserror::Error)]
pub enum SqsError {
    /// There is no such queue.
    #[error("The specified queue does not exist: `{0}`.")]
    NoQueue(String),
    /// There is such a queue already, with other attributes.
    #[error("A queue `{0}` exists already with other attributes.")]
    QueueExists(String),
    /// An attribute of a queue is unknown or has an unusable value.
    #[error("`{value}` is no value of the queue attribute `{name}`.")]
    Attribute {
        /// The attribute.
        name: String,
        /// Its value.
        value: String,
    },
    /// A parameter is missing or unusable.
    #[error("{0}")]
    Parameter(String),
    /// A message has characters that no message may have.
    #[error("Invalid characters found: only #x9, #xA, #xD and those from #x20 on may be sent.")]
    Characters,
    /// A batch has no entry.
    #[error("There should be at least one entry in the batch.")]
    EmptyBatch,
    /// A batch has too many entries.
    #[error("A batch has 10 entries at most, not {0}.")]
    TooManyEntries(usize),
    /// Two entries of a batch have the same id.
    #[error("Two or more entries of the batch have the id `{0}`.")]
    RepeatedId(String),
    /// The messages of a batch are too large together.
    #[error("The messages of a batch have 1048576 bytes at most, not {0}.")]
    TooLong(usize),
    /// The receipt is not of a message that is being received.
    #[error("The message of the receipt handle is not in flight.")]
    NotInFlight,
    /// The request is not one of the operation.
    #[error("The request cannot be read: {0}")]
    Request(#[from] serde_json::Error),
    /// There is no such operation here.
    #[error("the embedded SQS has no operation `{0}`")]
    Operation(String),
    /// The database failed.
    #[error("the queues' store failed")]
    Store(#[from] rusqlite::Error),
    /// The process ends.
    #[error("the stack is shutting down")]
    ShuttingDown,
}

impl SqsError {
    /// The name of the error's shape in the service's model, and its older name, by which
    /// clients of the query protocol know it.
    pub(super) fn code(&self) -> (&'static str, &'static str) {
        match self {
            Self::NoQueue(_) => ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"),
            Self::QueueExists(_) => ("QueueNameExists", "QueueAlreadyExists"),
            Self::Attribute { .. } => ("InvalidAttributeValue", "InvalidAttributeValue"),
            Self::Parameter(_) => ("InvalidParameterValue", "InvalidParameterValue"),
            Self::Characters => ("InvalidMessageContents", "InvalidMessageContents"),
            Self::EmptyBatch => ("EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest"),
            Self::TooManyEntries(_) => (
                "TooManyEntriesInBatchRequest",
                "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            ),
            Self::RepeatedId(_) => {
                ("BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct")
            }
            Self::TooLong(_) => {
                ("BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong")
            }
            Self::NotInFlight => {
                ("MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight")
            }
            Self::Request(_) => ("SerializationException", "SerializationException"),
            Self::Operation(_) => {
                ("UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation")
            }
            Self::Store(_) | Self::ShuttingDown => ("InternalFailure", "InternalFailure"),
        }
    }

    /// Whether the one who asked is to blame.
    pub(super) fn is_of_sender(&self) -> bool {
        !matches!(self, Self::Store(_) | Self::ShuttingDown)
    }
}
