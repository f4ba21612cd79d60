//! An object as the readers of data sets see it.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::{Described, ReadObjects};
use crate::dataset::Source;
use crate::port_error::PortError;

/// How much is fetched at a time.
const BLOCK: usize = 8 << 20;

/// The object was replaced or deleted while it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the object was replaced or deleted while it was read")]
pub struct Replaced;

/// An object that is fetched in blocks, the next of which is on its way while one is
/// read. It is read on a thread that may block, not on one of the runtime.
pub struct ObjectSource {
    objects: Arc<dyn ReadObjects>,
    runtime: Handle,
    key: String,
    described: Described,
    blocks: Mutex<Blocks>,
}

/// What has been fetched.
#[derive(Default)]
struct Blocks {
    offset: u64,
    bytes: Bytes,
    ahead: Option<Ahead>,
}

/// A block that is on its way.
struct Ahead {
    offset: u64,
    fetch: JoinHandle<Result<Option<Bytes>, PortError>>,
}

impl ObjectSource {
    /// The object under `key`, as it was described. Blocks are fetched by the runtime that
    /// this is called on.
    ///
    /// # Panics
    /// Outside of a runtime.
    #[must_use]
    pub fn new(objects: Arc<dyn ReadObjects>, key: String, described: Described) -> Self {
        let blocks = Mutex::default();
        Self { objects, runtime: Handle::current(), key, described, blocks }
    }

    fn fetch(&self, offset: u64, length: usize) -> JoinHandle<Result<Option<Bytes>, PortError>> {
        let (objects, key) = (Arc::clone(&self.objects), self.key.clone());
        let etag = self.described.etag.clone();
        let end = offset.saturating_add(length as u64).min(self.described.size);
        self.runtime.spawn(async move { objects.get_range(&key, &etag, offset..end).await })
    }

    fn wait(&self, fetch: JoinHandle<Result<Option<Bytes>, PortError>>) -> io::Result<Bytes> {
        self.runtime
            .block_on(fetch)
            .map_err(io::Error::other)?
            .map_err(io::Error::other)?
            .ok_or_else(|| io::Error::other(Replaced))
    }
}

impl Source for ObjectSource {
    fn size(&self) -> u64 {
        self.described.size
    }

    fn read_at(&self, offset: u64, length: usize) -> io::Result<Bytes> {
        if offset >= self.described.size || length == 0 {
            return Ok(Bytes::new());
        }
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = blocks.get(offset, length, self.described.size) {
            return Ok(bytes);
        }
        let wanted = length.max(BLOCK);
        let fetch = match blocks.ahead.take() {
            Some(ahead) if ahead.offset == offset && wanted == BLOCK => ahead.fetch,
            Some(other) => {
                other.fetch.abort();
                self.fetch(offset, wanted)
            }
            None => self.fetch(offset, wanted),
        };
        let bytes = self.wait(fetch)?;
        // Who reads whole blocks reads them in order.
        let next = offset + bytes.len() as u64;
        if length >= BLOCK && next < self.described.size {
            blocks.ahead = Some(Ahead { offset: next, fetch: self.fetch(next, BLOCK) });
        }
        blocks.offset = offset;
        blocks.bytes = bytes;
        Ok(blocks.get(offset, length, self.described.size).unwrap_or_default())
    }

    fn fetch_at(&self, offset: u64, length: usize) -> io::Result<Bytes> {
        if offset >= self.described.size || length == 0 {
            return Ok(Bytes::new());
        }
        self.wait(self.fetch(offset, length))
    }
}

impl Blocks {
    /// The bytes from the block that was fetched last, if it holds all of them.
    fn get(&self, offset: u64, length: usize, size: u64) -> Option<Bytes> {
        let start = usize::try_from(offset.checked_sub(self.offset)?).ok()?;
        let length = length.min(usize::try_from(size - offset).unwrap_or(length));
        let end = start.checked_add(length)?;
        (end <= self.bytes.len()).then(|| self.bytes.slice(start..end))
    }
}

impl Drop for ObjectSource {
    fn drop(&mut self) {
        let blocks = self.blocks.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(ahead) = &blocks.ahead {
            ahead.fetch.abort();
        }
    }
}
