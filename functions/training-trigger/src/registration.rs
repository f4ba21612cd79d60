//! Training against today's champion, and registering the result.

use std::sync::Arc;

use jiff::Timestamp;
use model_factory::card::{self, CardInput};
use model_factory::dataset::Labelled;
use model_factory::events::EventKind;
use model_factory::name::{Alias, ModelName, Reference, Version};
use model_factory::port_error::chain;
use model_factory::registry::{NewVersion, Promotion, Registered, WriteError};
use model_factory::runtime::Failure;
use model_factory::spec::Spec;
use model_factory::storage::keys;
use model_factory::store;
use model_factory::training::{self, Champion, Trained, TrainingContext, TrainingError};
use serde_json::json;

use crate::announce::Announcer;
use crate::ports::Ports;
use crate::report::Outcome;
use crate::source::Source;
use crate::stop::Stop;

/// How often a run starts over because the champion moved while it trained.
const ATTEMPTS: usize = 3;

/// Trains a challenger, stores its artifact, then registers it in one transaction
/// that moves the champion if the gate says so.
pub(crate) async fn train_and_register(
    ports: &Ports,
    source: &Source,
    run: &str,
    spec: &Spec,
    data: Labelled,
) -> Result<Version, Stop> {
    let model = source.model()?;
    let data = Arc::new(data);
    for _ in 0..ATTEMPTS {
        let champion = load_champion(ports, model).await?;
        let expected = champion.as_ref().map(|champion| champion.version);
        let trained = train(model, &data, spec, champion).await?;
        let now = ports.clock.now();
        let card = card::html(&CardInput {
            model,
            run,
            dataset: source.key.as_deref(),
            created_at: now,
            data: &data,
            spec,
            trained: &trained,
        });
        store(ports, model, run, spec, &data, &trained, card).await?;
        let version = record(source, run, model, &trained, now);
        let promotion = trained
            .decision
            .promoted
            .then(|| Promotion { expected, reason: trained.decision.reasons.join("; ") });
        match ports.registry.register(version, promotion).await {
            Ok(Registered { version, .. }) => return Ok(version),
            Err(WriteError::Conflict { .. }) => {
                tracing::warn!(run, "the champion moved during the training: starting over");
            }
            Err(WriteError::Port(error)) => return Err(error.into()),
            Err(error) => return Err(Failure::terminal(&error).into()),
        }
    }
    Err(Failure::Retryable(format!("the champion of {model} keeps moving")).into())
}

async fn load_champion(ports: &Ports, model: &ModelName) -> Result<Option<Champion>, Failure> {
    let (registry, objects) = (ports.registry.as_ref(), ports.read_objects.as_ref());
    let Some(stored) = store::find(registry, objects, model, &Reference::default()).await? else {
        return Ok(None);
    };
    let predictor = stored.open()?.predictor().map_err(|error| Failure::terminal(&error))?;
    Ok(Some(Champion { version: stored.version, predictor }))
}

/// Trains on a thread of its own, so that the claim is renewed meanwhile.
async fn train(
    model: &ModelName,
    data: &Arc<Labelled>,
    spec: &Spec,
    champion: Option<Champion>,
) -> Result<Trained, Stop> {
    let (model, data, spec) = (model.clone(), Arc::clone(data), spec.clone());
    let training = tokio::task::spawn_blocking(move || {
        training::train(&model, &data, &spec, champion.as_ref(), &TrainingContext::default())
    });
    match training.await.map_err(|error| Failure::terminal(&error))? {
        Ok(trained) => Ok(trained),
        Err(TrainingError::Rejected(rejection)) => Err(rejection.into()),
        Err(error) => Err(Stop::Failed(chain(&error))),
    }
}

/// Writes artifact, training record and model card. Nothing points at them before the
/// registration.
async fn store(
    ports: &Ports,
    model: &ModelName,
    run: &str,
    spec: &Spec,
    data: &Labelled,
    trained: &Trained,
    card: String,
) -> Result<(), Stop> {
    let artifact = keys::artifact(model, &trained.sha256);
    let bytes = trained.artifact.clone().into();
    ports.write_objects.put(&artifact, "application/octet-stream", bytes).await?;
    let record = json!({
        "run": run,
        "model": model,
        "rows": data.rows(),
        "data_hash": trained.data_hash,
        "notes": data.notes.iter().chain(&trained.notes).collect::<Vec<_>>(),
        "schema": data.schema,
        "spec": spec,
        "artifact": artifact,
        "leaderboard": trained.leaderboard,
        "metrics": trained.metrics,
        "intervals": trained.assessment.intervals,
        "baseline": trained.assessment.baseline,
        "importances": trained.assessment.importances,
        "latency_ms": trained.assessment.latency_ms,
        "decision": trained.decision,
        "code_version": env!("CARGO_PKG_VERSION"),
    });
    let bytes = serde_json::to_vec_pretty(&record).map_err(|error| Failure::terminal(&error))?;
    let key = keys::run(model, run, "training.json");
    ports.write_objects.put(&key, keys::JSON, bytes.into()).await?;
    let key = keys::run(model, run, "model-card.html");
    Ok(ports.write_objects.put(&key, keys::HTML, card.into()).await?)
}

fn record(
    source: &Source,
    run: &str,
    model: &ModelName,
    trained: &Trained,
    created_at: Timestamp,
) -> NewVersion {
    NewVersion {
        model: model.clone(),
        artifact: trained.sha256.clone(),
        artifact_bytes: trained.artifact.len() as u64,
        run: run.to_owned(),
        dataset: source.key.clone().unwrap_or_default(),
        data_hash: trained.data_hash.clone(),
        learner: trained.learner.clone(),
        metric: trained.metric,
        metrics: trained.metrics.clone(),
        created_at,
        decision: trained.decision.reasons.join("; "),
    }
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
    let promoted = history
        .iter()
        .any(|movement| movement.to == version && movement.alias == Alias::champion());
    let reasons = vec![record.decision.clone()];
    let data = json!({
        "version": version,
        "metric": record.metric,
        "metrics": record.metrics,
        "reasons": reasons,
    });
    announcer.publish(EventKind::TrainingCompleted, data.clone()).await?;
    announcer.publish(EventKind::ModelRegistered, data.clone()).await?;
    let verdict = if promoted { EventKind::ModelPromoted } else { EventKind::ModelRejected };
    announcer.publish(verdict, data).await?;
    Ok(Outcome::Registered { version, promoted, reasons })
}
