//! Asking for a drift check, and waiting for its verdict.

use std::time::Duration;

use jiff::Timestamp;
use model_factory::drift::{ForecastReport, Report};
use model_factory::events::{Event, EventKind, PublishEvents};
use model_factory::name::{Alias, ModelName, Reference};
use model_factory::registry::{AliasRecord, DriftLog, DriftRecord, ReadRegistry, Traffic};
use model_factory::storage::{ReadObjects, keys};
use model_factory::window::Window;
use serde_json::json;

use super::Client;
use crate::error::CliError;

/// How often the verdict is looked for.
const LOOK: Duration = Duration::from_millis(250);

/// What comes of a check.
pub(crate) enum Found {
    /// The verdict on rows, with its report.
    Verdict(Box<(DriftRecord, Report)>),
    /// How forecasts came true, and the key of that report.
    Forecasts(Box<(ForecastReport, String)>),
}

/// A check of one window.
pub(crate) struct Checking<'a> {
    pub(crate) model: &'a ModelName,
    /// Whose captures: the version or alias that was asked.
    pub(crate) variant: &'a Reference,
    pub(crate) window: Window,
    /// Whether drift may ask for a retraining.
    pub(crate) retrain: bool,
}

impl Checking<'_> {
    /// Asks for the check by an event, and waits for what comes of it.
    pub(crate) async fn run(&self, client: &Client, seconds: u64) -> Result<Found, CliError> {
        let Self { model, variant, window, retrain } = self;
        if !self.shares_traffic(client).await? {
            client.require(model, variant).await?;
        }
        let asked_at = client.clock.now();
        let event = Event {
            id: format!("drift-check/{model}/{}/{asked_at}", window.id()),
            kind: EventKind::DriftCheckRequested,
            subject: model.to_string(),
            time: asked_at,
            data: json!({
                "model": model,
                "variant": variant,
                "window": window,
                "retrain": retrain,
            }),
        };
        client.events.publish(&[event]).await?;
        let deadline = tokio::time::Instant::now() + Duration::from_secs(seconds);
        while tokio::time::Instant::now() < deadline {
            if let Some(found) = self.verdict(client, asked_at).await? {
                return Ok(found);
            }
            if let Some(found) = self.forecasts(client, asked_at).await? {
                return Ok(found);
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(CliError::Timeout {
            what: format!("the verdict on `{model}`"),
            seconds,
            state: client.state.display().to_string(),
        })
    }

    /// Whether the variant is a canary or the shadow of the champion.
    async fn shares_traffic(&self, client: &Client) -> Result<bool, CliError> {
        let Reference::Alias(name) = self.variant else { return Ok(false) };
        let champion = client.registry.alias(self.model, &Alias::champion()).await?;
        Ok(champion.is_some_and(|AliasRecord { traffic: Traffic { variants, shadow }, .. }| {
            let is_shadow = shadow.is_some() && *name == Alias::shadow();
            is_shadow || variants.iter().any(|canary| canary.name == *name)
        }))
    }

    /// The verdict on a model of rows, with its report.
    async fn verdict(
        &self,
        client: &Client,
        asked_at: Timestamp,
    ) -> Result<Option<Found>, CliError> {
        let Self { model, variant, window, .. } = self;
        let records = client.registry.drift_records(model, Some(window.start)).await?;
        let found = records.into_iter().find(|record| {
            (record.start, record.end) == (window.start, window.end)
                && record.variant == **variant
                && record.checked_at >= asked_at
        });
        let Some(record) = found else { return Ok(None) };
        let object = client.bucket.get(&record.report).await?;
        let object = object.ok_or(CliError::NoArtifact(record.report.clone()))?;
        let report = serde_json::from_slice(&object.bytes)?;
        Ok(Some(Found::Verdict(Box::new((record, report)))))
    }

    /// How the forecasts of a model of series came true.
    async fn forecasts(
        &self,
        client: &Client,
        asked_at: Timestamp,
    ) -> Result<Option<Found>, CliError> {
        let Self { model, variant, window, .. } = self;
        let folder = keys::drift_window(model, variant, &window.id());
        let mut reports = reports_below(client, &folder).await?.into_iter();
        let found = reports.find(|(report, _)| report.checked_at >= asked_at);
        Ok(found.map(|found| Found::Forecasts(Box::new(found))))
    }
}

/// How the forecasts of a model of series came true, in each window that was looked at and begins
/// then or later, the oldest first.
pub(crate) async fn forecast_reports(
    client: &Client,
    model: &ModelName,
    since: Option<Timestamp>,
) -> Result<Vec<ForecastReport>, CliError> {
    let below = reports_below(client, &keys::drift_of(model)).await?;
    let mut reports: Vec<ForecastReport> = below.into_iter().map(|(report, _)| report).collect();
    reports.retain(|report| since.is_none_or(|since| report.window.start >= since));
    reports.sort_by_key(|report| (report.window.start, report.window.end, report.checked_at));
    Ok(reports)
}

/// The reports on forecasts in a folder, with their keys.
async fn reports_below(
    client: &Client,
    folder: &str,
) -> Result<Vec<(ForecastReport, String)>, CliError> {
    let mut reports = Vec::new();
    for listed in client.bucket.list(folder).await? {
        if !listed.key.ends_with(keys::FORECASTS) {
            continue;
        }
        if let Some(object) = client.bucket.get(&listed.key).await? {
            reports.push((serde_json::from_slice(&object.bytes)?, listed.key));
        }
    }
    Ok(reports)
}
