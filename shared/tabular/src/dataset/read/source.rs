//! Where bytes come from, and what keeps a table from being read.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::{Buf, Bytes};

use crate::dataset::defect::{Defect, Rejection};

/// How much is asked of a source at a time.
const BLOCK: usize = 8 << 20;

/// An object's bytes, which can be read more than once and anywhere, so that a large
/// object is never held as a whole.
pub trait Source: Send + Sync {
    /// The number of bytes.
    fn size(&self) -> u64;

    /// The `length` bytes from `offset` on; fewer where the object ends. Small reads one
    /// after another are cheap.
    ///
    /// # Errors
    /// When they cannot be had.
    fn read_at(&self, offset: u64, length: usize) -> io::Result<Bytes>;

    /// The same for those who jump about: no more than that is fetched.
    ///
    /// # Errors
    /// Those of [`Self::read_at`].
    fn fetch_at(&self, offset: u64, length: usize) -> io::Result<Bytes> {
        self.read_at(offset, length)
    }
}

impl Source for Bytes {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, length: usize) -> io::Result<Bytes> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.len());
        Ok(self.slice(start..start.saturating_add(length).min(self.len())))
    }
}

impl Source for File {
    fn size(&self) -> u64 {
        self.metadata().map_or(0, |metadata| metadata.len())
    }

    fn read_at(&self, offset: u64, length: usize) -> io::Result<Bytes> {
        let left = usize::try_from(self.size().saturating_sub(offset)).unwrap_or(length);
        let mut bytes = vec![0; length.min(left)];
        self.read_exact_at(&mut bytes, offset)?;
        Ok(bytes.into())
    }
}

/// A table is not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The object holds no table that can be trained on.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The object's bytes cannot be had.
    #[error("the object cannot be read")]
    Source(#[source] io::Error),
}

impl From<Defect> for ReadError {
    fn from(defect: Defect) -> Self {
        Self::Rejected(defect.into())
    }
}

/// A source failed: what is left of its error among those of decoders.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Unavailable(io::Error);

/// More was decompressed than is read.
#[derive(Debug, thiserror::Error)]
#[error("more than {0} bytes")]
struct Excess(u64);

impl From<io::Error> for ReadError {
    /// Tells a source that failed from one whose bytes are damaged.
    fn from(error: io::Error) -> Self {
        if let Some(Excess(limit)) = inner(&error) {
            return too_large(*limit).into();
        }
        let message = format!("the object cannot be decompressed ({error}): upload it again");
        Self::from_source(error).unwrap_or_else(|| Defect::new("damaged", message).into())
    }
}

impl ReadError {
    /// The failure of a source, if that is what the error is.
    pub(super) fn from_source(error: io::Error) -> Option<Self> {
        let Unavailable(error) = error.downcast().ok()?;
        Some(Self::Source(error))
    }
}

/// Marks the failure of a source among the errors of decoders.
pub(super) fn unavailable(error: io::Error) -> io::Error {
    io::Error::other(Unavailable(error))
}

/// The object holds too many bytes.
pub(super) fn too_large(limit: u64) -> Defect {
    let message = format!(
        "the object holds more than {limit} bytes when it is decompressed: upload fewer rows, or \
         spread them over several objects"
    );
    Defect::new("too_large", message)
}

fn inner<E: std::error::Error + 'static>(error: &io::Error) -> Option<&E> {
    error.get_ref()?.downcast_ref()
}

/// A source from its start to its end.
pub(super) struct Sequential {
    source: Arc<dyn Source>,
    offset: u64,
    block: Bytes,
}

impl Sequential {
    pub(super) fn new(source: Arc<dyn Source>) -> Self {
        Self { source, offset: 0, block: Bytes::new() }
    }
}

impl Read for Sequential {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.block.is_empty() && self.offset < self.source.size() {
            let read = self.source.read_at(self.offset, BLOCK);
            self.block = read.map_err(unavailable)?;
            self.offset += self.block.len() as u64;
        }
        let count = self.block.len().min(buffer.len());
        self.block.split_to(count).copy_to_slice(buffer.get_mut(..count).unwrap_or_default());
        Ok(count)
    }
}

/// At most `left` bytes of a reader; more are an error.
pub(super) struct Limited<R> {
    inner: R,
    limit: u64,
    left: u64,
}

impl<R: Read> Limited<R> {
    pub(super) fn new(inner: R, limit: u64) -> Self {
        Self { inner, limit, left: limit }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => self.left = left,
            None => return Err(io::Error::other(Excess(self.limit))),
        }
        Ok(count)
    }
}
