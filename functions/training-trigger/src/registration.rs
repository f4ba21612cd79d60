//! Training against today's champion, and registering the result.

use std::sync::Arc;

use jiff::Timestamp;
use model_factory::dataset::Labelled;
use model_factory::events::EventKind;
use model_factory::name::{Alias, ModelName, Reference, Version};
use model_factory::port_error::chain;
use model_factory::registry::{NewVersion, Promotion, Registered, WriteError};
use model_factory::runtime::Failure;
use model_factory::spec::Spec;
use model_factory::storage::keys;
use model_factory::store;
use model_factory::training::{self, Champion, Trained, TrainingError};
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
    announcer: &Announcer<'_>,
    source: &Source,
    run: &str,
    spec: &Spec,
    data: Labelled,
) -> Result<Outcome, Stop> {
    let model = source.model()?;
    let data = Arc::new(data);
    for _ in 0..ATTEMPTS {
        let champion = load_champion(ports, model).await?;
        let expected = champion.as_ref().map(|champion| champion.version);
        let trained = train(model, &data, spec, champion).await?;
        store(ports, model, run, spec, &data, &trained).await?;
        let version = record(source, run, model, &trained, ports.clock.now());
        let promotion = trained
            .decision
            .promoted
            .then(|| Promotion { expected, reason: trained.decision.reasons.join("; ") });
        match ports.registry.register(version, promotion).await {
            Ok(registered) => {
                return announce(ports, announcer, model, &trained, registered).await;
            }
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
        training::train(&model, &data, &spec, champion.as_ref())
    });
    match training.await.map_err(|error| Failure::terminal(&error))? {
        Ok(trained) => Ok(trained),
        Err(TrainingError::Rejected(rejection)) => Err(rejection.into()),
        Err(error) => Err(Stop::Failed(chain(&error))),
    }
}

/// Writes artifact and training record. Nothing points at them before the
/// registration.
async fn store(
    ports: &Ports,
    model: &ModelName,
    run: &str,
    spec: &Spec,
    data: &Labelled,
    trained: &Trained,
) -> Result<(), Stop> {
    let artifact = keys::artifact(model, &trained.sha256);
    let bytes = trained.artifact.clone().into();
    ports.write_objects.put(&artifact, "application/octet-stream", bytes).await?;
    let record = json!({
        "run": run,
        "model": model,
        "rows": data.rows(),
        "data_hash": trained.data_hash,
        "notes": data.notes,
        "schema": data.schema,
        "spec": spec,
        "artifact": artifact,
        "leaderboard": trained.leaderboard,
        "metrics": trained.metrics,
        "decision": trained.decision,
        "code_version": env!("CARGO_PKG_VERSION"),
    });
    let bytes = serde_json::to_vec_pretty(&record).map_err(|error| Failure::terminal(&error))?;
    let key = keys::run(model, run, "training.json");
    Ok(ports.write_objects.put(&key, keys::JSON, bytes.into()).await?)
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

async fn announce(
    ports: &Ports,
    announcer: &Announcer<'_>,
    model: &ModelName,
    trained: &Trained,
    registered: Registered,
) -> Result<Outcome, Stop> {
    let Registered { version, newly } = registered;
    // An earlier delivery may have registered this run and decided by itself.
    let (promoted, reasons) = match newly {
        true => (trained.decision.promoted, trained.decision.reasons.clone()),
        false => earlier(ports, model, version).await?,
    };
    let data = json!({
        "version": version,
        "metric": trained.metric,
        "metrics": trained.metrics,
        "reasons": reasons,
    });
    announcer.publish(EventKind::TrainingCompleted, data.clone()).await?;
    announcer.publish(EventKind::ModelRegistered, data.clone()).await?;
    let verdict = if promoted { EventKind::ModelPromoted } else { EventKind::ModelRejected };
    announcer.publish(verdict, data).await?;
    Ok(Outcome::Registered { version, promoted, reasons })
}

/// Whether a version that an earlier delivery registered was promoted, and why.
async fn earlier(
    ports: &Ports,
    model: &ModelName,
    version: Version,
) -> Result<(bool, Vec<String>), Stop> {
    let history = ports.registry.history(model).await?;
    let promoted = history
        .iter()
        .any(|movement| movement.to == version && movement.alias == Alias::champion());
    let record = ports.registry.version(model, version).await?;
    Ok((promoted, record.map(|record| record.decision.clone()).into_iter().collect()))
}
