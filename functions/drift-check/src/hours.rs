//! What was seen in a window, counted hour by hour.
//!
//! The counts of a whole hour are kept, with a fingerprint of the files that they are
//! of: a later window that spans the hour adds them up instead of reading it again,
//! unless captures have come in since.

use std::collections::BTreeSet;

use futures::{StreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use model_factory::capture::hour_prefix;
use model_factory::drift::{Chunk, Observer, Timeline};
use model_factory::name::{ModelName, Reference};
use model_factory::port_error::{PortError, chain};
use model_factory::profile::Observation;
use model_factory::protocol::Limits;
use model_factory::runtime::Failure;
use model_factory::storage::{Listed, keys};
use model_factory::traffic::{ReadCounts, visit_files};
use model_factory::window::Window;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ports::Ports;
use crate::reference::Judge;

/// How many hours are looked up at a time.
const AT_ONCE: usize = 8;

/// The media type of packed JSON.
const PACKED_JSON: &str = "application/zstd";

/// How hard counts are packed: they are small and read often.
const PACKING: i32 = 3;

/// What was seen in a span of time, and how much of it could not be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Seen {
    /// Counts in the bins of the version that is compared with.
    pub(crate) observed: Observation,
    /// The same in parts, in order of time; of a whole window only.
    #[serde(skip)]
    pub(crate) chunks: Vec<Chunk>,
    /// The files.
    pub(crate) read: ReadCounts,
    /// Requests of a version with another schema, or that it cannot answer.
    pub(crate) unfit: usize,
    /// The inputs whose values were kept out of some of the captures.
    #[serde(default)]
    pub(crate) hidden: BTreeSet<String>,
}

impl Seen {
    fn nothing(judge: &Judge) -> Self {
        Self {
            observed: judge.profile.observer(),
            chunks: Vec::new(),
            read: ReadCounts::default(),
            unfit: 0,
            hidden: BTreeSet::new(),
        }
    }

    fn add(&mut self, more: &Self) -> Result<(), Failure> {
        self.observed.merge(&more.observed).map_err(|error| Failure::terminal(&error))?;
        self.read += more.read;
        self.unfit += more.unfit;
        self.hidden.extend(more.hidden.iter().cloned());
        Ok(())
    }
}

/// The counts of an hour as they are kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The fingerprint of the files that were counted.
    files: String,
    seen: Seen,
}

/// An hour of a variant's traffic.
struct Hour<'a> {
    ports: &'a Ports,
    judge: &'a Judge,
    model: &'a ModelName,
    variant: &'a Reference,
    /// Its part of the window.
    part: Window,
    /// Whether the part is the whole hour.
    whole: bool,
    start: Timestamp,
}

/// An hour whose files are known.
struct Found<'a> {
    hour: Hour<'a>,
    files: Vec<Listed>,
    kept: Option<Seen>,
}

/// Counts a variant's traffic of a window.
pub(crate) async fn observe(
    ports: &Ports,
    judge: &Judge,
    model: &ModelName,
    variant: &Reference,
    window: Window,
) -> Result<Seen, Failure> {
    let hours = window.hours().map(|(start, part)| Hour {
        ports,
        judge,
        model,
        variant,
        part,
        whole: part.end.duration_since(part.start) == SignedDuration::from_hours(1),
        start,
    });
    let mut found = stream::iter(hours.map(Hour::find)).buffered(AT_ONCE);
    let mut total = Seen::nothing(judge);
    let mut timeline = Timeline::new(&judge.profile, window);
    let mut counted = 0_usize;
    while let Some(found) = found.next().await {
        let Found { hour, files, kept } = found?;
        let part = hour.part;
        if files.is_empty() {
            continue;
        }
        let seen = match kept {
            Some(seen) => seen,
            None => {
                counted += 1;
                hour.count(&files).await?
            }
        };
        if let Some(span) = timeline.at(part.start) {
            span.merge(&seen.observed).map_err(|error| Failure::terminal(&error))?;
        }
        total.add(&seen)?;
    }
    let spec = &judge.spec.drift;
    total.chunks = timeline.chunks(spec.chunks, spec.thresholds.min_rows);
    tracing::info!(
        model = model.as_str(),
        rows = total.observed.rows,
        files = total.read.files,
        hours_counted = counted,
        unfit = total.unfit,
        "the window is read"
    );
    Ok(total)
}

