//! All files that a request names.

use std::time::{Duration, Instant};

use model_factory::batch::Wishes;
use model_factory::digest::of_parts;
use model_factory::events::{DatasetObject, EventKind};
use model_factory::name::{ModelName, Reference};
use model_factory::port_error::chain;
use model_factory::runtime::{Failure, write_json};
use model_factory::spec::{Batch as BatchSpec, Spec, SpecError, When};
use model_factory::storage::keys;
use serde_json::json;

use crate::announce;
use crate::file::File;
use crate::identity::run_record;
use crate::invocation::Invocation;
use crate::manifest::RunRecord;
use crate::ports::Ports;
use crate::report::{self, Batch, Outcome, Status};
use crate::request::Asked;
use crate::selection::keys_of;
use crate::writing::read_json;

/// With less time than this, no further file is begun.
const LEAST: Duration = Duration::from_secs(30);

/// Scores a file that was uploaded.
pub(crate) async fn uploaded(
    ports: &Ports,
    object: &DatasetObject,
    invocation: &Invocation,
) -> Result<Batch, Failure> {
    let DatasetObject { bucket, key, etag, .. } = object;
    if *bucket != ports.bucket {
        let message =
            format!("`{key}` lies in `{bucket}`: files to score lie in `{}`", ports.bucket);
        return Err(Failure::InvalidEvent(message));
    }
    let (model, _) = match keys::batch_input_of(key) {
        Some(found) => found.map_err(|error| Failure::InvalidEvent(chain(&error)))?,
        None => {
            let message = format!("`{key}` is no file to score: upload to batch/{{model}}/input/");
            return Err(Failure::InvalidEvent(message));
        }
    };
    let spec = spec(ports, &model).await?;
    let file = File {
        ports,
        model: &model,
        key,
        etag: etag.as_deref(),
        asked: &Reference::default(),
        wishes: &spec.as_ref().map(Wishes::of).unwrap_or_default(),
    };
    let outcome = match spec {
        Err(error) => file.fail(etag.as_deref().unwrap_or_default(), &chain(&error)).await?,
        Ok(BatchSpec { when: When::Daily, .. }) => Outcome::Waiting,
        Ok(BatchSpec { when: When::Upload, .. }) => match file.score(invocation).await? {
            Some(outcome) => outcome,
            None => too_large(&file).await?,
        },
    };
    let files = vec![report::File { key: key.clone(), outcome }];
    Ok(Batch { subject: model.to_string(), selection: None, status: Status::Done, files })
}

/// Whether the files of a model wait for the end of their day.
pub(crate) async fn is_daily(ports: &Ports, model: &ModelName) -> Result<bool, Failure> {
    let spec = spec(ports, model).await?;
    Ok(spec.map_err(|error| Failure::terminal(&error))?.when == When::Daily)
}

/// Scores all files that somebody names, and writes down what came of it.
pub(crate) async fn asked(
    ports: &Ports,
    asked: &Asked,
    invocation: &Invocation,
) -> Result<Batch, Failure> {
    let Some(selection) = asked.selection() else {
        return Err(Failure::InvalidEvent("the request names no file".to_owned()));
    };
    let started_at = ports.clock.now();
    let (spec, unreadable) = match spec(ports, &asked.model).await? {
        Ok(spec) => (spec, None),
        Err(error) => (BatchSpec::default(), Some(chain(&error))),
    };
    let wishes = &asked.wishes(&spec);
    let record = run_record(asked);
    let mut keys = keys_of(ports, &asked.model, &selection).await?;
    let mut done = Vec::new();
    if let Some(after) = &asked.after {
        keys.retain(|key| key > after);
        let before: Option<RunRecord> = read_json(ports, &record).await?;
        done = before.map(|record| record.batch.files).unwrap_or_default();
        done.retain(|file| file.key <= *after);
    }
    let mut batch = Batch::of(&asked.model, selection, done);
    for (index, key) in keys.iter().enumerate() {
        let file =
            File { ports, model: &asked.model, key, etag: None, asked: &asked.version, wishes };
        let begins = index == 0 || Instant::now() + LEAST < invocation.deadline;
        let scored = match &unreadable {
            Some(reason) => Some(file.fail("", reason).await?),
            None if begins => file.score(invocation).await?,
            None => None,
        };
        let outcome = match (scored, index) {
            (Some(outcome), _) => outcome,
            (None, 0) => too_large(&file).await?,
            (None, _) => {
                hand_on(ports, asked, keys.get(index - 1)).await?;
                batch.status = Status::HandedOn;
                break;
            }
        };
        batch.files.push(report::File { key: key.clone(), outcome });
        batch.status = Status::Done;
    }
    let ended_at = ports.clock.now();
    let asked = asked.version.clone();
    write_json(
        ports.write_objects.as_ref(),
        &record,
        &RunRecord { batch: batch.clone(), asked, started_at, ended_at },
    )
    .await?;
    Ok(batch)
}

/// Asks for the files that are left.
async fn hand_on(ports: &Ports, asked: &Asked, after: Option<&String>) -> Result<(), Failure> {
    let rest = Asked { after: after.cloned(), ..asked.clone() };
    let hash = of_parts([run_record(asked).as_str(), after.map_or("", String::as_str)]);
    let data = json!(rest);
    let kind = EventKind::BatchInferenceRequested;
    Ok(announce::publish(ports, kind, &hash, &asked.model, data).await?)
}

async fn too_large(file: &File<'_>) -> Result<Outcome, Failure> {
    let reason = "the function's time is too short for the file: split it, or give the function \
                  more memory, and so more of a processor";
    file.fail("", reason).await
}

/// What `model.toml` says of batches today, where it can be read.
async fn spec(ports: &Ports, model: &ModelName) -> Result<Result<BatchSpec, SpecError>, Failure> {
    Ok(match ports.read_objects.get(&keys::spec(model)).await? {
        None => Ok(BatchSpec::default()),
        Some(object) => Spec::parse(&object.bytes).map(|spec| spec.batch),
    })
}
