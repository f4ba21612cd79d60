//! Objects in a map.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::lock;
use crate::port_error::PortError;
use crate::storage::{Described, Listed, Object, ReadObjects, Upload, UploadObjects, WriteObjects};

/// A bucket in memory.
#[derive(Debug, Default)]
pub struct MemoryObjects {
    objects: Arc<Mutex<BTreeMap<String, (Bytes, Timestamp)>>>,
    reads: AtomicU64,
}

impl MemoryObjects {
    /// Deletes an object; no matter if there is none.
    pub fn delete(&self, key: &str) {
        lock(&self.objects).remove(key);
    }

    /// How often a whole object was asked for.
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }
}

fn etag(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes)).chars().take(32).collect()
}

#[async_trait]
impl ReadObjects for MemoryObjects {
    async fn get(&self, key: &str) -> Result<Option<Object>, PortError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        Ok(lock(&self.objects)
            .get(key)
            .map(|(bytes, _)| Object { bytes: bytes.clone(), etag: etag(bytes) }))
    }

    async fn describe(&self, key: &str) -> Result<Option<Described>, PortError> {
        let described = |(bytes, _): &(Bytes, Timestamp)| Described {
            size: bytes.len() as u64,
            etag: etag(bytes),
            version: None,
        };
        Ok(lock(&self.objects).get(key).map(described))
    }

    async fn get_range(
        &self,
        key: &str,
        tag: &str,
        range: Range<u64>,
    ) -> Result<Option<Bytes>, PortError> {
        let objects = lock(&self.objects);
        let Some((bytes, _)) = objects.get(key).filter(|(bytes, _)| etag(bytes) == tag) else {
            return Ok(None);
        };
        let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        let (start, end) = (place(range.start), place(range.end).min(bytes.len()));
        if start >= end {
            let error = std::io::Error::other("the range holds no byte of the object");
            return Err(PortError::terminal(format!("get a range of {key}"), error));
        }
        Ok(Some(bytes.slice(start..end)))
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

    async fn copy(&self, from: &str, tag: &str, to: &str) -> Result<bool, PortError> {
        let mut objects = lock(&self.objects);
        let Some((bytes, _)) = objects.get(from).filter(|(bytes, _)| etag(bytes) == tag) else {
            return Ok(false);
        };
        let copy = (bytes.clone(), Timestamp::now());
        objects.insert(to.to_owned(), copy);
        Ok(true)
    }
}

/// An object that is being written.
struct MemoryUpload {
    objects: Arc<Mutex<BTreeMap<String, (Bytes, Timestamp)>>>,
    key: String,
    bytes: Vec<u8>,
}

#[async_trait]
impl UploadObjects for MemoryObjects {
    async fn upload(&self, key: &str, _content_type: &str) -> Result<Box<dyn Upload>, PortError> {
        let objects = Arc::clone(&self.objects);
        Ok(Box::new(MemoryUpload { objects, key: key.to_owned(), bytes: Vec::new() }))
    }
}

#[async_trait]
impl Upload for MemoryUpload {
    async fn write(&mut self, bytes: Bytes) -> Result<(), PortError> {
        self.bytes.extend_from_slice(&bytes);
        Ok(())
    }

    async fn complete(self: Box<Self>) -> Result<(), PortError> {
        lock(&self.objects).insert(self.key, (self.bytes.into(), Timestamp::now()));
        Ok(())
    }

    async fn abort(self: Box<Self>) -> Result<(), PortError> {
        Ok(())
    }
}
