//! What was seen in a window, counted hour by hour.
//!
//! The counts of a whole hour are kept, with a fingerprint of the files that they are
//! of: a later window that spans the hour adds them up instead of reading it again,
//! unless captures have come in since. A window of so few hours that its chunks are
//! shorter than an hour is read line by line.

use std::collections::BTreeSet;
use std::ops::AddAssign;

use futures::{StreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use model_factory::capture::hour_prefix;
use model_factory::digest::of_parts;
use model_factory::drift::timeline::whole;
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

use crate::ports::Ports;
use crate::reference::Judge;

/// How many hours are looked up at a time.
const AT_ONCE: usize = 8;

/// The media type of packed JSON.
const PACKED_JSON: &str = "application/zstd";

/// How hard counts are packed: they are small and read often.
const PACKING: i32 = 3;

/// From this length on, an hour is no longer than the spans that a timeline tells apart.
const LONG: SignedDuration = SignedDuration::from_hours(16);

/// What was seen in a window, and how much of it could not be read.
pub(crate) struct Counted {
    /// Counts in the bins of the version that is compared with, in order of time.
    pub(crate) chunks: Vec<Chunk>,
    /// The files.
    pub(crate) read: ReadCounts,
    /// Requests of a version with another schema, or that it cannot answer.
    pub(crate) unfit: usize,
    /// The inputs whose values were kept out of some of the captures.
    pub(crate) hidden: BTreeSet<String>,
}

impl Counted {
    /// All that was seen.
    pub(crate) fn observed(&self, judge: &Judge) -> Result<Observation, Failure> {
        let all = whole(&self.chunks).map_err(|error| Failure::terminal(&error))?;
        Ok(all.unwrap_or_else(|| judge.profile.observer()))
    }
}

/// What was seen in an hour, as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The fingerprint of the files that were counted.
    files: String,
    observed: Observation,
    rest: Rest,
}

/// What is counted beside the observation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Rest {
    read: ReadCounts,
    unfit: usize,
    #[serde(default)]
    hidden: BTreeSet<String>,
}

impl AddAssign for Rest {
    fn add_assign(&mut self, more: Self) {
        self.read += more.read;
        self.unfit += more.unfit;
        self.hidden.extend(more.hidden);
    }
}

/// Where what is read is counted.
enum Place<'a> {
    /// All in one.
    Hour(&'a mut Observation),
    /// By its time.
    Timeline(&'a mut Timeline),
}

impl Place<'_> {
    fn at(&mut self, time: Timestamp) -> Option<&mut Observation> {
        match self {
            Self::Hour(observed) => Some(observed),
            Self::Timeline(timeline) => timeline.at(time),
        }
    }
}

/// An hour of a variant's traffic.
struct Hour<'a> {
    ports: &'a Ports,
    judge: &'a Judge,
    observer: &'a Observer<'a>,
    model: &'a ModelName,
    variant: &'a Reference,
    /// Its part of the window.
    part: Window,
    /// Whether the part is the whole hour, and may be counted as one.
    whole: bool,
    start: Timestamp,
}

/// An hour whose files are known.
struct Found<'a> {
    hour: Hour<'a>,
    files: Vec<Listed>,
    kept: Option<Kept>,
}

