//! Records on disk, until their files are written.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, params};
use tokio::task;

use super::error::FirehoseError;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS record (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        stream TEXT NOT NULL,
        prefix TEXT NOT NULL,
        record_id TEXT NOT NULL,
        data BLOB NOT NULL,
        arrived_ms INTEGER NOT NULL
    );
    CREATE INDEX IF NOT EXISTS record_prefix ON record (stream, prefix, id);
";

/// A record that was taken.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) prefix: String,
    pub(super) record_id: String,
    pub(super) data: Vec<u8>,
}

/// How many bytes of a prefix wait, and since when.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) prefix: String,
    pub(super) bytes: u64,
    pub(super) oldest_ms: i64,
}

/// The records of one prefix, in the order in which they came.
#[derive(Debug)]
pub(super) struct Buffered {
    pub(super) first_record_id: String,
    pub(super) content: Vec<u8>,
    /// Up to which record this is.
    pub(super) last: i64,
}

/// A handle to the database that is cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Store {
    connection: Arc<Mutex<Connection>>,
}

impl Store {
    pub(super) fn open(path: &Path) -> Result<Self, FirehoseError> {
        let connection = Connection::open(path)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// Keeps records, all or none.
    pub(super) async fn keep(
        &self,
        stream: &str,
        records: Vec<Taken>,
        now_ms: i64,
    ) -> Result<(), FirehoseError> {
        let stream = stream.to_owned();
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            let sql = "INSERT INTO record (stream, prefix, record_id, data, arrived_ms)
                       VALUES (?1, ?2, ?3, ?4, ?5)";
            for Taken { prefix, record_id, data } in &records {
                transaction
                    .prepare_cached(sql)?
                    .execute(params![stream, prefix, record_id, data, now_ms])?;
            }
            transaction.commit()
        })
        .await
    }

    /// What waits in a stream, by prefix.
    pub(super) async fn waiting(&self, stream: &str) -> Result<Vec<Waiting>, FirehoseError> {
        let stream = stream.to_owned();
        self.call(move |connection| {
            let sql = "SELECT prefix, SUM(LENGTH(data)), MIN(arrived_ms) FROM record
                       WHERE stream = ?1 GROUP BY prefix ORDER BY MIN(id)";
            let mut statement = connection.prepare_cached(sql)?;
            let waiting = statement.query_map([stream], |row| {
                Ok(Waiting {
                    prefix: row.get(0)?,
                    bytes: row.get::<_, i64>(1)?.unsigned_abs(),
                    oldest_ms: row.get(2)?,
                })
            })?;
            waiting.collect()
        })
        .await
    }

    /// The oldest records of a prefix, as many as `bytes` need.
    pub(super) async fn read(
        &self,
        stream: &str,
        prefix: &str,
        bytes: u64,
    ) -> Result<Option<Buffered>, FirehoseError> {
        let (stream, prefix) = (stream.to_owned(), prefix.to_owned());
        self.call(move |connection| {
            let sql = "SELECT id, record_id, data FROM record
                       WHERE stream = ?1 AND prefix = ?2 ORDER BY id";
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query(params![stream, prefix])?;
            let mut buffered: Option<Buffered> = None;
            while let Some(row) = rows.next()? {
                let (last, data) = (row.get(0)?, row.get::<_, Vec<u8>>(2)?);
                match &mut buffered {
                    None => {
                        let first_record_id = row.get(1)?;
                        buffered = Some(Buffered { first_record_id, content: data, last });
                    }
                    Some(buffered) if buffered.content.len() as u64 >= bytes => break,
                    Some(buffered) => {
                        buffered.content.extend_from_slice(&data);
                        buffered.last = last;
                    }
                }
            }
            Ok(buffered)
        })
        .await
    }

    /// Forgets the records of a prefix that are in a file, up to one of them.
    pub(super) async fn forget(
        &self,
        stream: &str,
        prefix: &str,
        last: i64,
    ) -> Result<(), FirehoseError> {
        let (stream, prefix) = (stream.to_owned(), prefix.to_owned());
        self.call(move |connection| {
            let sql = "DELETE FROM record WHERE stream = ?1 AND prefix = ?2 AND id <= ?3";
            connection.prepare_cached(sql)?.execute(params![stream, prefix, last]).map(drop)
        })
        .await
    }

    async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, FirehoseError> {
        let connection = Arc::clone(&self.connection);
        let work = move || work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(task::spawn_blocking(work).await.map_err(|_| FirehoseError::ShuttingDown)??)
    }
}
