//! S3: buckets and objects on the local disk, behind the protocol of S3.
//!
//! An index in SQLite says which objects exist; the bytes of each lie in an
//! immutable file of their own, a *blob*. A blob is durable before the index
//! mentions it, and every change is one transaction: conditional writes are
//! decided in it, and it also notes the event that tells of a new object. So a
//! crash leaves an object old or new, never half, and loses no event; blobs
//! that nothing mentions are removed when the storage is opened.
//!
//! Buckets are not versioned.

mod api;
mod attributes;
mod blobs;
mod checksum;
mod claim;
mod condition;
mod error;
mod index;
mod ingest;
mod records;
mod storage;
mod store;

pub use error::{OpenError, PutError, StorageError};
pub use records::ObjectCreated;
pub use storage::{Credentials, ObjectStorage};
