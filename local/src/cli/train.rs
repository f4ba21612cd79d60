//! `train`: a data set becomes a model.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use model_factory::name::ModelName;
use model_factory::storage::{ReadObjects, WriteObjects, keys};
use model_factory::training::{Decision, Leaderboard};
use serde::Deserialize;
use training_trigger::report::{Outcome, RunRecord};

use super::commands::{read, say};
use super::{Client, CliError, tables};

/// How often the run's record is looked for.
const LOOK: Duration = Duration::from_millis(250);

#[derive(Debug, Args)]
pub(super) struct Train {
    /// The model's name
    model: ModelName,
    /// The data set: a CSV file with a header
    file: PathBuf,
    /// The model's spec (`model.toml`), uploaded first
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// How long to wait for the model, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 900)]
    wait: u64,
}

/// What a run tells of its training, as `training.json` holds it.
#[derive(Debug, Deserialize)]
pub(crate) struct Training {
    pub(crate) leaderboard: Leaderboard,
    pub(crate) decision: Decision,
    pub(crate) notes: Vec<String>,
}

impl Train {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        let data = read(&self.file)?;
        if let Some(spec) = &self.spec {
            let spec = read(spec)?;
            client
                .bucket
                .put(&keys::spec(&self.model), "application/toml", spec.into())
                .await?;
        }
        let name = self.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let key = format!("{}{name}", keys::datasets(&self.model));
        let since = client.clock.now();
        client.bucket.put(&key, "text/csv", data.into()).await?;
        let spinner = spinner(format!("training `{}` on {key}", self.model));
        let record = await_run(client, &self.model, since, self.wait, |record| {
            record.dataset.as_deref() == Some(key.as_str())
        })
        .await;
        spinner.finish_and_clear();
        report(client, &self.model, &record?).await
    }
}

/// A sign of life for long work; silent where there is no terminal.
fn spinner(message: String) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})");
    let spinner = ProgressBar::new_spinner().with_message(message);
    if let Ok(style) = style {
        spinner.set_style(style);
    }
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

/// Waits for the record of a run that ends after `since`.
pub(crate) async fn await_run(
    client: &Client,
    model: &ModelName,
    since: Timestamp,
    seconds: u64,
    wanted: impl Fn(&RunRecord) -> bool,
) -> Result<RunRecord, CliError> {
    let prefix = keys::run(model, "", "").trim_end_matches('/').to_owned() + "/";
    let deadline = tokio::time::Instant::now() + Duration::from_secs(seconds);
    // S3 tells times to the second.
    let since = Timestamp::from_second(since.as_second()).unwrap_or(since);
    while tokio::time::Instant::now() < deadline {
        for listed in client.bucket.list(&prefix).await? {
            if !listed.key.ends_with("/run.json") || listed.modified < since {
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

async fn report(client: &Client, model: &ModelName, record: &RunRecord) -> Result<(), CliError> {
    match &record.run.outcome {
        Outcome::Registered { version, promoted, .. } => {
            let Training { leaderboard, decision, notes } =
                training(client, model, &record.run.run).await?;
            say(tables::leaderboard(&leaderboard).to_string())?;
            for note in notes {
                say(format!("note: {note}"))?;
            }
            let place = if *promoted { "is the champion" } else { "is registered, not promoted" };
            say(format!("version {version} of `{model}` {place}: {}", decision.reasons.join("; ")))
        }
        Outcome::Rejected { quarantine, reasons } => Err(CliError::Training(format!(
            "the data set is rejected{}:\n  {}",
            quarantine
                .as_ref()
                .map(|key| format!(", a copy lies at s3://{}/{key}", client.bucket.name()))
                .unwrap_or_default(),
            reasons.join("\n  ")
        ))),
        Outcome::Failed { reason } => Err(CliError::Training(reason.clone())),
        Outcome::Superseded => Err(CliError::Training(
            "the data set was replaced before it was read: wait for its successor".to_owned(),
        )),
    }
}
