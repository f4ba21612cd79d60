//! An idempotency table in a map.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::lock;
use crate::clock::Clock;
use crate::idempotency::{Begin, IdempotencyStore};
use crate::port_error::PortError;

#[derive(Debug, Clone)]
enum Record {
    InProgress { until: Timestamp },
    Completed { result: String, until: Timestamp },
}

/// An idempotency store in memory.
pub struct MemoryIdempotency {
    records: Mutex<HashMap<String, Record>>,
    clock: Arc<dyn Clock>,
}

impl MemoryIdempotency {
    /// An empty store.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { records: Mutex::default(), clock }
    }

    /// The keys of all work that has begun.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        lock(&self.records).keys().cloned().collect()
    }

    fn after(&self, span: Duration) -> Timestamp {
        self.clock.now().saturating_add(span).unwrap_or(Timestamp::MAX)
    }
}

#[async_trait]
impl IdempotencyStore for MemoryIdempotency {
    async fn begin(&self, key: &str, lease: Duration) -> Result<Begin, PortError> {
        let now = self.clock.now();
        let mut records = lock(&self.records);
        match records.get(key) {
            Some(Record::InProgress { until }) if *until >= now => Ok(Begin::InProgress),
            Some(Record::Completed { result, until }) if *until >= now => {
                Ok(Begin::Completed(result.clone()))
            }
            _ => {
                records.insert(key.to_owned(), Record::InProgress { until: self.after(lease) });
                Ok(Begin::Started)
            }
        }
    }

    async fn renew(&self, key: &str, lease: Duration) -> Result<(), PortError> {
        match lock(&self.records).get_mut(key) {
            Some(Record::InProgress { until }) => {
                *until = self.after(lease);
                Ok(())
            }
            _ => Err(PortError::terminal(format!("renew {key}"), "it is not in progress")),
        }
    }

    async fn complete(&self, key: &str, result: &str, remember: Duration) -> Result<(), PortError> {
        let record = Record::Completed { result: result.to_owned(), until: self.after(remember) };
        lock(&self.records).insert(key.to_owned(), record);
        Ok(())
    }

    async fn abandon(&self, key: &str) -> Result<(), PortError> {
        let mut records = lock(&self.records);
        if matches!(records.get(key), Some(Record::InProgress { .. })) {
            records.remove(key);
        }
        Ok(())
    }
}
