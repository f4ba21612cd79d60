//! What can go wrong in the object storage.

use std::io;
use std::path::PathBuf;

use s3s::{S3Error, S3ErrorCode, StdError};
use tokio::task::JoinError;

/// Why the object storage cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A folder cannot be created, read or written.
    #[error("cannot prepare `{path}` for objects, check that it can be written")]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Another process, or another part of this one, holds the storage.
    #[error("the objects in `{path}` are in use, stop the other process or choose another folder")]
    InUse {
        /// The state folder.
        path: PathBuf,
    },
    /// The index cannot be read.
    #[error("cannot open the object index `{path}`")]
    Index {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The index was written by another version of this program.
    #[error(
        "the object index `{path}` has format {found} and this program reads format {expected}, \
         choose another folder"
    )]
    Format {
        /// The database.
        path: PathBuf,
        /// The format that the database has.
        found: u32,
        /// The format that this program reads.
        expected: u32,
    },
}

/// A failure of the object storage that no request is to blame for.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The index failed.
    #[error("the object index failed, check the disk that holds the state folder")]
    Index(#[from] rusqlite::Error),
    /// The name breaks the rules for buckets.
    #[error("`{name}` is no bucket name: use 3 to 63 lower-case letters, digits, dots and hyphens")]
    BucketName {
        /// The name.
        name: String,
    },
    /// The program is shutting down.
    #[error("the object storage is shutting down")]
    ShuttingDown(#[from] JoinError),
}

/// Why an object cannot be put from inside this program.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct PutError(#[from] RequestError);

/// Why a request is refused, or fails.
#[derive(Debug, thiserror::Error)]
pub(super) enum RequestError {
    #[error("the bucket `{bucket}` does not exist")]
    NoSuchBucket { bucket: String },
    #[error("the key `{key}` does not exist")]
    NoSuchKey { key: String },
    #[error("the upload does not exist, it may have been completed or aborted")]
    NoSuchUpload,
    #[error("the bucket `{bucket}` exists already")]
    BucketExists { bucket: String },
    #[error("the bucket `{bucket}` still holds objects, delete them first")]
    BucketNotEmpty { bucket: String },
    #[error("a precondition does not hold for `{key}`")]
    PreconditionFailed { key: String },
    #[error("part {number} is missing or differs from what was uploaded")]
    InvalidPart { number: i32 },
    #[error("the parts are not in ascending order")]
    InvalidPartOrder,
    #[error("part {number} has {size} bytes, every part but the last needs 5 MiB")]
    PartTooSmall { number: i32, size: u64 },
    #[error("the {what} of the content differs from the one that was sent")]
    BadDigest { what: &'static str },
    #[error("the request names more than one checksum, send one")]
    ManyChecksums,
    #[error("the trailer `{header}` was announced and is missing")]
    MissingTrailer { header: &'static str },
    #[error("the body has {found} bytes instead of {expected}")]
    Length { found: u64, expected: u64 },
    #[error("the body cannot be read to its end: {0}")]
    Body(#[source] StdError),
    #[error(
        "a stored object cannot be read or written, check the disk that holds the state folder"
    )]
    Blob(#[from] io::Error),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl RequestError {
    pub(super) fn code(&self) -> S3ErrorCode {
        match self {
            Self::NoSuchBucket { .. } => S3ErrorCode::NoSuchBucket,
            Self::NoSuchKey { .. } => S3ErrorCode::NoSuchKey,
            Self::NoSuchUpload => S3ErrorCode::NoSuchUpload,
            Self::BucketExists { .. } => S3ErrorCode::BucketAlreadyOwnedByYou,
            Self::BucketNotEmpty { .. } => S3ErrorCode::BucketNotEmpty,
            Self::PreconditionFailed { .. } => S3ErrorCode::PreconditionFailed,
            Self::InvalidPart { .. } => S3ErrorCode::InvalidPart,
            Self::InvalidPartOrder => S3ErrorCode::InvalidPartOrder,
            Self::PartTooSmall { .. } => S3ErrorCode::EntityTooSmall,
            Self::BadDigest { .. } => S3ErrorCode::BadDigest,
            Self::ManyChecksums | Self::MissingTrailer { .. } => S3ErrorCode::InvalidRequest,
            Self::Length { .. } | Self::Body(_) => S3ErrorCode::IncompleteBody,
            Self::Blob(_) | Self::Storage(_) => S3ErrorCode::InternalError,
        }
    }
}

impl From<rusqlite::Error> for RequestError {
    fn from(error: rusqlite::Error) -> Self {
        StorageError::from(error).into()
    }
}

impl From<JoinError> for RequestError {
    fn from(error: JoinError) -> Self {
        StorageError::from(error).into()
    }
}

impl From<RequestError> for S3Error {
    fn from(error: RequestError) -> Self {
        if let RequestError::Blob(_) | RequestError::Storage(_) = &error {
            tracing::error!(error = &error as &dyn std::error::Error, "an S3 request failed");
        }
        let mut answer = Self::with_message(error.code(), error.to_string());
        answer.set_source(Box::new(error));
        answer
    }
}
