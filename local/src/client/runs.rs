//! The records of training runs.

use std::cmp::Reverse;
use std::time::Duration;

use jiff::Timestamp;
use model_factory::learners::Structure;
use model_factory::name::ModelName;
use model_factory::registry::ReadRegistry;
use model_factory::storage::{Listed, ReadObjects, keys};
use model_factory::training::Progress;
use model_factory::window::Window;
use serde::de::DeserializeOwned;
use training_trigger::progress::ProgressRecord;
use training_trigger::record::{
    ClassRecord, ImportRecord, RunRecord, SeriesRecord, TrainingRecord, VersionFacts,
};

use super::Client;
use crate::error::CliError;

/// How often a record is looked for.
const LOOK: Duration = Duration::from_millis(250);

/// What sets off the run that is waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cause<'a> {
    /// An upload to this key.
    Upload(&'a str),
    /// Drift in this window.
    Drift(Window),
    /// An event; the run that it sets off is known.
    Event(&'a str),
}

impl Cause<'_> {
    fn is_of(&self, record: &RunRecord) -> bool {
        match *self {
            Self::Upload(key) => record.dataset.as_deref() == Some(key),
            Self::Drift(window) => record.window == Some(window),
            Self::Event(run) => record.run.run == run,
        }
    }

    fn is_in_progress(&self, record: &ProgressRecord) -> bool {
        match *self {
            Self::Upload(key) => record.dataset.as_deref() == Some(key),
            Self::Drift(_) => false,
            Self::Event(run) => record.run == run,
        }
    }
}

/// A run that is waited for.
pub(crate) struct Awaited<'a> {
    pub(crate) model: &'a ModelName,
    /// What sets it off.
    pub(crate) cause: Cause<'a>,
    /// It ends after this.
    pub(crate) since: Timestamp,
    /// How long it is waited for.
    pub(crate) seconds: u64,
}

