//! A source that is read in many places by turns: each column's chunk of a Parquet file.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::super::source::Source;

/// What all windows together hold …
const TOGETHER: usize = 64 << 20;

/// … and the least and most that one of them does.
const LEAST: usize = 64 << 10;
const MOST: usize = 1 << 20;

/// A source with a window for each place that is read.
pub(super) struct Windows {
    source: Arc<dyn Source>,
    places: usize,
    /// The last used ones first.
    windows: Mutex<Vec<(u64, Bytes)>>,
}

impl Windows {
    /// The source, read in so many places by turns.
    pub(super) fn new(source: Arc<dyn Source>, places: usize) -> Self {
        Self { source, places: places.max(1), windows: Mutex::default() }
    }
}

impl Source for Windows {
    fn size(&self) -> u64 {
        self.source.size()
    }

    fn read_at(&self, offset: u64, length: usize) -> io::Result<Bytes> {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let length =
            length.min(usize::try_from(self.size().saturating_sub(offset)).unwrap_or(length));
        let found = windows.iter().enumerate().find_map(|(index, (start, bytes))| {
            let start = usize::try_from(offset.checked_sub(*start)?).ok()?;
            let end = start.checked_add(length)?;
            (end <= bytes.len()).then(|| (index, bytes.slice(start..end)))
        });
        if let Some((index, bytes)) = found {
            let used = windows.remove(index);
            windows.insert(0, used);
            return Ok(bytes);
        }
        let window = (TOGETHER / self.places).clamp(LEAST, MOST);
        let bytes = self.source.fetch_at(offset, length.max(window))?;
        windows.truncate(self.places);
        windows.insert(0, (offset, bytes.clone()));
        Ok(bytes.slice(..length.min(bytes.len())))
    }
}
