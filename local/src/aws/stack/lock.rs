//! One stack per state folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::error::StackError;

/// Holds a state folder for as long as it lives; the operating system lets go
/// of it however the process ends.
#[derive(Debug)]
pub(super) struct StateLock {
    _file: File,
}

impl StateLock {
    /// # Errors
    /// [`StackError::InUse`] if another stack holds the folder.
    pub(super) fn acquire(folder: &Path) -> Result<Self, StackError> {
        let failure = |source| StackError::State { folder: folder.to_owned(), source };
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join("lock"))
            .map_err(failure)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StackError::InUse { folder: folder.to_owned() }),
            Err(TryLockError::Error(source)) => Err(failure(source)),
        }
    }
}
