//! `drift`: does traffic still look like the training data?

use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};
use model_factory::name::ModelName;
use model_factory::registry::DriftLog;
use model_factory::window::Window;

use super::output::{Output, say_json};
use crate::client::Client;
use crate::client::checks::Checking;
use crate::error::CliError;
use crate::terminal::{say, tables};

#[derive(Debug, Args)]
pub(super) struct Drift {
    #[command(subcommand)]
    command: DriftCommand,
}

#[derive(Debug, Subcommand)]
enum DriftCommand {
    /// Check a window of captured traffic now
    Check(Check),
    /// List the windows that were checked
    History(History),
}

#[derive(Debug, Args)]
struct Check {
    /// The model's name
    model: ModelName,
    /// The hours up to now
    #[arg(long, default_value_t = 24, conflicts_with_all = ["from", "to"])]
    hours: u32,
    /// The window's start (RFC 3339)
    #[arg(long, requires = "to")]
    from: Option<Timestamp>,
    /// The window's end, exclusive (RFC 3339)
    #[arg(long, requires = "from")]
    to: Option<Timestamp>,
    /// How long to wait for the verdict, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    wait: u64,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Args)]
struct History {
    /// The model's name
    model: ModelName,
    #[command(flatten)]
    output: Output,
}

impl Drift {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        match self.command {
            DriftCommand::Check(check) => check.run(client).await,
            DriftCommand::History(history) => history.run(client).await,
        }
    }
}

impl Check {
    async fn run(self, client: &Client) -> Result<(), CliError> {
        let end = self.to.unwrap_or_else(|| client.clock.now());
        let start = self.from.unwrap_or(end - SignedDuration::from_hours(self.hours.into()));
        let checking = Checking { model: &self.model, window: Window::new(start, end)? };
        let (record, report) = checking.run(client, self.wait).await?;
        if self.output.is_json() {
            return say_json(&report);
        }
        say(tables::drift_columns(&report).to_string())?;
        say(format!(
            "{} on {} rows against version {}; the report lies at s3://{}/{}",
            record.verdict.replace('_', " "),
            record.rows,
            record.version,
            client.bucket.name(),
            record.report
        ))
    }
}

impl History {
    async fn run(self, client: &Client) -> Result<(), CliError> {
        let records = client.registry.drift_records(&self.model).await?;
        if self.output.is_json() {
            return say_json(&records);
        }
        if records.is_empty() {
            return say(format!("no window of `{}` was checked yet", self.model));
        }
        say(tables::drift_history(&records).to_string())
    }
}
