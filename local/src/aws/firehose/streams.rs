//! The delivery streams of a stack.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::Notify;
use uuid::Uuid;

use super::error::FirehoseError;
use super::spec::DeliveryStreamSpec;
use super::store::{Store, Taken};

/// All delivery streams; a handle that is cheap to clone.
#[derive(Clone, Debug)]
pub struct DeliveryStreams {
    pub(super) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) streams: BTreeMap<String, Stream>,
    pub(super) store: Store,
    /// Rings when records have come.
    pub(super) bell: Notify,
}

#[derive(Debug)]
pub(super) struct Stream {
    pub(super) spec: DeliveryStreamSpec,
    intake: Mutex<Intake>,
}

/// How many records came in a second.
#[derive(Debug, Default)]
struct Intake {
    second: i64,
    records: usize,
}

/// The id of each record that was taken, and why the others were not.
pub(super) type Outcomes = Vec<Result<String, FirehoseError>>;

impl DeliveryStreams {
    /// Opens the streams in a database.
    ///
    /// # Errors
    /// If the database cannot be used.
    pub fn open(database: &Path, specs: &[DeliveryStreamSpec]) -> Result<Self, FirehoseError> {
        let streams = specs.iter().map(|spec| {
            let stream = Stream { spec: spec.clone(), intake: Mutex::default() };
            (spec.name.clone(), stream)
        });
        let (streams, store) = (streams.collect(), Store::open(database)?);
        Ok(Self { inner: Arc::new(Inner { streams, store, bell: Notify::new() }) })
    }

    /// How many bytes wait for their files.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn waiting(&self) -> Result<u64, FirehoseError> {
        let mut bytes = 0;
        for name in self.inner.streams.keys() {
            let waiting = self.inner.store.waiting(name).await?;
            bytes += waiting.iter().map(|waiting| waiting.bytes).sum::<u64>();
        }
        Ok(bytes)
    }

    /// Takes those records that the stream has room for at the moment.
    pub(super) async fn put(
        &self,
        name: &str,
        records: Vec<Vec<u8>>,
    ) -> Result<Outcomes, FirehoseError> {
        let missing = || FirehoseError::NoStream(name.to_owned());
        let stream = self.inner.streams.get(name).ok_or_else(missing)?;
        let now = Timestamp::now();
        let room = stream.room(now.as_second(), records.len());
        let (mut taken, mut outcomes) = (Vec::new(), Vec::new());
        for (place, data) in records.into_iter().enumerate() {
            if place >= room {
                outcomes.push(Err(FirehoseError::TooFast));
                continue;
            }
            let record_id = Uuid::now_v7().simple().to_string();
            let prefix = (stream.spec.prefix)(&data);
            let prefix = prefix.unwrap_or_else(|| stream.spec.error_prefix.clone());
            outcomes.push(Ok(record_id.clone()));
            taken.push(Taken { prefix, record_id, data });
        }
        self.inner.store.keep(name, taken, now.as_millisecond()).await?;
        self.inner.bell.notify_one();
        Ok(outcomes)
    }
}

impl Stream {
    /// How many of so many records are taken in this second.
    fn room(&self, second: i64, records: usize) -> usize {
        let mut intake = self.intake.lock().unwrap_or_else(PoisonError::into_inner);
        if intake.second != second {
            *intake = Intake { second, records: 0 };
        }
        let room = self.spec.records_per_second.saturating_sub(intake.records).min(records);
        intake.records += room;
        room
    }
}
