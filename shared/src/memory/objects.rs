//! Objects in a map.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::lock;
use crate::port_error::PortError;
use crate::storage::{Listed, Object, ReadObjects, WriteObjects};

/// A bucket in memory.
#[derive(Debug, Default)]
pub struct MemoryObjects {
    objects: Mutex<BTreeMap<String, (Bytes, Timestamp)>>,
}

impl MemoryObjects {
    /// Deletes an object; no matter if there is none.
    pub fn delete(&self, key: &str) {
        lock(&self.objects).remove(key);
    }
}

fn etag(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes)).chars().take(32).collect()
}

#[async_trait]
impl ReadObjects for MemoryObjects {
    async fn get(&self, key: &str) -> Result<Option<Object>, PortError> {
        Ok(lock(&self.objects)
            .get(key)
            .map(|(bytes, _)| Object { bytes: bytes.clone(), etag: etag(bytes) }))
    }

    async fn list(&self, prefix: &str) -> Result<Vec<Listed>, PortError> {
        Ok(lock(&self.objects)
            .range(prefix.to_owned()..)
            .take_while(|(key, _)| key.starts_with(prefix))
            .map(|(key, (bytes, modified))| Listed {
                key: key.clone(),
                size: bytes.len() as u64,
                etag: etag(bytes),
                modified: *modified,
            })
            .collect())
    }
}

#[async_trait]
impl WriteObjects for MemoryObjects {
    async fn put(&self, key: &str, _content_type: &str, bytes: Bytes) -> Result<(), PortError> {
        lock(&self.objects).insert(key.to_owned(), (bytes, Timestamp::now()));
        Ok(())
    }
}
