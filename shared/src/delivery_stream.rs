//! Records to a delivery stream: the port to Data Firehose.

use std::collections::BTreeSet;

use async_trait::async_trait;
use bytes::Bytes;

use crate::port_error::PortError;

/// The most bytes that a record may have: 1,000 KiB.
pub const RECORD_BYTES: usize = 1_000 * 1024;

/// Records that were not put.
#[derive(Debug, thiserror::Error)]
#[error("{} records were not put", indices.len())]
pub struct Unput {
    /// Which ones, by their places among those that were to be put.
    pub indices: BTreeSet<usize>,
    /// Why the last of them was not.
    #[source]
    pub source: PortError,
}

/// Puts records into one delivery stream, which writes them to files later on: each at least
/// once, and in no certain order.
#[async_trait]
pub trait PutRecords: Send + Sync {
    /// Puts records of at most [`RECORD_BYTES`] each.
    ///
    /// # Errors
    /// [`Unput`] tells which records the stream does not have.
    async fn put(&self, records: &[Bytes]) -> Result<(), Unput>;
}