/// Counts a variant's traffic of a window.
pub(crate) async fn observe(
    ports: &Ports,
    judge: &Judge,
    model: &ModelName,
    variant: &Reference,
    window: Window,
) -> Result<Counted, Failure> {
    let observer = Observer::new(&judge.profile).map_err(|error| Failure::terminal(&error))?;
    let long = window.end.duration_since(window.start) >= LONG;
    let hours = window.hours().map(|(start, part)| Hour {
        ports,
        judge,
        observer: &observer,
        model,
        variant,
        part,
        whole: long && part.end.duration_since(part.start) == SignedDuration::from_hours(1),
        start,
    });
    let mut found = stream::iter(hours.map(Hour::find)).buffered(AT_ONCE);
    let mut timeline = Timeline::new(&judge.profile, window);
    let (mut rest, mut counted) = (Rest::default(), 0_usize);
    while let Some(found) = found.next().await {
        let Found { hour, files, kept } = found?;
        if files.is_empty() {
            continue;
        }
        counted += usize::from(kept.is_none());
        rest += match kept {
            Some(kept) => hour.add(kept, &mut timeline)?,
            None if hour.whole => hour.add(hour.count_whole(&files).await?, &mut timeline)?,
            None => hour.count(&files, Place::Timeline(&mut timeline)).await?,
        };
    }
    let Rest { read, unfit, hidden } = rest;
    let drift = &judge.spec.drift;
    let chunks = timeline.chunks(drift.chunks, drift.thresholds.min_rows);
    tracing::info!(
        model = model.as_str(),
        files = read.files,
        hours_counted = counted,
        chunks = chunks.len(),
        unfit,
        "the window is read"
    );
    Ok(Counted { chunks, read, unfit, hidden })
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
    async fn kept(&self, files: &[Listed]) -> Result<Option<Kept>, PortError> {
        let Some(object) = self.ports.read_objects.get(&self.key()).await? else {
            return Ok(None);
        };
        let kept = zstd::decode_all(object.bytes.as_ref())
            .ok()
            .and_then(|json| serde_json::from_slice::<Kept>(&json).ok())
            // An older function may have counted otherwise.
            .filter(|kept| self.judge.profile.accepts(&kept.observed).is_ok());
        Ok(kept.filter(|kept| kept.files == fingerprint(files)))
    }

    /// Adds the counts of the whole hour to those of the window.
    fn add(&self, kept: Kept, timeline: &mut Timeline) -> Result<Rest, Failure> {
        if let Some(observed) = timeline.at(self.start) {
            observed.merge(&kept.observed).map_err(|error| Failure::terminal(&error))?;
        }
        Ok(kept.rest)
    }

    /// Counts the whole hour, and keeps that for later windows.
    async fn count_whole(&self, files: &[Listed]) -> Result<Kept, Failure> {
        let mut observed = self.judge.profile.observer();
        let rest = self.count(files, Place::Hour(&mut observed)).await?;
        let kept = Kept { files: fingerprint(files), observed, rest };
        let json = serde_json::to_vec(&kept).map_err(|error| Failure::terminal(&error))?;
        let packed = zstd::encode_all(json.as_slice(), PACKING)
            .map_err(|error| Failure::terminal(&error))?;
        let put = self.ports.write_objects.put(&self.key(), PACKED_JSON, packed.into()).await;
        if let Err(error) = put {
            // It is only a saving.
            tracing::warn!(error = chain(&error), "the hour's counts are not kept");
        }
        Ok(kept)
    }

    /// Counts the hour's part of the window.
    async fn count(&self, files: &[Listed], mut place: Place<'_>) -> Result<Rest, Failure> {
        let Self { ports, judge, observer, part, .. } = *self;
        let limits = Limits::default();
        let (mut unfit, mut hidden) = (0, BTreeSet::new());
        let read = visit_files(ports.read_objects.as_ref(), files, part, |line| {
            let Some(observed) = place.at(line.event_metadata.inference_time) else { return };
            hidden.extend(line.hidden().iter().cloned());
            let request = line.request(&judge.manifest.schema, &limits);
            let answered = request.ok().and_then(|request| {
                let rows = request.fitting();
                let predictions = judge.predictor.predict(&rows).ok()?;
                observer.count_inputs(&rows, observed);
                observer.count_answers(&rows, &predictions, observed).ok()
            });
            unfit += usize::from(answered.is_none());
        });
        Ok(Rest { read: read.await?, unfit, hidden })
    }
}

/// A hash of which files there are, and of what is in them.
fn fingerprint(files: &[Listed]) -> String {
    of_parts(files.iter().flat_map(|Listed { key, etag, .. }| [key.as_str(), etag.as_str()]))
}
