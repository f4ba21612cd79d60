//! The queues and their messages on disk.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use tokio::task;
use uuid::Uuid;

use super::error::SqsError;
use super::message::{NewMessage, Received, Sent};
use super::settings::{Attributes, Settings};

/// For how long a FIFO queue takes a second message of an id for the first.
const DEDUPLICATION_MS: i64 = 300_000;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS queue (
        name TEXT PRIMARY KEY,
        attributes TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS message (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        queue TEXT NOT NULL,
        message_id TEXT NOT NULL,
        body TEXT NOT NULL,
        attributes TEXT NOT NULL,
        group_id TEXT,
        deduplication_id TEXT,
        source TEXT,
        sent_ms INTEGER NOT NULL,
        visible_ms INTEGER NOT NULL,
        receptions INTEGER NOT NULL DEFAULT 0,
        first_ms INTEGER,
        receipt TEXT
    );
    CREATE INDEX IF NOT EXISTS message_visible ON message (queue, visible_ms);
    CREATE TABLE IF NOT EXISTS deduplication (
        queue TEXT NOT NULL,
        id TEXT NOT NULL,
        message_id TEXT NOT NULL,
        until_ms INTEGER NOT NULL,
        PRIMARY KEY (queue, id)
    );
    -- A reception ends with the process in which it began.
    UPDATE message SET visible_ms = 0, receipt = NULL WHERE receipt IS NOT NULL;
";

/// A handle to the database that is cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Store {
    connection: Arc<Mutex<Connection>>,
}

/// What can be received now, and when there may be more.
#[derive(Debug, Default)]
pub(super) struct Reception {
    pub(super) messages: Vec<Received>,
    pub(super) next_ms: Option<i64>,
}

/// How many messages a queue has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) visible: u64,
    pub(super) in_flight: u64,
    pub(super) delayed: u64,
}