impl Awaited<'_> {
    /// Waits for the record of the run; tells of its progress until then.
    pub(crate) async fn end(
        &self,
        client: &Client,
        tell: impl Fn(&Progress),
    ) -> Result<RunRecord, CliError> {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(self.seconds);
        // S3 tells times to the second.
        let since = Timestamp::from_second(self.since.as_second()).unwrap_or(self.since);
        let mut told = None;
        while tokio::time::Instant::now() < deadline {
            let listed = client.bucket.list(&keys::runs(self.model)).await?;
            let young = || listed.iter().filter(|listed| listed.modified >= since);
            for listed in young().filter(|listed| listed.key.ends_with("/run.json")) {
                let record: Option<RunRecord> = read(client, &listed.key).await?;
                let Some(record) = record else { continue };
                if record.ended_at >= self.since && self.cause.is_of(&record) {
                    return Ok(record);
                }
            }
            for listed in young().filter(|listed| listed.key.ends_with("/progress.json")) {
                let tag = Some(listed.etag.clone());
                if told == tag {
                    continue;
                }
                let record: Option<ProgressRecord> = read(client, &listed.key).await?;
                let Some(record) = record else { continue };
                if record.at >= self.since && self.cause.is_in_progress(&record) {
                    tell(&record.progress);
                    told = tag;
                }
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(CliError::Timeout {
            what: format!("the end of a training of `{}`", self.model),
            seconds: self.seconds,
            state: client.state.display().to_string(),
        })
    }
}

/// The files of a model's runs, or of all models'.
pub(crate) async fn files(
    client: &Client,
    model: Option<&ModelName>,
) -> Result<Vec<Listed>, CliError> {
    let prefix = model.map_or_else(|| "runs/".to_owned(), keys::runs);
    Ok(client.bucket.list(&prefix).await?)
}

/// The records among the files of runs, the newest first; at most so many.
pub(crate) async fn newest(
    client: &Client,
    files: &[Listed],
    limit: usize,
) -> Result<Vec<RunRecord>, CliError> {
    let mut ended: Vec<&Listed> =
        files.iter().filter(|listed| listed.key.ends_with("/run.json")).collect();
    ended.sort_by_key(|listed| Reverse(listed.modified));
    ended.truncate(limit);
    let mut records: Vec<RunRecord> = Vec::with_capacity(ended.len());
    for listed in ended {
        records.extend(read(client, &listed.key).await?);
    }
    // S3 tells times to the second.
    records.sort_by_key(|record| Reverse(record.ended_at));
    Ok(records)
}

/// Whether anything was ever done for a model.
pub(crate) async fn is_known(client: &Client, model: &ModelName) -> Result<bool, CliError> {
    if client.registry.models().await?.contains(model) {
        return Ok(true);
    }
    for folder in [keys::datasets(model), keys::spec(model), keys::runs(model)] {
        if !client.bucket.list(&folder).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The newest run of a model, or the only one whose id starts so.
pub(crate) async fn find(
    client: &Client,
    model: &ModelName,
    start: Option<&str>,
) -> Result<RunRecord, CliError> {
    let Some(start) = start else {
        let files = files(client, Some(model)).await?;
        return match newest(client, &files, 1).await?.pop() {
            Some(record) => Ok(record),
            None if is_known(client, model).await? => Err(CliError::NoRun(model.clone())),
            None => Err(CliError::NoModel(model.clone())),
        };
    };
    let prefix = format!("{}{start}", keys::runs(model));
    let listed = client.bucket.list(&prefix).await?;
    let mut ended = listed.into_iter().filter(|listed| listed.key.ends_with("/run.json"));
    let unknown = || CliError::UnknownRun { model: model.clone(), run: start.to_owned() };
    let (Some(only), None) = (ended.next(), ended.next()) else { return Err(unknown()) };
    read(client, &only.key).await?.ok_or_else(unknown)
}

/// What a run tells of its version, by the way in which it came to it.
pub(crate) enum Made {
    /// It was trained on rows.
    Training(Box<TrainingRecord>),
    /// It was trained on series.
    Series(Box<SeriesRecord>),
    /// It was taken over.
    Import(Box<ImportRecord>),
}

impl Made {
    /// What every run tells.
    pub(crate) fn facts(&self) -> &VersionFacts {
        match self {
            Self::Training(record) => &record.facts,
            Self::Series(record) => &record.facts,
            Self::Import(record) => &record.facts,
        }
    }

    /// What the holdout says of each class; empty where no classes are answered.
    pub(crate) fn classes(&self) -> &[ClassRecord] {
        match self {
            Self::Training(record) => &record.classes,
            Self::Series(_) => &[],
            Self::Import(record) => &record.classes,
        }
    }

    /// What a model without a target has found in its rows.
    pub(crate) fn structure(&self) -> Option<&Structure> {
        match self {
            Self::Training(record) => record.structure.as_ref(),
            Self::Series(_) | Self::Import(_) => None,
        }
    }
}

/// What a run tells of its version; `None` for a run that came to none.
pub(crate) async fn made(
    client: &Client,
    model: &ModelName,
    run: &str,
) -> Result<Option<Made>, CliError> {
    let key = |file| keys::run(model, run, file);
    if let Some(record) = read(client, &key("training.json")).await? {
        return Ok(Some(Made::Training(record)));
    }
    if let Some(record) = read(client, &key(keys::SERIES_RECORD)).await? {
        return Ok(Some(Made::Series(record)));
    }
    Ok(read(client, &key("import.json")).await?.map(Made::Import))
}

pub(super) async fn read<T: DeserializeOwned>(
    client: &Client,
    key: &str,
) -> Result<Option<T>, CliError> {
    match client.bucket.get(key).await? {
        Some(object) => Ok(Some(serde_json::from_slice(&object.bytes)?)),
        None => Ok(None),
    }
}
