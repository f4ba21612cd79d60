//! Why a stack does not start, or fails.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;

use crate::aws::dynamodb::DynamoDbError;
use crate::aws::events::BusError;
use crate::aws::firehose::FirehoseError;
use crate::aws::s3::{OpenError, StorageError};
use crate::aws::sqs::SqsError;

/// A failure of a stack.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// The state folder cannot be used.
    #[error("cannot use the state folder `{folder}`, check that it may be written")]
    State {
        /// The folder.
        folder: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Another stack runs on the same state.
    #[error(
        "another stack is running on the state folder `{folder}`, stop it or choose another folder"
    )]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// An address or port cannot be listened on.
    #[error("cannot listen on port {port} of {host}, choose another port (0 for any) or address")]
    Port {
        /// The address.
        host: IpAddr,
        /// The port.
        port: u16,
        /// What the operating system said.
        source: io::Error,
    },
    /// The HTTP API is to invoke a function that is not there.
    #[error("the HTTP API targets the function `{0}`, which the stack does not have")]
    UnknownHttpFunction(String),
    /// S3 does not start.
    #[error(transparent)]
    S3(#[from] OpenError),
    /// S3's index fails, or the bucket's name is invalid.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// DynamoDB does not start.
    #[error(transparent)]
    DynamoDb(#[from] DynamoDbError),
    /// An event source mapping names a function that is not there.
    #[error(
        "the mapping of queue `{queue}` targets the function `{function}`, which the stack does not have"
    )]
    UnknownMappedFunction {
        /// The queue.
        queue: String,
        /// The function.
        function: String,
    },
    /// The queues do not start, or fail.
    #[error(transparent)]
    Sqs(#[from] SqsError),
    /// The delivery streams do not start, or fail.
    #[error(transparent)]
    Firehose(#[from] FirehoseError),
    /// The event bus does not start, or fails.
    #[error(transparent)]
    Bus(#[from] BusError),
}
