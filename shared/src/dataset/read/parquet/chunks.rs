//! A source as the Parquet decoder reads it: here a header, there a page.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use ::parquet::errors::Result;
use ::parquet::file::reader::{ChunkReader, Length};
use bytes::{Buf, Bytes};

use super::super::source::{Source, unavailable};

/// The least number of bytes that are fetched at a time.
const BLOCK: usize = 4 << 20;

/// A source and the block of it that was fetched last.
#[derive(Clone)]
pub(super) struct Chunks {
    source: Arc<dyn Source>,
    block: Arc<Mutex<Block>>,
}

#[derive(Default)]
struct Block {
    offset: u64,
    bytes: Bytes,
}

/// A source from a place on.
pub(super) struct From {
    chunks: Chunks,
    offset: u64,
}

impl Chunks {
    pub(super) fn new(source: Arc<dyn Source>) -> Self {
        Self { source, block: Arc::default() }
    }

    /// At most `length` bytes from `offset` on; fewer where the source ends.
    fn get(&self, offset: u64, length: usize) -> io::Result<Bytes> {
        let mut block = self.block.lock().unwrap_or_else(PoisonError::into_inner);
        let within = |block: &Block| {
            let start = usize::try_from(offset.checked_sub(block.offset)?).ok()?;
            let end = start.checked_add(length)?;
            (end <= block.bytes.len()).then(|| block.bytes.slice(start..end))
        };
        if let Some(bytes) = within(&block) {
            return Ok(bytes);
        }
        let bytes = self.source.read_at(offset, length.max(BLOCK)).map_err(unavailable)?;
        *block = Block { offset, bytes };
        Ok(block.bytes.slice(..length.min(block.bytes.len())))
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.source.size()
    }
}

impl ChunkReader for Chunks {
    type T = From;

    fn get_read(&self, start: u64) -> Result<From> {
        Ok(From { chunks: self.clone(), offset: start })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let bytes = self.get(start, length)?;
        if bytes.len() == length {
            return Ok(bytes);
        }
        Err(::parquet::errors::ParquetError::EOF(format!(
            "{length} bytes are announced at {start}, but there are {}",
            bytes.len()
        )))
    }
}

impl Read for From {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut bytes = self.chunks.get(self.offset, buffer.len())?;
        let count = bytes.len();
        bytes.copy_to_slice(buffer.get_mut(..count).unwrap_or_default());
        self.offset += count as u64;
        Ok(count)
    }
}
