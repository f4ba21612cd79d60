//! Runs that have not ended.

use std::collections::BTreeMap;

use inference::training::{PATIENCE, Requested};
use jiff::{SignedDuration, Timestamp};
use model_factory::name::ModelName;
use model_factory::storage::{Listed, ReadObjects, keys};
use model_factory::training::Progress;
use serde::{Deserialize, Serialize};
use training_trigger::progress::ProgressRecord;

use super::Client;
use super::runs::read;
use crate::error::CliError;

/// A function runs for a quarter of an hour at most: who has told nothing for longer is dead.
const ALIVE: SignedDuration = SignedDuration::from_mins(15);

/// A run that has not ended.
#[derive(Debug, Serialize)]
pub(crate) struct UnderWay {
    /// Its id; `None` of an upload whose event nobody has taken yet.
    pub(crate) run: Option<String>,
    /// The model, as in the record of a run that has ended.
    pub(crate) subject: ModelName,
    pub(crate) outcome: State,
    /// The key of the data set, where it is known.
    pub(crate) dataset: Option<String>,
    /// When it was asked for, its data set uploaded, or it last told how far it is.
    pub(crate) at: Timestamp,
    /// How far it is; `None` before it has told.
    pub(crate) progress: Option<Progress>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Queued,
    Running,
}

/// What a run tells of the upload that it is of.
#[derive(Deserialize)]
struct Taken {
    dataset: Option<String>,
    etag: Option<String>,
}

/// The files of runs, by model and run.
type Folders<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a Listed>>;

/// Those among the files of a model's runs, or of all models', whose run has not ended, and
/// uploads of which no run has told anything yet; the newest first.
pub(crate) async fn of(
    client: &Client,
    model: Option<&ModelName>,
    listed: &[Listed],
) -> Result<Vec<UnderWay>, CliError> {
    let now = client.clock.now();
    let mut folders = Folders::new();
    let mut requests = Vec::new();
    for object in listed {
        let parts: Vec<&str> = object.key.split('/').collect();
        match parts.as_slice() {
            ["runs", model, run, _] => folders.entry((*model, *run)).or_default().push(object),
            ["runs", model, _] => requests.push((*model, object)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for (&(model, _), files) in &folders {
        let file = |name: &str| files.iter().find(|file| file.key.ends_with(name));
        let Some(note) = file("/progress.json").filter(|_| file("/run.json").is_none()) else {
            continue;
        };
        let (Ok(subject), true) = (model.parse(), now.duration_since(note.modified) < ALIVE) else {
            continue;
        };
        let record: Option<ProgressRecord> = read(client, &note.key).await?;
        found.extend(record.map(|ProgressRecord { run, dataset, at, progress }| UnderWay {
            run: Some(run),
            subject,
            outcome: State::Running,
            dataset,
            at,
            progress: Some(progress),
        }));
    }
    for (model, object) in requests {
        let Ok(subject) = model.parse::<ModelName>() else { continue };
        if object.key != keys::run_request(&subject) {
            continue;
        }
        let Some(object) = client.bucket.get(&object.key).await? else { continue };
        // What cannot be read was not noted by the API.
        let Ok(Requested { run, at }) = serde_json::from_slice(&object.bytes) else { continue };
        let files = folders.get(&(model, run.as_str()));
        let has = |name: &str| files.is_some_and(|it| it.iter().any(|it| it.key.ends_with(name)));
        if has("/progress.json") || has("/run.json") || now.duration_since(at) >= PATIENCE {
            continue;
        }
        let outcome = if files.is_some() { State::Running } else { State::Queued };
        let run = Some(run);
        found.push(UnderWay { run, subject, outcome, dataset: None, at, progress: None });
    }
    found.extend(uploads(client, model, listed).await?);
    found.sort_by_key(|run| std::cmp::Reverse(run.at));
    Ok(found)
}

/// Uploads of the last hour of which no run has told anything: their events wait, or their runs
/// have just begun. The records of runs since then tell of the others.
async fn uploads(
    client: &Client,
    model: Option<&ModelName>,
    runs: &[Listed],
) -> Result<Vec<UnderWay>, CliError> {
    let now = client.clock.now();
    let prefix = model.map_or_else(|| "datasets/".to_owned(), keys::datasets);
    let is_young = |object: &Listed| now.duration_since(object.modified) < PATIENCE;
    let mut young = client.bucket.list(&prefix).await?;
    young.retain(|object| object.size > 0 && is_young(object));
    let Some(since) = young.iter().map(|object| object.modified).min() else {
        return Ok(Vec::new());
    };
    let tells = |file: &&Listed| {
        let is_record = ["/run.json", "/progress.json"].iter().any(|it| file.key.ends_with(it));
        is_record && file.modified >= since
    };
    for file in runs.iter().filter(tells) {
        let Some(Taken { dataset, etag }) = read(client, &file.key).await? else { continue };
        young.retain(|object| {
            // A run that was asked for, or is not over, does not tell the tag of what it read.
            let is_same = etag.as_ref().is_none_or(|etag| *etag == object.etag);
            let is_later = file.modified >= object.modified;
            !(dataset.as_deref() == Some(&object.key) && is_same && is_later)
        });
    }
    let waiting = young.into_iter().filter_map(|Listed { key, modified, .. }| {
        Some(UnderWay {
            run: None,
            subject: keys::model_of_dataset(&key).ok()?,
            outcome: State::Queued,
            dataset: Some(key),
            at: modified,
            progress: None,
        })
    });
    Ok(waiting.collect())
}
