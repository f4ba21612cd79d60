//! Records to the stream's queue, and what comes of them.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use model_factory::aws::SqsQueue;
use model_factory::name::{ModelName, Reference};
use model_factory::port_error::PortError;
use model_factory::queue::{Message, SendMessages as _};
use model_factory::storage::{ReadObjects as _, keys};
use model_factory::window::Window;
use serde::Deserialize;
use serde_json::json;

use super::Client;
use super::records::{BadRow, RowRecord};
use crate::error::CliError;

/// How long a dead letter that was looked at is not found again; it stays in its queue.
const HIDDEN: Duration = Duration::from_secs(10);

/// So many times ten letters are looked at in one go: others may have left many.
const LOOKS: usize = 50;

/// By how much the clocks of this machine and of the queue may differ.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Records of a model that are sent to the stream, until each has come to its end.
pub(crate) struct Exchange<'c> {
    client: &'c Client,
    model: &'c ModelName,
    asked: String,
    began: Timestamp,
    /// The rows that nothing is known of yet, by the ids of their records.
    pending: HashMap<String, u64>,
    /// The files of answers that hold none of ours any more.
    read: BTreeSet<String>,
}

/// What a record or an answer is known by.
#[derive(Deserialize)]
struct Known {
    id: String,
}

impl<'c> Exchange<'c> {
    /// Takes note of the answers that are there before any record is sent.
    pub(crate) async fn begin(
        client: &'c Client,
        model: &'c ModelName,
        version: &Reference,
    ) -> Result<Self, PortError> {
        let mut exchange = Self {
            client,
            model,
            asked: format!("{model}@{version}"),
            began: client.clock.now(),
            pending: HashMap::new(),
            read: BTreeSet::new(),
        };
        exchange.read = exchange.files().await?.into_iter().collect();
        Ok(exchange)
    }

    /// How many records nothing is known of yet.
    pub(crate) fn pending(&self) -> usize {
        self.pending.len()
    }

    /// The rows that nothing is known of.
    pub(crate) fn missing(&self) -> BTreeSet<u64> {
        self.pending.values().copied().collect()
    }

    /// Sends rows. Those without an id of their own get one that nobody else has; those with
    /// the id of a row that is still on its way are not sent.
    pub(crate) async fn send(
        &mut self,
        queue: &SqsQueue,
        rows: &[RowRecord],
    ) -> Result<Vec<BadRow>, CliError> {
        let (mut messages, mut refused) = (Vec::new(), Vec::new());
        for RowRecord { row, id, inputs } in rows {
            let began = self.began.as_microsecond();
            let id = id.clone().unwrap_or_else(|| format!("{}-{began}-{row}", self.model));
            if let Some(other) = self.pending.get(&id) {
                refused.push(format!("row {row} has the id `{id}`, as row {other} has"));
                continue;
            }
            messages.push(Message {
                body: json!({"id": id, "model": self.asked, "inputs": inputs}).to_string(),
                // The same record may be sent again on purpose.
                id: format!("{began}/{row}"),
                group: self.model.to_string(),
                attributes: [].into(),
            });
            self.pending.insert(id, *row);
        }
        queue.send(&messages).await.map_err(CliError::Unsent)?;
        Ok(refused)
    }

    /// The answers that have come: lines of JSON as they are stored.
    pub(crate) async fn answers(&mut self) -> Result<Vec<String>, CliError> {
        let mut answers = Vec::new();
        for key in self.files().await? {
            if self.pending.is_empty() {
                break;
            }
            if self.read.contains(&key) {
                continue;
            }
            let Some(object) = self.client.bucket.get(&key).await? else { continue };
            for line in String::from_utf8_lossy(&object.bytes).lines() {
                let Known { id } = serde_json::from_str(line)?;
                if self.pending.remove(&id).is_some() {
                    answers.push(line.to_owned());
                }
            }
            self.read.insert(key);
        }
        Ok(answers)
    }

    /// The rows whose records are dead letters, with the reasons. The letters stay where they
    /// are.
    pub(crate) async fn letters(&mut self, queue: &SqsQueue) -> Result<Vec<BadRow>, CliError> {
        let mut dead = Vec::new();
        for _ in 0..LOOKS {
            let letters = queue.look(HIDDEN).await?;
            if letters.is_empty() || self.pending.is_empty() {
                break;
            }
            for Message { body, attributes, .. } in letters {
                // Letters of others may hold anything.
                let Ok(Known { id }) = serde_json::from_str(&body) else { continue };
                if let Some(row) = self.pending.remove(&id) {
                    let reason =
                        attributes.get("reason").map_or("it failed too often", String::as_str);
                    dead.push(format!("row {row}: {reason}"));
                }
            }
        }
        Ok(dead)
    }

    /// The files of the answers to records that came since the first one was sent.
    async fn files(&self) -> Result<Vec<String>, PortError> {
        let window = Window { start: self.began - SKEW, end: self.client.clock.now() + SKEW };
        let mut files = Vec::new();
        for (hour, _) in window.hours() {
            let listed = self.client.bucket.list(&keys::streamed_hour(self.model, hour)).await?;
            files.extend(listed.into_iter().map(|listed| listed.key));
        }
        Ok(files)
    }
}
