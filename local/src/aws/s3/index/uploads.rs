//! Statements about multipart uploads and their parts.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns;
use crate::aws::s3::records::{Part, Upload};

/// Begins an upload.
pub(crate) fn create(
    connection: &Connection,
    bucket: &str,
    upload: &Upload,
) -> rusqlite::Result<()> {
    let sql = "
        INSERT INTO upload (id, bucket, key, initiated, algorithm, coverage, attributes)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    connection.prepare_cached(sql)?.execute(params![
        upload.id,
        bucket,
        upload.key,
        upload.initiated.as_millisecond(),
        upload.algorithm,
        upload.coverage,
        columns::to_json(&upload.attributes)?,
    ])?;
    Ok(())
}

/// The upload with this id, if it is to this key.
pub(crate) fn find(
    connection: &Connection,
    bucket: &str,
    key: &str,
    id: &str,
) -> rusqlite::Result<Option<Upload>> {
    let sql = "SELECT * FROM upload WHERE bucket = ?1 AND key = ?2 AND id = ?3";
    connection.prepare_cached(sql)?.query_row([bucket, key, id], upload).optional()
}

/// The uploads to keys that begin with `prefix`, ordered by key and id, that
/// come after the key and the id in `after`.
pub(crate) fn list(
    connection: &Connection,
    bucket: &str,
    prefix: &str,
    after: (&str, &str),
    limit: usize,
) -> rusqlite::Result<Vec<Upload>> {
    let sql = "
        SELECT * FROM upload
        WHERE bucket = ?1 AND (key, id) > (?2, ?3) AND substr(key, 1, length(?4)) = ?4
        ORDER BY key, id LIMIT ?5";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![bucket, after.0, after.1, prefix, limit], upload)?;
    rows.collect()
}

/// Removes an upload and its parts.
pub(crate) fn delete(connection: &Connection, id: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM upload WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// Adds a part or replaces the one with the same number.
pub(crate) fn put_part(connection: &Connection, upload: &str, part: &Part) -> rusqlite::Result<()> {
    let sql = "
        INSERT OR REPLACE INTO part (
            upload, number, blob, size, etag, modified, algorithm, coverage, checksum
        ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    connection.prepare_cached(sql)?.execute(params![
        upload,
        part.number,
        part.blob,
        part.size,
        part.etag,
        part.modified.as_millisecond(),
        part.checksum.algorithm,
        part.checksum.coverage,
        part.checksum.value,
    ])?;
    Ok(())
}

/// The parts of an upload whose numbers are greater than `after`, in order,
/// `limit` at most.
pub(crate) fn parts(
    connection: &Connection,
    upload: &str,
    after: i32,
    limit: usize,
) -> rusqlite::Result<Vec<Part>> {
    let sql = "SELECT * FROM part WHERE upload = ?1 AND number > ?2 ORDER BY number LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![upload, after, limit], part)?;
    rows.collect()
}

/// The blob of a part.
pub(crate) fn part_blob(
    connection: &Connection,
    upload: &str,
    number: i32,
) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT blob FROM part WHERE upload = ?1 AND number = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row(params![upload, number], |row| row.get(0)).optional()
}

fn upload(row: &Row<'_>) -> rusqlite::Result<Upload> {
    Ok(Upload {
        id: row.get("id")?,
        key: row.get("key")?,
        initiated: columns::time(row, "initiated")?,
        algorithm: row.get("algorithm")?,
        coverage: row.get("coverage")?,
        attributes: columns::json(row, "attributes")?,
    })
}

fn part(row: &Row<'_>) -> rusqlite::Result<Part> {
    Ok(Part {
        number: row.get("number")?,
        blob: row.get("blob")?,
        size: row.get("size")?,
        etag: row.get("etag")?,
        modified: columns::time(row, "modified")?,
        checksum: columns::checksum(row)?,
    })
}
