//! `drift`: does traffic still look like the training data?

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};
use model_factory::drift::ForecastReport;
use model_factory::drift::forecasts::ForecastCounts;
use model_factory::name::{ModelName, Reference};
use model_factory::plural::counted;
use model_factory::registry::{DriftLog, RetrainingDecision};
use model_factory::storage::ReadObjects;
use model_factory::window::Window;

use super::output::{Output, say_json};
use crate::client::Client;
use crate::client::checks::{Checking, Found, forecast_reports};
use crate::error::CliError;
use crate::terminal::{say, tables, write};

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
    /// Write the newest report as a page that any browser opens
    Report(Page),
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
    /// Whose captures: the version or alias that was asked
    #[arg(long, default_value_t)]
    variant: Reference,
    /// Do not ask for a retraining, whatever is found
    #[arg(long)]
    no_retrain: bool,
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
    /// Only windows that start then or later (RFC 3339)
    #[arg(long)]
    since: Option<Timestamp>,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Args)]
struct Page {
    /// The model's name
    model: ModelName,
    /// Whose captures: the version or alias that was asked
    #[arg(long, default_value_t)]
    variant: Reference,
    /// The file to write
    #[arg(short, long, value_name = "FILE", default_value = "drift.html")]
    output: PathBuf,
}

impl Drift {
    pub(super) async fn run(self, client: &Client) -> Result<(), CliError> {
        match self.command {
            DriftCommand::Check(check) => check.run(client).await,
            DriftCommand::History(history) => history.run(client).await,
            DriftCommand::Report(page) => page.run(client).await,
        }
    }
}

impl Check {
    async fn run(self, client: &Client) -> Result<(), CliError> {
        let end = self.to.unwrap_or_else(|| client.clock.now());
        let start = self.from.unwrap_or(end - SignedDuration::from_hours(self.hours.into()));
        let checking = Checking {
            model: &self.model,
            variant: &self.variant,
            window: Window::new(start, end)?,
            retrain: !self.no_retrain,
        };
        let (record, report) = match checking.run(client, self.wait).await? {
            Found::Verdict(found) => *found,
            Found::Forecasts(found) => return self.tell_forecasts(client, *found),
        };
        if self.output.is_json() {
            return say_json(&report);
        }
        say(tables::drift_columns(&report).to_string())?;
        if let Some(RetrainingDecision { requested, reason }) = &record.retraining {
            let what = if *requested { "a retraining was" } else { "no retraining was" };
            say(format!("{what} asked for: {reason}"))?;
        }
        say(format!(
            "{} on {} rows against version {}; the report lies at s3://{}/{}",
            record.verdict.replace('_', " "),
            record.rows,
            record.version,
            client.bucket.name(),
            record.report
        ))
    }

    fn tell_forecasts(
        &self,
        client: &Client,
        (report, key): (ForecastReport, String),
    ) -> Result<(), CliError> {
        if self.output.is_json() {
            return say_json(&report);
        }
        say(tables::forecasts(&report).to_string())?;
        let ForecastCounts { forecasts, steps, known_by_labels, known_by_data, unreadable, .. } =
            report.counts;
        let unreadable = match unreadable {
            0 => String::new(),
            lines => format!("; {} cannot be read", counted(lines, "line")),
        };
        say(format!(
            "{} of {}; {} known by now, {known_by_data} by the newest data set and \
             {known_by_labels} by labels{unreadable}; the report lies at s3://{}/{key}",
            counted(forecasts, "forecast"),
            counted(steps, "step"),
            report.counts.known(),
            client.bucket.name(),
        ))
    }
}

impl History {
    async fn run(self, client: &Client) -> Result<(), CliError> {
        let records = client.registry.drift_records(&self.model, self.since).await?;
        let is_json = self.output.is_json();
        if !records.is_empty() {
            return match is_json {
                true => say_json(&records),
                false => say(tables::drift_history(&records).to_string()),
            };
        }
        let forecasts = forecast_reports(client, &self.model, self.since).await?;
        match (is_json, forecasts.is_empty()) {
            (true, _) => say_json(&forecasts),
            (false, false) => say(tables::forecast_history(&forecasts).to_string()),
            (false, true) => say(format!("no window of `{}` has a verdict yet", self.model)),
        }
    }
}

impl Page {
    async fn run(self, client: &Client) -> Result<(), CliError> {
        let Self { model, variant, output } = self;
        let records = client.registry.drift_records(&model, None).await?;
        let of_variant = records.into_iter().filter(|record| record.variant == variant);
        let newest = of_variant.max_by_key(|record| (record.end, record.checked_at));
        let Some(newest) = newest else {
            let forecasts = forecast_reports(client, &model, None).await?;
            return Err(match forecasts.is_empty() {
                true => CliError::NotChecked(model, variant),
                false => CliError::NoPage(model),
            });
        };
        let key = newest.report.replace("report.json", "report.html");
        let page = client.bucket.get(&key).await?.ok_or(CliError::NoArtifact(key))?;
        write(&output, &page.bytes)?;
        say(format!(
            "the report on {} to {} ({}) is in `{}`",
            newest.start,
            newest.end,
            newest.verdict.replace('_', " "),
            output.display()
        ))
    }
}
