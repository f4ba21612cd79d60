//! The index and the blobs together: every change that requests make.
//!
//! What changes the index runs to its end once it has begun, on a thread for
//! blocking work: a client that goes away cannot leave a change half done.

mod buckets;
mod objects;
mod outbox;
mod uploads;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::Notify;
use tokio::task::{self, JoinError};

pub(super) use self::objects::NewObject;
pub(super) use self::uploads::{Assembly, NewPart};
use super::blobs::BlobStore;
use super::error::OpenError;
use super::index::{Index, objects as object_rows};

/// Buckets, objects, uploads and events.
#[derive(Debug)]
pub(super) struct Store {
    index: Index,
    blobs: BlobStore,
    /// Signalled when an event has been committed.
    committed: Notify,
    /// Keeps others out of the folder while it is open.
    _lock: File,
}

impl Store {
    /// Opens the storage in the folder `state`, and removes what a crash left
    /// behind.
    pub(super) fn open(state: &Path) -> Result<Self, OpenError> {
        let root = state.join("blobs");
        let folder = |source| OpenError::Folder { path: root.clone(), source };
        fs::create_dir_all(state).map_err(folder)?;
        let lock = lock(state)?;
        let blobs = BlobStore::open(&root).map_err(folder)?;
        let path = state.join("s3.sqlite");
        let index = Index::open(&path)?;
        let wanted = index.read(object_rows::blobs);
        let wanted = wanted.map_err(|source| OpenError::Index { path, source })?;
        let swept = blobs.sweep(&wanted).map_err(folder)?;
        if swept > 0 {
            tracing::info!(swept, "removed what a crash left of objects");
        }
        Ok(Self { index, blobs, committed: Notify::new(), _lock: lock })
    }

    pub(super) fn blobs(&self) -> &BlobStore {
        &self.blobs
    }

    /// Runs blocking work on the store.
    pub(super) async fn run<T, E>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<JoinError> + Send + 'static,
    {
        let store = Arc::clone(self);
        task::spawn_blocking(move || work(&store)).await?
    }
}

fn lock(state: &Path) -> Result<File, OpenError> {
    let path = state.join("s3.lock");
    let failed = |source: io::Error| OpenError::Folder { path: path.clone(), source };
    let lock = File::create(&path).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: state.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}
