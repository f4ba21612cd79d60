//! The queues of a stack.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use tokio::time::{self, Instant};

use super::error::SqsError;
use super::message::{NewMessage, Received, Sent};
use super::settings::{Attributes, QueueSpec, Redrive, Settings};
use super::store::{Reception, Store};
use crate::aws::arn;

/// The longest sleep: a clock that was set is noticed after that.
const NAP: Duration = Duration::from_secs(1);

/// All queues; a handle that is cheap to clone.
#[derive(Clone, Debug)]
pub struct Queues {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    region: String,
    store: Store,
    /// Changes whenever there may be something to receive.
    bell: watch::Sender<u64>,
}

/// How messages are received.
#[derive(Clone, Copy, Debug)]
pub(super) struct Receiving {
    pub(super) most: usize,
    /// How long to wait for the first; the queue says so if nobody does.
    pub(super) wait: Option<Duration>,
    /// For how long they are hidden from others; the queue says so if nobody does.
    pub(super) hidden: Option<Duration>,
}

impl Queues {
    /// Opens the queues in a database, and makes those that are to be there.
    ///
    /// # Errors
    /// If the database cannot be used, or a queue's name is invalid.
    pub fn open(database: &Path, region: &str, specs: &[QueueSpec]) -> Result<Self, SqsError> {
        let (region, store) = (region.to_owned(), Store::open(database)?);
        let queues = Self { inner: Arc::new(Inner { region, store, bell: watch::Sender::new(0) }) };
        for QueueSpec { name, visibility_timeout, redrive } in specs {
            check_name(name)?;
            let mut settings = Settings::of(&Attributes::new())?;
            settings.visibility_seconds =
                u32::try_from(visibility_timeout.as_secs()).unwrap_or(u32::MAX);
            settings.is_fifo = name.ends_with(".fifo");
            settings.redrive =
                redrive.as_ref().map(|(target, count)| Redrive::new(queues.arn(target), *count));
            queues.inner.store.put_queue(name, &settings.told())?;
        }
        Ok(queues)
    }

    /// The name (ARN) of a queue.
    #[must_use]
    pub fn arn(&self, queue: &str) -> String {
        arn::queue(&self.inner.region, queue)
    }

    /// The region in ARNs.
    pub(super) fn region(&self) -> &str {
        &self.inner.region
    }

