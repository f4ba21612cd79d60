//! The index: which buckets, objects, uploads and events there are.
//!
//! One connection writes and one reads, so that reading never waits for the
//! disk. The modules below are statements only; whoever calls them decides
//! where a transaction begins and ends.

pub(super) mod buckets;
mod columns;
pub(super) mod listing;
pub(super) mod objects;
pub(super) mod outbox;
mod schema;
pub(super) mod uploads;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::OpenError;

/// The database, open for reading and writing.
#[derive(Debug)]
pub(super) struct Index {
    writer: Mutex<Connection>,
    reader: Mutex<Connection>,
}

impl Index {
    /// Opens the database and creates it if it is missing.
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Index { path: path.to_owned(), source };
        let writer = Connection::open(path).map_err(failed)?;
        let found = schema::prepare(&writer).map_err(failed)?;
        if found != schema::FORMAT {
            let expected = schema::FORMAT;
            return Err(OpenError::Format { path: path.to_owned(), found, expected });
        }
        let reader = Connection::open(path).map_err(failed)?;
        reader.pragma_update(None, "query_only", true).map_err(failed)?;
        Ok(Self { writer: Mutex::new(writer), reader: Mutex::new(reader) })
    }

    /// Reads from one snapshot.
    pub(super) fn read<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let snapshot = reader.transaction()?;
        work(&snapshot)
    }

    /// Changes the index; all that `work` does is durable when this returns,
    /// and nothing of it happens if it fails.
    pub(super) fn write<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }
}
