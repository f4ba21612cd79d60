//! `runs`: what was trained, from which data, how long, and what came of it.

use clap::{Args, Subcommand};
use model_factory::name::ModelName;
use serde_json::json;

use super::output::{Output, say_json};
use crate::client::{Client, runs};
use crate::error::CliError;
use crate::terminal::{say, tables};

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Runs {
    /// The model; all models without it
    model: Option<ModelName>,
    /// How many are listed at most
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    #[command(flatten)]
    output: Output,
    #[command(subcommand)]
    command: Option<RunsCommand>,
}

#[derive(Debug, Subcommand)]
enum RunsCommand {
    /// Show one run: its leaderboard, its lineage, what it took
    Show(Show),
}

#[derive(Debug, Args)]
struct Show {
    /// The model's name
    model: ModelName,
    /// The run's id, or the start of it
    run: String,
    #[command(flatten)]
    output: Output,
}

impl Runs {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        if let Some(RunsCommand::Show(show)) = self.command {
            return show.run(client).await;
        }
        let records = runs::newest(client, self.model.as_ref(), self.limit).await?;
        if self.output.is_json() {
            return say_json(&records);
        }
        if records.is_empty() {
            return say("no training has ended yet: `train` a model");
        }
        say(tables::runs(&records).to_string())
    }
}

impl Show {
    async fn run(self, client: &Client) -> Result<(), CliError> {
        let (record, training) = runs::find(client, &self.model, &self.run).await?;
        if self.output.is_json() {
            let series = runs::series(client, &self.model, &record.run.run).await?;
            return say_json(&json!({"run": record, "training": training, "series": series}));
        }
        say(tables::lineage(&record, training.as_ref()).to_string())?;
        if let Some(series) = runs::series(client, &self.model, &record.run.run).await? {
            say(tables::standings(&series.leaderboard).to_string())?;
            for note in series.notes {
                say(format!("note: {note}"))?;
            }
            return say(format!("gate: {}", series.decision.reasons.join("; ")));
        }
        let Some(training) = training else { return Ok(()) };
        say(tables::leaderboard(&training.leaderboard).to_string())?;
        for note in training.notes {
            say(format!("note: {note}"))?;
        }
        say(format!("gate: {}", training.decision.reasons.join("; ")))
    }
}
