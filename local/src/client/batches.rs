//! Asking for files to be scored, and waiting for what comes of it.

use std::time::Duration;

use batch_inference::identity::run_record;
use batch_inference::manifest::RunRecord;
use batch_inference::report::Status;
use batch_inference::request::Asked;
use model_factory::events::{Event, EventKind, PublishEvents};
use model_factory::storage::ReadObjects;
use serde_json::json;

use super::Client;
use crate::error::CliError;

/// How often the record is looked for.
const LOOK: Duration = Duration::from_millis(250);

/// Asks for the files by an event, and waits until all of them have come to their end.
pub(crate) async fn run(
    client: &Client,
    asked: &Asked,
    seconds: u64,
) -> Result<RunRecord, CliError> {
    let asked_at = client.clock.now();
    let key = run_record(asked);
    let event = Event {
        id: format!("{key}/{asked_at}"),
        kind: EventKind::BatchInferenceRequested,
        subject: asked.model.to_string(),
        time: asked_at,
        data: json!(asked),
    };
    client.events.publish(&[event]).await?;
    let deadline = tokio::time::Instant::now() + Duration::from_secs(seconds);
    while tokio::time::Instant::now() < deadline {
        if let Some(object) = client.bucket.get(&key).await? {
            let record: RunRecord = serde_json::from_slice(&object.bytes)?;
            let is_ours = record.started_at >= asked_at && record.asked == asked.version;
            if is_ours && record.batch.status != Status::HandedOn {
                return Ok(record);
            }
        }
        tokio::time::sleep(LOOK).await;
    }
    Err(CliError::Timeout {
        what: format!("the predictions of `{}`", asked.model),
        seconds,
        state: client.state.display().to_string(),
    })
}
