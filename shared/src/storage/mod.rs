//! Objects by key: the port to S3.

pub mod keys;

use async_trait::async_trait;
use bytes::Bytes;

use crate::port_error::PortError;

/// An object that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its content.
    pub bytes: Bytes,
    /// The tag of its content, without quotes.
    pub etag: String,
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
}
