//! Statements about events that are to be delivered.

use rusqlite::{Connection, Row, params};

use super::columns;
use crate::aws::s3::records::{Object, ObjectCreated, Reason};

/// Notes that an object has been created.
pub(crate) fn note(
    connection: &Connection,
    bucket: &str,
    object: &Object,
    reason: Reason,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO outbox (bucket, key, size, etag, reason, time)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let time = object.modified.as_millisecond();
    connection.prepare_cached(sql)?.execute(params![
        bucket,
        object.key,
        object.size,
        object.etag,
        reason.name(),
        time
    ])?;
    Ok(())
}

/// The oldest events, `limit` at most.
pub(crate) fn pending(
    connection: &Connection,
    limit: usize,
) -> rusqlite::Result<Vec<ObjectCreated>> {
    let mut statement = connection.prepare_cached("SELECT * FROM outbox ORDER BY id LIMIT ?1")?;
    let rows = statement.query_map([limit], event)?;
    rows.collect()
}

/// Removes an event.
pub(crate) fn acknowledge(connection: &Connection, id: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM outbox WHERE id = ?1")?.execute([id])?;
    Ok(())
}

fn event(row: &Row<'_>) -> rusqlite::Result<ObjectCreated> {
    let id = row.get("id")?;
    Ok(ObjectCreated {
        id,
        bucket: row.get("bucket")?,
        key: row.get("key")?,
        size: row.get("size")?,
        etag: row.get("etag")?,
        sequencer: format!("{id:018X}"),
        reason: row.get("reason")?,
        time: columns::time(row, "time")?,
    })
}
