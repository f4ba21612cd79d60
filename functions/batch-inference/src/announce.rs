//! Events about one file.

use model_factory::digest::of_parts;
use model_factory::events::{Event, EventKind};
use model_factory::name::ModelName;
use model_factory::port_error::PortError;
use serde_json::{Value, json};

use crate::manifest::Manifest;
use crate::ports::Ports;
use crate::report::Outcome;

/// Tells what came of a file. The event's id follows from the scoring, so that a repeated
/// one repeats it.
pub(crate) async fn ended(
    ports: &Ports,
    hash: &str,
    manifest: &Manifest,
    outcome: &Outcome,
) -> Result<(), PortError> {
    let Manifest { model, version, input, output, outliers, rejected, summary, .. } = manifest;
    match outcome {
        Outcome::Refused { manifest: key, reasons } => {
            let data = json!({"model": model, "version": version, "input": input,
                              "manifest": key, "reasons": reasons});
            publish(ports, EventKind::BatchInferenceFailed, hash, model, data).await
        }
        Outcome::Scored { manifest: key, .. } | Outcome::NoData { manifest: key } => {
            let count =
                |of: fn(&model_factory::batch::Summary) -> u64| summary.as_ref().map_or(0, of);
            let found = summary.as_ref().and_then(|it| it.outliers.as_ref()).map(|it| it.rows);
            let data = json!({
                "model": model,
                "version": version,
                "input": input,
                "output": output.as_ref().map(|output| &output.key),
                "outlier_rows": outliers.as_ref().map(|outliers| &outliers.key),
                "rejected_rows": rejected.as_ref().map(|rejected| &rejected.key),
                "manifest": key,
                "rows": count(|summary| summary.rows),
                "predicted": count(|summary| summary.predicted),
                "rejected": count(|summary| summary.rejected),
                "outliers": found,
            });
            publish(ports, EventKind::BatchInferenceCompleted, hash, model, data).await
        }
        Outcome::Waiting | Outcome::Superseded => Ok(()),
    }
}

/// Tells that a file is not scored, and no version is to blame.
pub(crate) async fn failed(
    ports: &Ports,
    model: &ModelName,
    key: &str,
    etag: &str,
    reason: &str,
) -> Result<(), PortError> {
    let hash = of_parts([model.as_str(), key, etag, reason]);
    let data = json!({"model": model, "version": null, "input": {"key": key, "etag": etag},
                      "manifest": null, "reasons": [reason]});
    publish(ports, EventKind::BatchInferenceFailed, &hash, model, data).await
}

pub(crate) async fn publish(
    ports: &Ports,
    kind: EventKind,
    hash: &str,
    model: &ModelName,
    data: Value,
) -> Result<(), PortError> {
    let run: String = hash.chars().take(16).collect();
    let event = Event {
        id: format!("{run}/{}", kind.name().to_lowercase().replace(' ', "-")),
        kind,
        subject: model.to_string(),
        time: ports.clock.now(),
        data,
    };
    ports.events.publish(&[event]).await
}
