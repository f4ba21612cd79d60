//! One training from its trigger to its outcome.

use model_factory::events::{EventKind, Trigger};
use model_factory::runtime::Failure;
use model_factory::storage::keys;
use serde_json::json;

use crate::announce::Announcer;
use crate::ports::Ports;
use crate::report::{Outcome, Run, RunRecord};
use crate::source::{self, Source};
use crate::stop::Stop;
use crate::{quarantine, registration};

/// Does what a trigger asks for; every outcome but a failure of the services is
/// announced and recorded.
pub(crate) async fn run(ports: &Ports, trigger: Trigger, run: String) -> Result<Run, Failure> {
    let source = source::locate(ports, trigger).await?;
    let announcer = Announcer::new(ports, &run, &source.subject);
    let outcome = match learn(ports, &announcer, &source, &run).await {
        Ok(outcome) => outcome,
        Err(Stop::Superseded) => Outcome::Superseded,
        Err(Stop::Rejected(rejection)) => {
            quarantine::reject(ports, &announcer, &source, rejection).await?
        }
        Err(Stop::Failed(reason)) => {
            announcer.publish(EventKind::TrainingFailed, json!({"reason": reason})).await?;
            Outcome::Failed { reason }
        }
        Err(Stop::Failure(failure)) => return Err(failure),
    };
    tracing::info!(run, subject = source.subject, outcome = ?outcome, "the run has ended");
    let ended = Run { run, subject: source.subject.clone(), outcome };
    record(ports, &source, &ended).await?;
    Ok(ended)
}

/// Writes how the run ended beside what else it wrote.
async fn record(ports: &Ports, source: &Source, run: &Run) -> Result<(), Failure> {
    let Some(model) = source.known_model() else { return Ok(()) };
    let record = RunRecord {
        run: run.clone(),
        cause: source.reason.clone(),
        dataset: source.key.clone(),
        etag: source.etag.clone(),
        window: source.window,
        ended_at: ports.clock.now(),
    };
    let bytes = serde_json::to_vec_pretty(&record).map_err(|error| Failure::terminal(&error))?;
    let key = keys::run(model, &run.run, "run.json");
    Ok(ports.write_objects.put(&key, keys::JSON, bytes.into()).await?)
}

async fn learn(
    ports: &Ports,
    announcer: &Announcer<'_>,
    source: &Source,
    run: &str,
) -> Result<Outcome, Stop> {
    let model = source.model()?;
    if let Some(version) = registration::of_run(ports, model, run).await? {
        tracing::info!(run, %version, "an earlier delivery has registered this run");
        return registration::announce(ports, announcer, model, version).await;
    }
    let object = source::fetch(ports, source).await?;
    announcer
        .publish(
            EventKind::DatasetReceived,
            json!({"dataset": source.key, "bytes": object.bytes.len(), "reason": source.reason}),
        )
        .await?;
    let spec = source::spec(ports, model).await?;
    let data = source::read(ports, model, &object, &spec, source.window).await?;
    tracing::info!(run, rows = data.rows(), inputs = data.schema.inputs.len(), "the data is read");
    let version = registration::train_and_register(ports, source, run, &spec, data).await?;
    registration::announce(ports, announcer, model, version).await
}
