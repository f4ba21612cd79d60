//! Statements about buckets.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::columns;
use crate::aws::s3::error::RequestError;

/// A bucket as it is listed.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    pub(crate) created: Timestamp,
}

/// Adds a bucket and tells whether it is new.
pub(crate) fn create(
    connection: &Connection,
    name: &str,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let sql = "INSERT OR IGNORE INTO bucket (name, created) VALUES (?1, ?2)";
    let added = connection.prepare_cached(sql)?.execute(params![name, now.as_millisecond()])?;
    Ok(added == 1)
}

/// Fails if the bucket does not exist.
pub(crate) fn require(connection: &Connection, name: &str) -> Result<(), RequestError> {
    let sql = "SELECT 1 FROM bucket WHERE name = ?1";
    if connection.prepare_cached(sql)?.exists([name])? {
        Ok(())
    } else {
        Err(RequestError::NoSuchBucket { bucket: name.to_owned() })
    }
}

/// The buckets whose names begin with `prefix` and come after `after`, in
/// order, `limit` at most.
pub(crate) fn list(
    connection: &Connection,
    prefix: &str,
    after: &str,
    limit: usize,
) -> rusqlite::Result<Vec<Bucket>> {
    let sql = "SELECT name, created FROM bucket
               WHERE name > ?1 AND substr(name, 1, length(?2)) = ?2 ORDER BY name LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![after, prefix, limit], bucket)?;
    rows.collect()
}

/// Whether the bucket holds no object.
pub(crate) fn is_empty(connection: &Connection, name: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM object WHERE bucket = ?1";
    Ok(!connection.prepare_cached(sql)?.exists([name])?)
}

/// Removes a bucket that holds neither objects nor uploads.
pub(crate) fn delete(connection: &Connection, name: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM bucket WHERE name = ?1")?.execute([name])?;
    Ok(())
}

fn bucket(row: &Row<'_>) -> rusqlite::Result<Bucket> {
    Ok(Bucket { name: row.get("name")?, created: columns::time(row, "created")? })
}
