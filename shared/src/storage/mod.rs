//! Objects by key: the port to S3.

pub mod keys;
mod source;

use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;

use crate::port_error::PortError;
pub use source::{ObjectSource, Replaced};

/// An object that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its content.
    pub bytes: Bytes,
    /// The tag of its content, without quotes.
    pub etag: String,
}

/// What is known of an object without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Its size in bytes.
    pub size: u64,
    /// The tag of its content, without quotes.
    pub etag: String,
    /// Its version, where the bucket keeps versions.
    pub version: Option<String>,
}

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// The tag of its content, without quotes.
    pub etag: String,
    /// When it was last written.
    pub modified: jiff::Timestamp,
}

/// Reads objects.
#[async_trait]
pub trait ReadObjects: Send + Sync {
    /// The object under `key`; `None` when there is none.
    ///
    /// # Errors
    /// When the store cannot be asked.
    async fn get(&self, key: &str) -> Result<Option<Object>, PortError>;

    /// What is known of the object under `key`; `None` when there is none.
    ///
    /// # Errors
    /// When the store cannot be asked.
    async fn describe(&self, key: &str) -> Result<Option<Described>, PortError>;

    /// The bytes in `range` of the object under `key`, fewer where it ends; `None` when
    /// its content is not, or no longer, that of the tag.
    ///
    /// # Errors
    /// When the store cannot be asked, or the range holds no byte of the object.
    async fn get_range(
        &self,
        key: &str,
        etag: &str,
        range: Range<u64>,
    ) -> Result<Option<Bytes>, PortError>;

    /// All objects whose key starts with `prefix`, in the order of their keys.
    ///
    /// # Errors
    /// When the store cannot be asked.
    async fn list(&self, prefix: &str) -> Result<Vec<Listed>, PortError>;
}

/// Writes objects.
#[async_trait]
pub trait WriteObjects: Send + Sync {
    /// Stores an object, replacing one of the same key.
    ///
    /// # Errors
    /// When the store cannot be asked or refuses.
    async fn put(&self, key: &str, content_type: &str, bytes: Bytes) -> Result<(), PortError>;

    /// Stores the content of the object under `from`, of at most 5 GiB, under `to` too:
    /// whether it is, which it is not when its content is not, or no longer, that of the
    /// tag.
    ///
    /// # Errors
    /// When the store cannot be asked or refuses.
    async fn copy(&self, from: &str, etag: &str, to: &str) -> Result<bool, PortError>;
}

/// Writes objects that are too large to be held.
#[async_trait]
pub trait UploadObjects: Send + Sync {
    /// Begins an object, which is there when its upload is complete, and replaces one of the
    /// same key then.
    ///
    /// # Errors
    /// When the store cannot be asked or refuses.
    async fn upload(&self, key: &str, content_type: &str) -> Result<Box<dyn Upload>, PortError>;
}

/// An object that is being written. Nobody sees it before it is complete.
#[async_trait]
pub trait Upload: Send {
    /// Appends bytes, any number of them.
    ///
    /// # Errors
    /// When the store cannot be asked or refuses.
    async fn write(&mut self, bytes: Bytes) -> Result<(), PortError>;

    /// Ends the object, which is there from then on.
    ///
    /// # Errors
    /// When the store cannot be asked or refuses.
    async fn complete(self: Box<Self>) -> Result<(), PortError>;

    /// Gives the object up: what was written is forgotten.
    ///
    /// # Errors
    /// When the store cannot be asked or refuses.
    async fn abort(self: Box<Self>) -> Result<(), PortError>;
}
