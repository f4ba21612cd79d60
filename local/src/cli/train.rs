//! `train`: a data set becomes a model.

use std::path::{Path, PathBuf};

use clap::Args;
use model_factory::events::{Event, EventKind, PublishEvents, run_of_event};
use model_factory::name::ModelName;
use model_factory::spec::RunMode;
use model_factory::storage::{WriteObjects, keys};
use model_factory::training::Progress;
use serde_json::json;
use training_trigger::record::RunRecord;
use training_trigger::report::Outcome;

use crate::client::Client;
use crate::client::facts;
use crate::client::runs::{self, Awaited, Cause};
use crate::error::CliError;
use crate::terminal::progress::words;
use crate::terminal::{read, say, spinner, tables};

#[derive(Debug, Args)]
pub(super) struct Train {
    /// The model's name
    model: ModelName,
    /// The data set [default: the newest one that was uploaded]
    file: Option<PathBuf>,
    /// The model's spec (`model.toml`), uploaded first
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// Train however young the champion is (`training.min_age`)
    #[arg(long)]
    force: bool,
    /// A tag of the run, such as team=risk; may be given more than once
    #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = facts::parse_tag)]
    tags: Vec<(String, String)>,
    /// How long to wait for the model, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 900)]
    wait: u64,
}

impl Train {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        if let Some(spec) = &self.spec {
            let spec = read(spec)?;
            client.bucket.put(&keys::spec(&self.model), "application/toml", spec.into()).await?;
        }
        let record = match &self.file {
            None => self.ask(client, None).await?,
            Some(file) => {
                let (key, record) = self.upload(client, file).await?;
                // An upload cannot say that it is in earnest; a request can.
                match record.run.outcome {
                    Outcome::Skipped { .. } if self.force => self.ask(client, Some(key)).await?,
                    _ => record,
                }
            }
        };
        if !self.tags.is_empty() {
            facts::tag(client, &self.model, &record.run.run, &self.tags).await?;
        }
        report(client, &self.model, &record).await
    }

    /// Uploads a data set, and waits for its training.
    async fn upload(&self, client: &Client, file: &Path) -> Result<(String, RunRecord), CliError> {
        let data = read(file)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let key = format!("{}{name}", keys::datasets(&self.model));
        let since = client.clock.now();
        client.bucket.put(&key, "application/octet-stream", data.into()).await?;
        let (model, seconds) = (&self.model, self.wait);
        let awaited = Awaited { model, cause: Cause::Upload(&key), since, seconds };
        let record = wait(client, &awaited, format!("training `{model}` on {key}")).await?;
        Ok((key, record))
    }

    /// Asks for a training by an event, and waits for it.
    async fn ask(&self, client: &Client, dataset: Option<String>) -> Result<RunRecord, CliError> {
        let (model, since) = (&self.model, client.clock.now());
        let id = format!("train/{model}/{since}");
        let event = Event {
            id: id.clone(),
            kind: EventKind::RetrainRequested,
            subject: model.to_string(),
            time: since,
            data: json!({
                "model": model,
                "dataset": dataset,
                "reason": "asked for by the command line",
                "force": self.force,
            }),
        };
        client.events.publish(&[event]).await?;
        let run = run_of_event(model, &id);
        let awaited = Awaited { model, cause: Cause::Event(&run), since, seconds: self.wait };
        wait(client, &awaited, format!("training `{model}` again")).await
    }
}

/// Waits for a run, and shows how far it is where there is a terminal.
pub(super) async fn wait(
    client: &Client,
    awaited: &Awaited<'_>,
    what: String,
) -> Result<RunRecord, CliError> {
    let spinner = spinner(what.clone());
    let tell = |progress: &Progress| spinner.set_message(format!("{what}: {}", words(progress)));
    let record = awaited.end(client, tell).await;
    spinner.finish_and_clear();
    record
}

/// Says what came of a run.
pub(super) async fn report(
    client: &Client,
    model: &ModelName,
    record: &RunRecord,
) -> Result<(), CliError> {
    match &record.run.outcome {
        Outcome::Registered { version, promoted, awaits_approval, reasons } => {
            if let Some(made) = runs::made(client, model, &record.run.run).await? {
                if let Some(board) = tables::competitors(&made) {
                    say(board.to_string())?;
                }
                for line in tables::unscored(&made) {
                    say(line)?;
                }
                for note in &made.facts().notes {
                    say(format!("note: {note}"))?;
                }
                for warning in &made.facts().warnings {
                    say(format!("warning: {}", warning.message))?;
                }
                if made.facts().spec.training.mode == RunMode::TrainRun {
                    let bucket = client.bucket.name();
                    let key = |file| keys::run(model, &record.run.run, file);
                    say(format!("labels of all rows: s3://{bucket}/{}", key(keys::LABELS)))?;
                    say(format!("noise only: s3://{bucket}/{}", key(keys::NOISE)))?;
                }
            }
            let place = match (promoted, awaits_approval) {
                (true, _) => "is the champion",
                (_, true) => "waits for approval",
                _ => "is registered, not promoted",
            };
            say(format!("version {version} of `{model}` {place}: {}", reasons.join("; ")))?;
            if *awaits_approval {
                say(format!("`promote {model}` approves it, `reject {model} {version}` does not"))?;
            }
            Ok(())
        }
        Outcome::Rejected { quarantine, reasons } => Err(CliError::Training(format!(
            "the {} is rejected{}:\n  {}",
            match record.dataset.as_deref().and_then(keys::model_of_import) {
                Some(_) => "model",
                None => "data set",
            },
            quarantine
                .as_ref()
                .map(|key| format!(", a copy lies at s3://{}/{key}", client.bucket.name()))
                .unwrap_or_default(),
            reasons.join("\n  ")
        ))),
        Outcome::Failed { reason } => Err(CliError::Training(reason.clone())),
        Outcome::Skipped { reason } => say(format!("nothing is trained: {reason} (`--force`)")),
        Outcome::Superseded => Err(CliError::Training(
            "the data set was replaced before it was read: wait for its successor".to_owned(),
        )),
    }
}