impl Store {
    /// Opens the database; messages that were being received can be received again.
    pub(super) fn open(path: &Path) -> Result<Self, SqsError> {
        let connection = Connection::open(path)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// Makes a queue, or gives it other attributes.
    pub(super) fn put_queue(&self, name: &str, attributes: &Attributes) -> Result<(), SqsError> {
        let sql = "INSERT INTO queue (name, attributes) VALUES (?1, ?2)
                   ON CONFLICT (name) DO UPDATE SET attributes = excluded.attributes";
        let text = serde_json::to_string(attributes)?;
        self.lock().execute(sql, params![name, text])?;
        Ok(())
    }

    /// Removes a queue with its messages.
    pub(super) fn delete_queue(&self, name: &str) -> Result<(), SqsError> {
        self.purge(name)?;
        self.lock().execute("DELETE FROM queue WHERE name = ?1", [name])?;
        Ok(())
    }

    pub(super) fn attributes(&self, name: &str) -> Result<Option<Attributes>, SqsError> {
        let sql = "SELECT attributes FROM queue WHERE name = ?1";
        let text: Option<String> =
            self.lock().query_row(sql, [name], |row| row.get(0)).optional()?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    /// The names of all queues, in order.
    pub(super) fn names(&self) -> Result<Vec<String>, SqsError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached("SELECT name FROM queue ORDER BY name")?;
        let names = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(names)
    }

    /// Adds messages, all or none; one that a FIFO queue knows already stays the first.
    pub(super) async fn send(
        &self,
        queue: &str,
        settings: &Settings,
        messages: Vec<NewMessage>,
        now_ms: i64,
    ) -> Result<Vec<Sent>, SqsError> {
        let (queue, settings) = (queue.to_owned(), settings.clone());
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            let mut sent = Vec::with_capacity(messages.len());
            for message in &messages {
                sent.push(insert(&transaction, &queue, &settings, message, now_ms)?);
            }
            transaction.commit()?;
            Ok(sent)
        })
        .await
    }

    /// Begins to receive at most `most` messages, which are hidden until `hidden_until_ms`.
    pub(super) async fn receive(
        &self,
        queue: &str,
        settings: &Settings,
        most: usize,
        now_ms: i64,
        hidden_until_ms: i64,
    ) -> Result<Reception, SqsError> {
        let (queue, settings) = (queue.to_owned(), settings.clone());
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            let expired_ms = now_ms - i64::from(settings.retention_seconds) * 1000;
            let sql = "DELETE FROM message WHERE queue = ?1 AND sent_ms < ?2";
            transaction.prepare_cached(sql)?.execute(params![queue, expired_ms])?;
            let mut messages = Vec::new();
            for (id, receptions) in ready(&transaction, &queue, &settings, now_ms)? {
                if messages.len() >= most {
                    break;
                }
                match &settings.redrive {
                    Some(redrive) if receptions >= redrive.max_receive_count => {
                        give_up(&transaction, id, redrive.target(), now_ms)?;
                    }
                    _ => messages.push(begin(&transaction, id, now_ms, hidden_until_ms)?),
                }
            }
            let sql = "SELECT min(visible_ms) FROM message WHERE queue = ?1 AND visible_ms > ?2";
            let next_ms = transaction.query_row(sql, params![queue, now_ms], |row| row.get(0))?;
            transaction.commit()?;
            Ok(Reception { messages, next_ms })
        })
        .await
    }

    /// Removes the message of a receipt; no matter if it is gone already.
    pub(super) async fn delete(&self, queue: &str, receipts: Vec<String>) -> Result<(), SqsError> {
        let queue = queue.to_owned();
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            let sql = "DELETE FROM message WHERE queue = ?1 AND receipt = ?2";
            for receipt in &receipts {
                transaction.prepare_cached(sql)?.execute([&queue, receipt])?;
            }
            transaction.commit()
        })
        .await
    }

    /// Hides the message of a receipt until another time; whether it was hidden.
    pub(super) async fn hide(
        &self,
        queue: &str,
        receipt: &str,
        now_ms: i64,
        until_ms: i64,
    ) -> Result<bool, SqsError> {
        let (queue, receipt) = (queue.to_owned(), receipt.to_owned());
        self.call(move |connection| {
            let sql = "UPDATE message SET visible_ms = ?3
                       WHERE queue = ?1 AND receipt = ?2 AND visible_ms > ?4";
            let mut statement = connection.prepare_cached(sql)?;
            Ok(statement.execute(params![queue, receipt, until_ms, now_ms])? > 0)
        })
        .await
    }

    /// Removes all messages of a queue.
    pub(super) fn purge(&self, queue: &str) -> Result<(), SqsError> {
        self.lock().execute("DELETE FROM message WHERE queue = ?1", [queue])?;
        Ok(())
    }

    pub(super) async fn counts(&self, queue: &str, now_ms: i64) -> Result<Counts, SqsError> {
        let queue = queue.to_owned();
        self.call(move |connection| {
            let sql = "SELECT count(*) FILTER (WHERE visible_ms <= ?2),
                              count(*) FILTER (WHERE visible_ms > ?2 AND receipt IS NOT NULL),
                              count(*) FILTER (WHERE visible_ms > ?2 AND receipt IS NULL)
                       FROM message WHERE queue = ?1";
            connection.query_row(sql, params![queue, now_ms], |row| {
                Ok(Counts { visible: row.get(0)?, in_flight: row.get(1)?, delayed: row.get(2)? })
            })
        })
        .await
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn call<T, F>(&self, work: F) -> Result<T, SqsError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let store = self.clone();
        let result = task::spawn_blocking(move || work(&mut store.lock())).await;
        Ok(result.map_err(|_| SqsError::ShuttingDown)??)
    }
}

fn insert(
    transaction: &Transaction<'_>,
    queue: &str,
    settings: &Settings,
    message: &NewMessage,
    now_ms: i64,
) -> rusqlite::Result<Sent> {
    let NewMessage { message_body, message_attributes, message_group_id, .. } = message;
    let message_id = Uuid::new_v4().to_string();
    let deduplication = message.message_deduplication_id.as_ref().filter(|_| settings.is_fifo);
    if let Some(id) = deduplication {
        let sql = "DELETE FROM deduplication WHERE queue = ?1 AND until_ms <= ?2";
        transaction.prepare_cached(sql)?.execute(params![queue, now_ms])?;
        let sql = "SELECT message_id FROM deduplication WHERE queue = ?1 AND id = ?2";
        let mut statement = transaction.prepare_cached(sql)?;
        if let Some(known) = statement.query_row([queue, id], |row| row.get(0)).optional()? {
            return Ok(message.sent(known, None));
        }
        let sql = "INSERT INTO deduplication VALUES (?1, ?2, ?3, ?4)";
        let until_ms = now_ms + DEDUPLICATION_MS;
        transaction.prepare_cached(sql)?.execute(params![queue, id, message_id, until_ms])?;
    }
    let delay_seconds = message.delay_seconds.unwrap_or(settings.delay_seconds);
    let visible_ms = now_ms + i64::from(delay_seconds) * 1000;
    // Texts can always be written.
    let attributes = serde_json::to_string(message_attributes).unwrap_or_default();
    let sql = "INSERT INTO message (queue, message_id, body, attributes, group_id,
                                    deduplication_id, sent_ms, visible_ms)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    transaction.prepare_cached(sql)?.execute(params![
        queue,
        message_id,
        message_body,
        attributes,
        message_group_id,
        deduplication,
        now_ms,
        visible_ms
    ])?;
    let sequence = settings.is_fifo.then(|| sequence_number(transaction.last_insert_rowid()));
    Ok(message.sent(message_id, sequence))
}

