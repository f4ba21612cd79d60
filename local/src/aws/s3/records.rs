//! What the index knows about objects, uploads and parts.

use jiff::Timestamp;

use super::attributes::Attributes;
use super::checksum::{Algorithm, Checksum, Coverage};

/// An object, without its bytes.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) key: String,
    /// The id of the blob with the bytes.
    pub(super) blob: String,
    pub(super) size: u64,
    /// Without quotation marks.
    pub(super) etag: String,
    pub(super) modified: Timestamp,
    pub(super) checksum: Checksum,
    pub(super) attributes: Attributes,
    /// The sizes of the parts that a multipart upload consisted of.
    pub(super) part_sizes: Vec<u64>,
}

/// A multipart upload in progress.
#[derive(Clone, Debug)]
pub(super) struct Upload {
    pub(super) id: String,
    pub(super) key: String,
    pub(super) initiated: Timestamp,
    /// Of the checksum that the object will have.
    pub(super) algorithm: Algorithm,
    pub(super) coverage: Coverage,
    pub(super) attributes: Attributes,
}

/// A part of an upload, without its bytes.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) number: i32,
    pub(super) blob: String,
    pub(super) size: u64,
    /// Without quotation marks.
    pub(super) etag: String,
    pub(super) modified: Timestamp,
    pub(super) checksum: Checksum,
}

/// An event: an object was created, or replaced by a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectCreated {
    /// Acknowledges the event.
    pub id: i64,
    /// The name of the bucket.
    pub bucket: String,
    /// The key, as it is: not encoded.
    pub key: String,
    /// The size in bytes.
    pub size: u64,
    /// The object's tag, without quotation marks.
    pub etag: String,
    /// Orders events: the later one has the greater text, always 18 digits.
    pub sequencer: String,
    /// `PutObject`, `CopyObject` or `CompleteMultipartUpload`.
    pub reason: String,
    /// When the object was created.
    pub time: Timestamp,
}

/// What made an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    Put,
    Copy,
    CompleteUpload,
}

impl Reason {
    /// The name of the operation, as events tell it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Put => "PutObject",
            Self::Copy => "CopyObject",
            Self::CompleteUpload => "CompleteMultipartUpload",
        }
    }
}
