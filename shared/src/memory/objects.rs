//! Objects in a map.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::lock;
use super::outage::{Call, Fate, Outage};
use crate::port_error::PortError;
use crate::storage::{Described, Listed, Object, ReadObjects, Upload, UploadObjects, WriteObjects};

/// A bucket in memory, which keeps no version but names each: the nanosecond it was written.
#[derive(Debug, Default)]
pub struct MemoryObjects {
    objects: Arc<Mutex<BTreeMap<String, (Bytes, Timestamp)>>>,
    reads: Mutex<BTreeMap<String, usize>>,
    outage: Arc<Outage>,
}

impl MemoryObjects {
    /// Lets `judge` decide what becomes of each call from now on, by the key or prefix that it
    /// is for.
    pub fn judge(&self, judge: impl Fn(Call, &str) -> Fate + Send + Sync + 'static) {
        self.outage.set(Some(Arc::new(judge)));
    }

    /// Serves all calls again.
    pub fn mend(&self) {
        self.outage.set(None);
    }

    /// Deletes an object; no matter if there is none.
    pub fn delete(&self, key: &str) {
        lock(&self.objects).remove(key);
    }

    /// How often the content, or a part of it, of objects was asked for whose key starts with
    /// `prefix`.
    pub fn reads(&self, prefix: &str) -> usize {
        lock(&self.reads).iter().filter(|(key, _)| key.starts_with(prefix)).map(|(_, n)| n).sum()
    }

    async fn read(&self, key: &str) -> Result<(), PortError> {
        *lock(&self.reads).entry(key.to_owned()).or_default() += 1;
        self.outage.pass(Call::Read, key).await
    }
}

fn etag(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes)).chars().take(32).collect()
}

#[async_trait]
impl ReadObjects for MemoryObjects {
    async fn get(&self, key: &str) -> Result<Option<Object>, PortError> {
        self.read(key).await?;
        Ok(lock(&self.objects)
            .get(key)
            .map(|(bytes, _)| Object { bytes: bytes.clone(), etag: etag(bytes) }))
    }

    async fn describe(&self, key: &str) -> Result<Option<Described>, PortError> {
        self.outage.pass(Call::Describe, key).await?;
        let described = |(bytes, modified): &(Bytes, Timestamp)| Described {
            size: bytes.len() as u64,
            etag: etag(bytes),
            version: Some(modified.as_nanosecond().to_string()),
        };
        Ok(lock(&self.objects).get(key).map(described))
    }

    async fn get_range(
        &self,
        key: &str,
        tag: &str,
        range: Range<u64>,
    ) -> Result<Option<Bytes>, PortError> {
        self.read(key).await?;
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
        self.outage.pass(Call::List, prefix).await?;
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
        self.outage.pass(Call::Write, key).await?;
        lock(&self.objects).insert(key.to_owned(), (bytes, Timestamp::now()));
        Ok(())
    }

    async fn copy(&self, from: &str, tag: &str, to: &str) -> Result<bool, PortError> {
        self.outage.pass(Call::Write, to).await?;
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
    outage: Arc<Outage>,
    key: String,
    bytes: Vec<u8>,
}

#[async_trait]
impl UploadObjects for MemoryObjects {
    async fn upload(&self, key: &str, _content_type: &str) -> Result<Box<dyn Upload>, PortError> {
        let (objects, outage) = (Arc::clone(&self.objects), Arc::clone(&self.outage));
        Ok(Box::new(MemoryUpload { objects, outage, key: key.to_owned(), bytes: Vec::new() }))
    }
}

#[async_trait]
impl Upload for MemoryUpload {
    async fn write(&mut self, bytes: Bytes) -> Result<(), PortError> {
        self.bytes.extend_from_slice(&bytes);
        Ok(())
    }

    async fn complete(self: Box<Self>) -> Result<(), PortError> {
        self.outage.pass(Call::Write, &self.key).await?;
        lock(&self.objects).insert(self.key, (self.bytes.into(), Timestamp::now()));
        Ok(())
    }

    async fn abort(self: Box<Self>) -> Result<(), PortError> {
        Ok(())
    }
}
