//! From an event to the report on its trainings, each done once.

use std::time::Duration;

use model_factory::events::{InvalidEvent, TrainingRequest, Trigger, identity, run_id};
use model_factory::idempotency::{Begin, keep};
use model_factory::port_error::chain;
use model_factory::runtime::Failure;
use serde_json::Value;

use crate::invocation::Invocation;
use crate::ports::Ports;
use crate::report::{Report, Run};
use crate::work;

/// How long a finished event is remembered.
const REMEMBERED: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// Does all that an event asks for. An event that comes again, or while it is being
/// worked on, does nothing twice. One training's failure does not keep the others from
/// being done; it is told at the end.
///
/// # Errors
/// [`Failure::InvalidEvent`] for an event that asks for nothing known;
/// [`Failure::Retryable`] when it should be delivered again; [`Failure::Terminal`]
/// when that will not help.
pub async fn handle(
    ports: &Ports,
    payload: Value,
    invocation: &Invocation,
) -> Result<Report, Failure> {
    let TrainingRequest(triggers) = TrainingRequest::parse(payload)
        .map_err(|error: InvalidEvent| Failure::InvalidEvent(chain(&error)))?;
    let mut runs = Vec::with_capacity(triggers.len());
    let mut failed = None;
    for trigger in triggers {
        match once(ports, trigger, invocation).await {
            Ok(run) => runs.push(run),
            Err(failure) => {
                tracing::error!(%failure, "the training is not done");
                failed = Some(failure);
            }
        }
    }
    failed.map_or(Ok(Report { runs }), Err)
}

/// Does a trigger's work unless it has been done.
async fn once(ports: &Ports, trigger: Trigger, invocation: &Invocation) -> Result<Run, Failure> {
    let identity = identity(&trigger, &invocation.request_id);
    let run = run_id(&identity);
    let key = format!("training-trigger#{identity}");
    match ports.idempotency.begin(&key, ports.lease).await? {
        Begin::Completed(result) => {
            tracing::info!(run, "this event is done already");
            return serde_json::from_str(&result).map_err(|error| Failure::terminal(&error));
        }
        Begin::InProgress => {
            return Err(Failure::Retryable(format!("run {run} is being worked on")));
        }
        Begin::Started => {}
    }
    let worked = tokio::select! {
        worked = work::run(ports, invocation, trigger, run) => worked,
        // It may be another delivery's claim by now: it is not given up.
        lost = keep(ports.idempotency.as_ref(), &key, ports.lease) => return Err(lost.into()),
    };
    let run = match worked {
        Ok(run) => run,
        Err(failure) => {
            // The next delivery need not wait for the lease to end.
            ports.idempotency.abandon(&key).await?;
            return Err(failure);
        }
    };
    let result = serde_json::to_string(&run).map_err(|error| Failure::terminal(&error))?;
    ports.idempotency.complete(&key, &result, REMEMBERED).await?;
    Ok(run)
}
