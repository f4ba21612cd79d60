//! Statements about objects.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns;
use crate::aws::s3::records::Object;

/// The object with this key.
pub(crate) fn find(
    connection: &Connection,
    bucket: &str,
    key: &str,
) -> rusqlite::Result<Option<Object>> {
    let sql = "SELECT * FROM object WHERE bucket = ?1 AND key = ?2";
    connection.prepare_cached(sql)?.query_row([bucket, key], object).optional()
}

/// The tag and the blob of the object with this key.
pub(crate) fn present(
    connection: &Connection,
    bucket: &str,
    key: &str,
) -> rusqlite::Result<Option<(String, String)>> {
    let sql = "SELECT etag, blob FROM object WHERE bucket = ?1 AND key = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row([bucket, key], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

/// Adds an object or replaces the one with the same key.
pub(crate) fn put(connection: &Connection, bucket: &str, object: &Object) -> rusqlite::Result<()> {
    let sql = "
        INSERT OR REPLACE INTO object (
            bucket, key, blob, size, etag, modified, algorithm, coverage, checksum, attributes,
            part_sizes
        ) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    connection.prepare_cached(sql)?.execute(params![
        bucket,
        object.key,
        object.blob,
        object.size,
        object.etag,
        object.modified.as_millisecond(),
        object.checksum.algorithm,
        object.checksum.coverage,
        object.checksum.value,
        columns::to_json(&object.attributes)?,
        columns::to_json(&object.part_sizes)?,
    ])?;
    Ok(())
}

/// Removes an object.
pub(crate) fn delete(connection: &Connection, bucket: &str, key: &str) -> rusqlite::Result<()> {
    let sql = "DELETE FROM object WHERE bucket = ?1 AND key = ?2";
    connection.prepare_cached(sql)?.execute([bucket, key])?;
    Ok(())
}

/// Every blob that an object or a part consists of.
pub(crate) fn blobs<C: FromIterator<String>>(connection: &Connection) -> rusqlite::Result<C> {
    let mut statement =
        connection.prepare("SELECT blob FROM object UNION SELECT blob FROM part")?;
    let blobs = statement.query_map([], |row| row.get(0))?;
    blobs.collect()
}

fn object(row: &Row<'_>) -> rusqlite::Result<Object> {
    Ok(Object {
        key: row.get("key")?,
        blob: row.get("blob")?,
        size: row.get("size")?,
        etag: row.get("etag")?,
        modified: columns::time(row, "modified")?,
        checksum: columns::checksum(row)?,
        attributes: columns::json(row, "attributes")?,
        part_sizes: columns::json(row, "part_sizes")?,
    })
}
