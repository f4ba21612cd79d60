//! Events of objects that were created.

use super::Store;
use crate::aws::s3::error::StorageError;
use crate::aws::s3::index::outbox;
use crate::aws::s3::records::ObjectCreated;

impl Store {
    /// The oldest events that are not acknowledged, `limit` at most.
    pub(crate) fn pending_events(&self, limit: usize) -> Result<Vec<ObjectCreated>, StorageError> {
        Ok(self.index.read(|index| outbox::pending(index, limit))?)
    }

    /// Removes events that have been delivered.
    pub(crate) fn acknowledge(&self, ids: &[i64]) -> Result<(), StorageError> {
        Ok(self
            .index
            .write(|index| ids.iter().try_for_each(|id| outbox::acknowledge(index, *id)))?)
    }

    /// Waits until an event is committed; returns at once if one was
    /// committed since the last call.
    pub(crate) async fn event_committed(&self) {
        self.committed.notified().await;
    }
}
