//! The durable part of the bus: deliveries that are due, and when schedules
//! fire next.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, params};
use tokio::task;

use super::error::BusError;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS delivery (
        id INTEGER PRIMARY KEY,
        event_id TEXT NOT NULL,
        rule TEXT NOT NULL,
        function TEXT NOT NULL,
        payload TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        due_ms INTEGER NOT NULL,
        UNIQUE (event_id, rule)
    );
    CREATE INDEX IF NOT EXISTS delivery_due ON delivery (function, due_ms);
    CREATE TABLE IF NOT EXISTS schedule (
        name TEXT PRIMARY KEY,
        rate TEXT NOT NULL,
        next_ms INTEGER NOT NULL
    );
";

/// A handle to the database that is cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Store {
    database: Arc<Mutex<Database>>,
}

#[derive(Debug)]
struct Database {
    connection: Connection,
    /// The deliveries that are under way. Not on disk: a claim ends with the
    /// process that made it.
    claimed: HashSet<i64>,
}

/// A delivery that is to be made.
#[derive(Clone, Debug)]
pub(super) struct NewDelivery {
    pub(super) event_id: String,
    pub(super) rule: String,
    pub(super) function: String,
    pub(super) payload: String,
}

/// A delivery that its claimant must complete or postpone.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) id: i64,
    pub(super) event_id: String,
    pub(super) rule: String,
    pub(super) payload: String,
    /// How many attempts have failed.
    pub(super) attempts: usize,
}

impl Store {
    /// Opens the database; deliveries that were under way are due again.
    pub(super) fn open(path: &Path) -> Result<Self, BusError> {
        let connection = Connection::open(path)?;
        connection.execute_batch(SCHEMA)?;
        let database = Database { connection, claimed: HashSet::new() };
        Ok(Self { database: Arc::new(Mutex::new(database)) })
    }

    /// Adds deliveries, all or none; those that are there already stay.
    pub(super) async fn add(
        &self,
        deliveries: Vec<NewDelivery>,
        now_ms: i64,
    ) -> Result<(), BusError> {
        self.call(move |database| {
            let transaction = database.connection.transaction()?;
            for delivery in &deliveries {
                insert(&transaction, delivery, now_ms)?;
            }
            transaction.commit()
        })
        .await
    }

    /// Claims the delivery to `function` that has been due for longest.
    pub(super) async fn claim(
        &self,
        function: &str,
        now_ms: i64,
    ) -> Result<Option<Delivery>, BusError> {
        let function = function.to_owned();
        self.call(move |database| {
            let sql = "
                SELECT id, event_id, rule, payload, attempts FROM delivery
                WHERE function = ?1 AND due_ms <= ?2 ORDER BY due_ms, id";
            let mut statement = database.connection.prepare_cached(sql)?;
            let mut rows = statement.query(params![function, now_ms])?;
            while let Some(row) = rows.next()? {
                let id = row.get(0)?;
                if database.claimed.insert(id) {
                    return Ok(Some(Delivery {
                        id,
                        event_id: row.get(1)?,
                        rule: row.get(2)?,
                        payload: row.get(3)?,
                        attempts: row.get(4)?,
                    }));
                }
            }
            Ok(None)
        })
        .await
    }

    /// When the next delivery to `function` is due.
    pub(super) async fn next_due(&self, function: &str) -> Result<Option<i64>, BusError> {
        let function = function.to_owned();
        self.call(move |database| {
            let sql = "SELECT id, due_ms FROM delivery WHERE function = ?1 ORDER BY due_ms, id";
            let mut statement = database.connection.prepare_cached(sql)?;
            let mut rows = statement.query([function])?;
            while let Some(row) = rows.next()? {
                if !database.claimed.contains(&row.get(0)?) {
                    return row.get(1).map(Some);
                }
            }
            Ok(None)
        })
        .await
    }

    /// Removes a delivery that is made, or given up.
    pub(super) async fn complete(&self, id: i64) -> Result<(), BusError> {
        self.call(move |database| {
            let sql = "DELETE FROM delivery WHERE id = ?1";
            database.connection.prepare_cached(sql)?.execute([id])?;
            database.claimed.remove(&id);
            Ok(())
        })
        .await
    }

    /// Counts a failed attempt and makes the delivery due again later.
    pub(super) async fn postpone(&self, id: i64, due_ms: i64) -> Result<(), BusError> {
        self.call(move |database| {
            let sql = "UPDATE delivery SET attempts = attempts + 1, due_ms = ?2 WHERE id = ?1";
            database.connection.prepare_cached(sql)?.execute([id, due_ms])?;
            database.claimed.remove(&id);
            Ok(())
        })
        .await
    }

    /// Gives a claim back, so that the delivery is due again.
    pub(super) fn release(&self, id: i64) {
        self.database.lock().unwrap_or_else(PoisonError::into_inner).claimed.remove(&id);
    }

    /// The deliveries that are due or under way.
    pub(super) async fn pending(&self) -> Result<usize, BusError> {
        self.call(|database| {
            database.connection.query_row("SELECT count(*) FROM delivery", [], |row| row.get(0))
        })
        .await
    }

    /// The functions that deliveries wait for.
    pub(super) fn targets(&self) -> Result<Vec<String>, BusError> {
        let database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        let mut statement =
            database.connection.prepare("SELECT DISTINCT function FROM delivery")?;
        let targets = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(targets)
    }

    /// When a schedule fires next; a new or changed one first fires at
    /// `first_ms`.
    pub(super) async fn next_firing(
        &self,
        schedule: &str,
        rate: &str,
        first_ms: i64,
    ) -> Result<i64, BusError> {
        let (schedule, rate) = (schedule.to_owned(), rate.to_owned());
        self.call(move |database| {
            let sql = "
                INSERT INTO schedule (name, rate, next_ms) VALUES (?1, ?2, ?3)
                ON CONFLICT (name) DO UPDATE SET
                    next_ms = CASE WHEN rate = excluded.rate THEN next_ms ELSE excluded.next_ms END,
                    rate = excluded.rate
                RETURNING next_ms";
            database.connection.query_row(sql, params![schedule, rate, first_ms], |row| row.get(0))
        })
        .await
    }

    /// Fires a schedule: adds its delivery and notes when it fires next.
    pub(super) async fn fire(
        &self,
        delivery: NewDelivery,
        now_ms: i64,
        next_ms: i64,
    ) -> Result<(), BusError> {
        self.call(move |database| {
            let transaction = database.connection.transaction()?;
            insert(&transaction, &delivery, now_ms)?;
            let sql = "UPDATE schedule SET next_ms = ?2 WHERE name = ?1";
            transaction.execute(sql, params![delivery.rule, next_ms])?;
            transaction.commit()
        })
        .await
    }

    async fn call<T, F>(&self, work: F) -> Result<T, BusError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Database) -> rusqlite::Result<T> + Send + 'static,
    {
        let database = Arc::clone(&self.database);
        let work = move || work(&mut database.lock().unwrap_or_else(PoisonError::into_inner));
        let result = task::spawn_blocking(work).await.map_err(|_| BusError::ShuttingDown)?;
        Ok(result?)
    }
}

fn insert(connection: &Connection, delivery: &NewDelivery, now_ms: i64) -> rusqlite::Result<()> {
    let sql = "INSERT OR IGNORE INTO delivery (event_id, rule, function, payload, due_ms)
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let NewDelivery { event_id, rule, function, payload } = delivery;
    let mut statement = connection.prepare_cached(sql)?;
    statement.execute(params![event_id, rule, function, payload, now_ms])?;
    Ok(())
}
