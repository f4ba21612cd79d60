//! Registering a version, and telling of it.

use model_factory::dataset::Defect;
use model_factory::events::EventKind;
use model_factory::name::{Alias, ModelName, Version};
use model_factory::registry::{
    Actor, Cause, Movement, NewVersion, Promotion, Registered, WriteError, ended,
};
use model_factory::runtime::Failure;
use model_factory::spec::{Approval, Spec};
use model_factory::storage::keys;
use serde::Deserialize;
use serde_json::json;

use crate::announce::Announcer;
use crate::ports::Ports;
use crate::report::Outcome;
use crate::source::Source;
use crate::stop::Stop;

/// How often a registration looks again where the challenger is.
const ATTEMPTS: usize = 3;

/// Registers a version and, when it passed the gate, points an alias at it: the
/// champion, or where a person approves, the challenger. `None` when the champion is
/// not any more the one that it was compared with.
pub(crate) async fn register(
    ports: &Ports,
    version: NewVersion,
    passed: bool,
    spec: &Spec,
    compared: Option<Version>,
) -> Result<Option<Version>, Stop> {
    let cause = Cause { by: Actor::Gate, reason: version.decision.clone() };
    for _ in 0..ATTEMPTS {
        let promotion = match (passed, spec.gate.approval) {
            (false, _) => None,
            (true, Approval::Automatic) => Some((Alias::champion(), compared)),
            // The newest one waits; which one did so before does not matter.
            (true, Approval::Manual) => {
                let alias = Alias::challenger();
                let waiting = ports.registry.alias(&version.model, &alias).await?;
                Some((alias, waiting.map(|record| record.version)))
            }
        };
        let promotion =
            promotion.map(|(alias, expected)| Promotion { alias, expected, cause: cause.clone() });
        match ports.registry.register(version.clone(), promotion).await {
            Ok(Registered { version, .. }) => return Ok(Some(version)),
            Err(WriteError::Conflict { alias, .. }) if alias == Alias::champion() => {
                return Ok(None);
            }
            Err(WriteError::Conflict { .. }) => {}
            Err(WriteError::Port(error)) => return Err(error.into()),
            Err(error) => return Err(Failure::terminal(&error).into()),
        }
    }
    Err(Failure::Retryable(format!("the challenger of {} keeps moving", version.model)).into())
}

/// The version that the run has registered, if it has.
pub(crate) async fn of_run(
    ports: &Ports,
    model: &ModelName,
    run: &str,
) -> Result<Option<Version>, Stop> {
    let versions = ports.registry.versions(model).await?;
    Ok(versions.into_iter().find(|record| record.run == run).map(|record| record.version))
}

/// Tells what the registry says of a version, so that every delivery of an event tells
/// the same.
pub(crate) async fn announce(
    ports: &Ports,
    announcer: &Announcer<'_>,
    model: &ModelName,
    version: Version,
) -> Result<Outcome, Stop> {
    let Some(record) = ports.registry.version(model, version).await? else {
        let gone = format!("version {version} of {model} is not in the registry any more");
        return Err(Failure::Terminal(gone).into());
    };
    let history = ports.registry.history(model).await?;
    // What people did with the version since then is not what the run brought about.
    let moved = |alias: Alias| {
        history.iter().any(|movement| {
            movement.to == version && movement.alias == alias && movement.cause.by == Actor::Gate
        })
    };
    let (promoted, awaits_approval) = (moved(Alias::champion()), moved(Alias::challenger()));
    let mut reasons = vec![record.decision.clone()];
    let of_run = |it: &&Movement| it.to == version && it.cause.by == Actor::Gate;
    reasons.extend(history.iter().filter(of_run).filter_map(|movement| {
        let traffic = ended(&history, movement)?;
        Some(format!("the {}'s traffic to {traffic} has ended with it", movement.alias))
    }));
    let data = json!({
        "version": version,
        "metric": record.metric,
        "metrics": record.metrics,
        "reasons": reasons,
        "warnings": told(ports, model, &record.run).await?.warnings,
    });
    announcer.publish(EventKind::TrainingCompleted, data.clone()).await?;
    announcer.publish(EventKind::ModelRegistered, data.clone()).await?;
    let verdict = match (promoted, awaits_approval) {
        (true, _) => EventKind::ModelPromoted,
        (_, true) => EventKind::ApprovalRequested,
        _ => EventKind::ModelRejected,
    };
    announcer.publish(verdict, data).await?;
    Ok(Outcome::Registered { version, promoted, awaits_approval, reasons })
}

/// Lets another run go on with the series that a run had no time for. The event's id follows
/// from the run's, so that it is asked for once.
pub(crate) async fn hand_on(
    ports: &Ports,
    announcer: &Announcer<'_>,
    model: &ModelName,
    source: &Source,
    run: &str,
) -> Result<(), Stop> {
    let Told { continues, unfinished, .. } = told(ports, model, run).await?;
    if !continues {
        return Ok(());
    }
    let reason = format!("run {run} had no time for {unfinished} series");
    let data = json!({"dataset": source.key, "reason": reason, "force": true});
    Ok(announcer.publish(EventKind::RetrainRequested, data).await?)
}

/// What a run has written down of what is to be told.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    /// What was wrong with the data.
    warnings: Vec<Defect>,
    /// How many series another run has to go on with, and whether there is to be one.
    unfinished: usize,
    continues: bool,
}

/// What the run's record tells; nothing where it has none.
async fn told(ports: &Ports, model: &ModelName, run: &str) -> Result<Told, Failure> {
    for file in [keys::SERIES_RECORD, "training.json"] {
        if let Some(object) = ports.read_objects.get(&keys::run(model, run, file)).await? {
            return serde_json::from_slice(&object.bytes)
                .map_err(|error| Failure::terminal(&error));
        }
    }
    Ok(Told::default())
}