/// The messages that can be received, in their order, and how often each was. In a FIFO
/// queue a group waits while one of its messages is being received.
fn ready(
    transaction: &Transaction<'_>,
    queue: &str,
    settings: &Settings,
    now_ms: i64,
) -> rusqlite::Result<Vec<(i64, u32)>> {
    let mut busy: HashSet<Option<String>> = HashSet::new();
    if settings.is_fifo {
        let sql = "SELECT DISTINCT group_id FROM message
                   WHERE queue = ?1 AND visible_ms > ?2 AND receipt IS NOT NULL";
        let mut statement = transaction.prepare_cached(sql)?;
        let groups = statement.query_map(params![queue, now_ms], |row| row.get(0))?;
        busy = groups.collect::<Result<_, _>>()?;
    }
    let sql = "SELECT id, receptions, group_id FROM message
               WHERE queue = ?1 AND visible_ms <= ?2 ORDER BY id";
    let mut statement = transaction.prepare_cached(sql)?;
    let mut rows = statement.query(params![queue, now_ms])?;
    let mut ready = Vec::new();
    while let Some(row) = rows.next()? {
        let group: Option<String> = row.get(2)?;
        if !busy.contains(&group) || group.is_none() {
            ready.push((row.get(0)?, row.get(1)?));
        }
    }
    Ok(ready)
}

fn give_up(
    transaction: &Transaction<'_>,
    id: i64,
    target: &str,
    now_ms: i64,
) -> rusqlite::Result<()> {
    let sql = "UPDATE message SET source = queue, queue = ?2, visible_ms = ?3, receptions = 0,
                                  first_ms = NULL, receipt = NULL WHERE id = ?1";
    transaction.prepare_cached(sql)?.execute(params![id, target, now_ms])?;
    Ok(())
}

fn begin(
    transaction: &Transaction<'_>,
    id: i64,
    now_ms: i64,
    hidden_until_ms: i64,
) -> rusqlite::Result<Received> {
    let sql = "UPDATE message SET receptions = receptions + 1, visible_ms = ?2, receipt = ?3,
                                  first_ms = coalesce(first_ms, ?4)
               WHERE id = ?1
               RETURNING id, message_id, receipt, body, attributes, group_id, deduplication_id,
                         source, sent_ms, receptions, first_ms";
    let receipt = Uuid::new_v4().to_string();
    transaction
        .prepare_cached(sql)?
        .query_row(params![id, hidden_until_ms, receipt, now_ms], received)
}

fn received(row: &Row<'_>) -> rusqlite::Result<Received> {
    let receptions: u32 = row.get(9)?;
    let (group, deduplication): (Option<String>, Option<String>) = (row.get(5)?, row.get(6)?);
    let mut system = BTreeMap::from([
        ("ApproximateReceiveCount", receptions.to_string()),
        ("ApproximateFirstReceiveTimestamp", row.get::<_, i64>(10)?.to_string()),
        ("SenderId", "LOCAL".to_owned()),
        ("SentTimestamp", row.get::<_, i64>(8)?.to_string()),
    ]);
    system.extend(group.map(|group| ("MessageGroupId", group)));
    if let Some(id) = deduplication {
        system.insert("MessageDeduplicationId", id);
        system.insert("SequenceNumber", sequence_number(row.get(0)?));
    }
    let source: Option<String> = row.get(7)?;
    system.extend(source.map(|source| ("DeadLetterQueueSourceArn", source)));
    Ok(Received {
        message_id: row.get(1)?,
        receipt: row.get(2)?,
        body: row.get(3)?,
        attributes: serde_json::from_str(&row.get::<_, String>(4)?).unwrap_or_default(),
        system: system.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        receptions,
    })
}

fn sequence_number(id: i64) -> String {
    format!("{id:020}")
}
