//! The records of training runs.

use std::time::Duration;

use jiff::Timestamp;
use model_factory::name::ModelName;
use model_factory::storage::{ReadObjects, keys};
use model_factory::training::{Decision, Leaderboard};
use serde::Deserialize;
use training_trigger::report::RunRecord;

use super::Client;
use crate::error::CliError;

/// How often a record is looked for.
const LOOK: Duration = Duration::from_millis(250);

/// What a run tells of its training, as `training.json` holds it.
#[derive(Debug, Deserialize)]
pub(crate) struct Training {
    pub(crate) leaderboard: Leaderboard,
    pub(crate) decision: Decision,
    pub(crate) notes: Vec<String>,
}

/// Waits for the record of a run that ends after `since`.
pub(crate) async fn ended(
    client: &Client,
    model: &ModelName,
    since: Timestamp,
    seconds: u64,
    wanted: impl Fn(&RunRecord) -> bool,
) -> Result<RunRecord, CliError> {
    let prefix = keys::run(model, "", "").trim_end_matches('/').to_owned() + "/";
    let deadline = tokio::time::Instant::now() + Duration::from_secs(seconds);
    // S3 tells times to the second.
    let listed_since = Timestamp::from_second(since.as_second()).unwrap_or(since);
    while tokio::time::Instant::now() < deadline {
        for listed in client.bucket.list(&prefix).await? {
            if !listed.key.ends_with("/run.json") || listed.modified < listed_since {
                continue;
            }
            let Some(object) = client.bucket.get(&listed.key).await? else { continue };
            let record: RunRecord = serde_json::from_slice(&object.bytes)?;
            if record.ended_at >= since && wanted(&record) {
                return Ok(record);
            }
        }
        tokio::time::sleep(LOOK).await;
    }
    Err(CliError::Timeout {
        what: format!("the end of a training of `{model}`"),
        seconds,
        state: client.state.display().to_string(),
    })
}

/// What a run tells of its training.
pub(crate) async fn training(
    client: &Client,
    model: &ModelName,
    run: &str,
) -> Result<Training, CliError> {
    let key = keys::run(model, run, "training.json");
    let object = client.bucket.get(&key).await?.ok_or(CliError::NoArtifact(key))?;
    Ok(serde_json::from_slice(&object.bytes)?)
}
