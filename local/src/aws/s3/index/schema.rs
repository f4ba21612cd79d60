//! The tables.

use rusqlite::Connection;

/// The format that this program reads and writes.
pub(super) const FORMAT: u32 = 1;

/// What an empty database becomes. Text compares byte by byte, as S3 orders
/// keys.
const TABLES: &str = "
    BEGIN IMMEDIATE;
    CREATE TABLE bucket (
        name TEXT PRIMARY KEY,
        created INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE object (
        bucket TEXT NOT NULL REFERENCES bucket (name),
        key TEXT NOT NULL,
        blob TEXT NOT NULL UNIQUE,
        size INTEGER NOT NULL,
        etag TEXT NOT NULL,
        modified INTEGER NOT NULL,
        algorithm TEXT NOT NULL,
        coverage TEXT NOT NULL,
        checksum TEXT NOT NULL,
        attributes TEXT NOT NULL,
        part_sizes TEXT NOT NULL,
        PRIMARY KEY (bucket, key)
    ) WITHOUT ROWID;
    CREATE TABLE upload (
        id TEXT PRIMARY KEY,
        bucket TEXT NOT NULL REFERENCES bucket (name),
        key TEXT NOT NULL,
        initiated INTEGER NOT NULL,
        algorithm TEXT NOT NULL,
        coverage TEXT NOT NULL,
        attributes TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX upload_place ON upload (bucket, key, id);
    CREATE TABLE part (
        upload TEXT NOT NULL REFERENCES upload (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        blob TEXT NOT NULL UNIQUE,
        size INTEGER NOT NULL,
        etag TEXT NOT NULL,
        modified INTEGER NOT NULL,
        algorithm TEXT NOT NULL,
        coverage TEXT NOT NULL,
        checksum TEXT NOT NULL,
        PRIMARY KEY (upload, number)
    ) WITHOUT ROWID;
    -- AUTOINCREMENT: an id never comes back, it orders what happens to a key.
    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        bucket TEXT NOT NULL,
        key TEXT NOT NULL,
        size INTEGER NOT NULL,
        etag TEXT NOT NULL,
        reason TEXT NOT NULL,
        time INTEGER NOT NULL
    );
    PRAGMA user_version = 1;
    COMMIT;
";

/// Makes a database ready and returns the format that it has.
pub(super) fn prepare(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let format = |connection: &Connection| {
        connection.pragma_query_value(None, "user_version", |row| row.get(0))
    };
    if format(connection)? == 0 {
        connection.execute_batch(TABLES)?;
    }
    format(connection)
}
