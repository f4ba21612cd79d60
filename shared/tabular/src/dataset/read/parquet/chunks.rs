//! A source as the Parquet decoder reads it: here a header, there a page.

use std::io::{self, Read};
use std::sync::Arc;

use ::parquet::errors::Result;
use ::parquet::file::reader::{ChunkReader, Length};
use bytes::{Buf, Bytes};

use super::super::source::{Source, unavailable};

/// A source.
#[derive(Clone)]
pub(in crate::dataset::read) struct Chunks(Arc<dyn Source>);

/// A source from a place on.
pub(in crate::dataset::read) struct From {
    source: Arc<dyn Source>,
    offset: u64,
}

impl Chunks {
    pub(in crate::dataset::read) fn new(source: Arc<dyn Source>) -> Self {
        Self(source)
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.0.size()
    }
}

impl ChunkReader for Chunks {
    type T = From;

    fn get_read(&self, start: u64) -> Result<From> {
        Ok(From { source: Arc::clone(&self.0), offset: start })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let bytes = self.0.read_at(start, length).map_err(unavailable)?;
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
        let mut bytes = self.source.read_at(self.offset, buffer.len()).map_err(unavailable)?;
        let count = bytes.len();
        bytes.copy_to_slice(buffer.get_mut(..count).unwrap_or_default());
        self.offset += count as u64;
        Ok(count)
    }
}