impl<'a> Hour<'a> {
    async fn find(self) -> Result<Found<'a>, PortError> {
        let prefix = hour_prefix(self.model, self.variant, self.start);
        let files = self.ports.read_objects.list(&prefix).await?;
        let kept = match self.whole && !files.is_empty() {
            true => self.kept(&files).await?,
            false => None,
        };
        Ok(Found { hour: self, files, kept })
    }

    fn key(&self) -> String {
        let hour = self.start.strftime("%Y/%m/%d/%H").to_string();
        keys::observed_hour(self.model, self.variant, &self.judge.sha256, &hour)
    }

    /// The counts that were kept of these very files.
    async fn kept(&self, files: &[Listed]) -> Result<Option<Seen>, PortError> {
        let Some(object) = self.ports.read_objects.get(&self.key()).await? else {
            return Ok(None);
        };
        let kept = zstd::decode_all(object.bytes.as_ref())
            .ok()
            .and_then(|json| serde_json::from_slice::<Kept>(&json).ok())
            // An older function may have counted otherwise.
            .filter(|kept| self.judge.profile.accepts(&kept.seen.observed).is_ok());
        Ok(kept.filter(|kept| kept.files == fingerprint(files)).map(|kept| kept.seen))
    }

    /// Counts the hour's part of the window, and keeps what a later window can use.
    async fn count(&self, files: &[Listed]) -> Result<Seen, Failure> {
        let Self { ports, judge, part, .. } = *self;
        let limits = Limits::default();
        let observer = Observer::new(&judge.profile).map_err(|error| Failure::terminal(&error))?;
        let mut seen = Seen::nothing(judge);
        let Seen { observed, unfit, hidden, .. } = &mut seen;
        let read = visit_files(ports.read_objects.as_ref(), files, part, |line| {
            hidden.extend(line.hidden().iter().cloned());
            let request = line.request(&judge.manifest.schema, &limits);
            let answered = request.ok().and_then(|request| {
                let predictions = judge.predictor.predict(&request.table).ok()?;
                Some((request.table, predictions))
            });
            match answered {
                Some((table, predictions)) => {
                    observer.count_inputs(&table, observed);
                    let counted = observer.count_answers(&table, &predictions, observed);
                    *unfit += usize::from(counted.is_err());
                }
                None => *unfit += 1,
            }
        });
        seen.read = read.await?;
        if self.whole {
            self.keep(files, &seen).await?;
        }
        Ok(seen)
    }

    async fn keep(&self, files: &[Listed], seen: &Seen) -> Result<(), Failure> {
        let kept = Kept { files: fingerprint(files), seen: seen.clone() };
        let json = serde_json::to_vec(&kept).map_err(|error| Failure::terminal(&error))?;
        let packed = zstd::encode_all(json.as_slice(), PACKING)
            .map_err(|error| Failure::terminal(&error))?;
        let put = self.ports.write_objects.put(&self.key(), PACKED_JSON, packed.into()).await;
        if let Err(error) = put {
            // It is only a saving.
            tracing::warn!(error = chain(&error), "the hour's counts are not kept");
        }
        Ok(())
    }
}

/// A hash of which files there are, and of what is in them.
fn fingerprint(files: &[Listed]) -> String {
    let mut hasher = Sha256::new();
    for Listed { key, etag, .. } in files {
        for part in [key, etag] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    hex::encode(hasher.finalize())
}