    /// How many messages of a queue wait, are hidden or are being received.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn waiting(&self, queue: &str) -> Result<u64, SqsError> {
        let counts = self.inner.store.counts(queue, now_ms()).await?;
        Ok(counts.visible + counts.in_flight + counts.delayed)
    }

    pub(super) fn create(&self, name: &str, attributes: &Attributes) -> Result<(), SqsError> {
        check_name(name)?;
        let settings = Settings::of(attributes)?;
        if settings.is_fifo != name.ends_with(".fifo") {
            let words = "The name of a FIFO queue, and of no other, ends in `.fifo`.";
            return Err(SqsError::Parameter(words.to_owned()));
        }
        match self.inner.store.attributes(name)? {
            None => self.inner.store.put_queue(name, attributes),
            Some(known) if Settings::of(&known)? == settings => Ok(()),
            Some(_) => Err(SqsError::QueueExists(name.to_owned())),
        }
    }

    pub(super) fn delete_queue(&self, name: &str) -> Result<(), SqsError> {
        self.settings(name)?;
        self.inner.store.delete_queue(name)
    }

    pub(super) fn names(&self, prefix: &str) -> Result<Vec<String>, SqsError> {
        let mut names = self.inner.store.names()?;
        names.retain(|name| name.starts_with(prefix));
        Ok(names)
    }

    pub(super) fn settings(&self, name: &str) -> Result<Settings, SqsError> {
        let attributes = self.inner.store.attributes(name)?;
        Settings::of(&attributes.ok_or_else(|| SqsError::NoQueue(name.to_owned()))?)
    }

    /// Changes some attributes of a queue.
    pub(super) fn set(&self, name: &str, changes: &Attributes) -> Result<(), SqsError> {
        let mut attributes = self.settings(name)?.told();
        attributes.extend(changes.clone());
        Settings::of(&attributes)?;
        self.inner.store.put_queue(name, &attributes)
    }

    /// All that can be told of a queue.
    pub(super) async fn attributes(&self, name: &str) -> Result<Attributes, SqsError> {
        let mut told = self.settings(name)?.told();
        let counts = self.inner.store.counts(name, now_ms()).await?;
        for (of, count) in [
            ("ApproximateNumberOfMessages", counts.visible),
            ("ApproximateNumberOfMessagesNotVisible", counts.in_flight),
            ("ApproximateNumberOfMessagesDelayed", counts.delayed),
        ] {
            told.insert(of.to_owned(), count.to_string());
        }
        told.insert("QueueArn".to_owned(), self.arn(name));
        Ok(told)
    }

    /// Sends messages that were checked, all or none.
    pub(super) async fn send(
        &self,
        name: &str,
        mut messages: Vec<NewMessage>,
    ) -> Result<Vec<Sent>, SqsError> {
        let settings = self.settings(name)?;
        for message in messages.iter_mut().filter(|_| settings.is_fifo) {
            if message.message_group_id.is_none() {
                let words = "A message to a FIFO queue must have a MessageGroupId.";
                return Err(SqsError::Parameter(words.to_owned()));
            }
            let by_content = || hex::encode(Sha256::digest(&message.message_body));
            let id = message.message_deduplication_id.clone();
            let id = id.or_else(|| settings.deduplicates_content.then(by_content));
            if id.is_none() {
                let words = "A message to a FIFO queue must have a MessageDeduplicationId, unless \
                             the queue tells messages apart by their content.";
                return Err(SqsError::Parameter(words.to_owned()));
            }
            message.message_deduplication_id = id;
        }
        let sent = self.inner.store.send(name, &settings, messages, now_ms()).await?;
        self.ring();
        Ok(sent)
    }

    /// Receives messages; waits for the first.
    pub(super) async fn receive(
        &self,
        name: &str,
        receiving: Receiving,
    ) -> Result<Vec<Received>, SqsError> {
        let settings = self.settings(name)?;
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let hidden = receiving.hidden.unwrap_or_else(|| seconds(settings.visibility_seconds));
        let wait = receiving.wait.unwrap_or_else(|| seconds(settings.wait_seconds));
        let deadline = Instant::now() + wait;
        let mut bell = self.inner.bell.subscribe();
        loop {
            bell.mark_unchanged();
            let now = now_ms();
            let until = later(now, hidden);
            let store = &self.inner.store;
            let Reception { messages, next_ms } =
                store.receive(name, &settings, receiving.most, now, until).await?;
            let left = deadline.saturating_duration_since(Instant::now());
            if !messages.is_empty() || left.is_zero() {
                return Ok(messages);
            }
            let soon = next_ms.and_then(|next| u64::try_from(next - now_ms()).ok());
            let soon = soon.map_or(left, |soon| Duration::from_millis(soon.max(1)).min(NAP));
            let _ = time::timeout(soon.min(left), bell.changed()).await;
        }
    }

    pub(super) async fn delete(&self, name: &str, receipts: Vec<String>) -> Result<(), SqsError> {
        self.settings(name)?;
        self.inner.store.delete(name, receipts).await?;
        // The next message of a group can be received now.
        self.ring();
        Ok(())
    }

    /// Hides a message that is being received for so long from now.
    pub(super) async fn hide(
        &self,
        name: &str,
        receipt: &str,
        hidden: Duration,
    ) -> Result<(), SqsError> {
        self.settings(name)?;
        let now = now_ms();
        let found = self.inner.store.hide(name, receipt, now, later(now, hidden)).await?;
        self.ring();
        if found { Ok(()) } else { Err(SqsError::NotInFlight) }
    }

    pub(super) fn purge(&self, name: &str) -> Result<(), SqsError> {
        self.settings(name)?;
        self.inner.store.purge(name)
    }

    fn ring(&self) {
        self.inner.bell.send_modify(|changes| *changes = changes.wrapping_add(1));
    }
}

fn check_name(name: &str) -> Result<(), SqsError> {
    let plain = name.strip_suffix(".fifo").unwrap_or(name);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    match !plain.is_empty() && name.len() <= 80 && plain.bytes().all(is_plain) {
        true => Ok(()),
        false => Err(SqsError::Parameter(format!(
            "`{name}` is no name of a queue: take 1 to 80 letters, digits, hyphens and underscores"
        ))),
    }
}

fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

fn later(now_ms: i64, pause: Duration) -> i64 {
    now_ms.saturating_add(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX))
}
