//! `train`: a data set becomes a model.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use model_factory::name::ModelName;
use model_factory::storage::{WriteObjects, keys};
use training_trigger::report::{Outcome, RunRecord};

use crate::client::Client;
use crate::client::runs::{self, Training};
use crate::error::CliError;
use crate::terminal::{read, say, tables};

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

impl Train {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        let data = read(&self.file)?;
        if let Some(spec) = &self.spec {
            let spec = read(spec)?;
            client.bucket.put(&keys::spec(&self.model), "application/toml", spec.into()).await?;
        }
        let name = self.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let key = format!("{}{name}", keys::datasets(&self.model));
        let since = client.clock.now();
        client.bucket.put(&key, "text/csv", data.into()).await?;
        let spinner = spinner(format!("training `{}` on {key}", self.model));
        let record = runs::ended(client, &self.model, since, self.wait, |record| {
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

async fn report(client: &Client, model: &ModelName, record: &RunRecord) -> Result<(), CliError> {
    match &record.run.outcome {
        Outcome::Registered { version, promoted, .. } => {
            let Training { leaderboard, decision, notes } =
                runs::training(client, model, &record.run.run).await?;
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
