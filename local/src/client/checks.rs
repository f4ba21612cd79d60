//! Asking for a drift check, and waiting for its verdict.

use std::time::Duration;

use model_factory::drift::Report;
use model_factory::events::{Event, EventKind, PublishEvents};
use model_factory::name::{ModelName, Reference};
use model_factory::registry::{DriftLog, DriftRecord};
use model_factory::storage::ReadObjects;
use model_factory::store;
use model_factory::window::Window;
use serde_json::json;

use super::Client;
use crate::error::CliError;

/// How often the verdict is looked for.
const LOOK: Duration = Duration::from_millis(250);

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
    /// Asks for the check by an event, and waits for its verdict and report. What a version
    /// that forecasts would never answer is not asked.
    pub(crate) async fn run(
        &self,
        client: &Client,
        seconds: u64,
    ) -> Result<(DriftRecord, Report), CliError> {
        let Self { model, variant, window, retrain } = self;
        let stored = store::find(&client.registry, &client.bucket, model, variant).await?;
        if let Some(stored) = stored
            && stored.open()?.manifest().is_of_series()
        {
            return Err(CliError::NoCaptures((*model).clone()));
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
            let records = client.registry.drift_records(model, Some(window.start)).await?;
            let found = records.into_iter().find(|record| {
                (record.start, record.end) == (window.start, window.end)
                    && record.variant == **variant
                    && record.checked_at >= asked_at
            });
            if let Some(record) = found {
                let object = client.bucket.get(&record.report).await?;
                let object = object.ok_or(CliError::NoArtifact(record.report.clone()))?;
                return Ok((record, serde_json::from_slice(&object.bytes)?));
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(CliError::Timeout {
            what: format!("the verdict on `{model}` (does a version answer for `{variant}`?)"),
            seconds,
            state: client.state.display().to_string(),
        })
    }
}
