//! A delivery stream in a list.

use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;

use super::lock;
use crate::delivery_stream::{PutRecords, Unput};

/// A delivery stream in memory, whose records nobody reads but tests.
#[derive(Debug, Default)]
pub struct MemoryStream {
    records: Mutex<Vec<Bytes>>,
}

impl MemoryStream {
    /// All records, in the order in which they were put.
    pub fn records(&self) -> Vec<Bytes> {
        lock(&self.records).clone()
    }
}

#[async_trait]
impl PutRecords for MemoryStream {
    async fn put(&self, records: &[Bytes]) -> Result<(), Unput> {
        lock(&self.records).extend_from_slice(records);
        Ok(())
    }
}
