//! Training against today's champion.

use std::sync::Arc;
use std::time::Instant;

use model_factory::dataset::{Defect, Labelled};
use model_factory::name::{ModelName, Reference, Version};
use model_factory::port_error::chain;
use model_factory::registry::{Baselines, NewVersion};
use model_factory::runtime::Failure;
use model_factory::spec::Spec;
use model_factory::storage::keys;
use model_factory::store;
use model_factory::training::{self, Champion, Trained, TrainingContext, TrainingError};
use tokio::sync::watch;

use crate::invocation::Invocation;
use crate::ports::Ports;
use crate::progress::ProgressNotes;
use crate::record::Account;
use crate::registration::register;
use crate::source::Source;
use crate::stop::Stop;
use crate::writing;

/// How often a run starts over because the champion moved while it trained.
const ATTEMPTS: usize = 3;

/// What a training needs beside its data.
pub(crate) struct Job<'a> {
    pub(crate) ports: &'a Ports,
    pub(crate) invocation: &'a Invocation,
    pub(crate) source: &'a Source,
    pub(crate) run: &'a str,
    pub(crate) model: &'a ModelName,
    pub(crate) spec: &'a Spec,
    /// What is wrong with the data and yet no reason not to train.
    pub(crate) warnings: &'a [Defect],
}

/// Trains a challenger, stores its artifact, then registers it in one transaction
/// that moves the champion if the gate says so.
pub(crate) async fn train_and_register(
    job: &Job<'_>,
    data: Labelled,
    account: &mut Account,
) -> Result<Version, Stop> {
    let data = Arc::new(data);
    for _ in 0..ATTEMPTS {
        let champion = load_champion(job.ports, job.model).await?;
        let expected = champion.as_ref().map(|champion| champion.version);
        let trained = train(job, &data, champion).await?;
        account.seconds.training = trained.durations;
        account.lineage.data_hash = Some(trained.data_hash.clone());
        account.lineage.artifact = Some(keys::artifact(job.model, &trained.sha256));
        let storing = Instant::now();
        let baselines = writing::store(job, &data, &trained, account).await?;
        let version = describe(job, &data, &trained, baselines, account);
        let passed = trained.decision.passed;
        let registered = register(job.ports, version, passed, job.spec, expected).await?;
        account.seconds.store = storing.elapsed().as_secs_f64();
        match registered {
            Some(version) => return Ok(version),
            None => {
                tracing::warn!(run = job.run, "the champion moved meanwhile: starting over");
            }
        }
    }
    Err(Failure::Retryable(format!("the champion of {} keeps moving", job.model)).into())
}

/// Today's champion, as a challenger meets it.
pub(crate) async fn load_champion(
    ports: &Ports,
    model: &ModelName,
) -> Result<Option<Champion>, Failure> {
    let (registry, objects) = (ports.registry.as_ref(), ports.read_objects.as_ref());
    let Some(stored) = store::find(registry, objects, model, &Reference::default()).await? else {
        return Ok(None);
    };
    let artifact = stored.open()?;
    let predictor = artifact.predictor().map_err(|error| Failure::terminal(&error))?;
    let manifest = artifact.manifest();
    let candidate = manifest.imported.is_none().then(|| manifest.candidate.clone());
    Ok(Some(Champion { version: stored.version, predictor, candidate }))
}

/// Trains on a thread of its own, so that the claim is renewed and the progress noted
/// meanwhile.
async fn train(
    job: &Job<'_>,
    data: &Arc<Labelled>,
    champion: Option<Champion>,
) -> Result<Trained, Stop> {
    let (model, data, spec) = (job.model.clone(), Arc::clone(data), job.spec.clone());
    let (deadline, memory_bytes) =
        (job.invocation.search_deadline(), job.invocation.search_memory());
    let (tell, told) = watch::channel(None);
    let mut training = tokio::task::spawn_blocking(move || {
        let context = TrainingContext {
            deadline,
            memory_bytes,
            watch: &|progress| drop(tell.send_replace(Some(progress.clone()))),
        };
        training::train(&model, &data, &spec, champion.as_ref(), &context)
    });
    let notes = ProgressNotes {
        ports: job.ports,
        model: job.model,
        run: job.run,
        dataset: job.source.key.as_deref(),
    };
    let trained = tokio::select! {
        biased;
        trained = &mut training => trained,
        () = notes.write(told) => training.await,
    };
    match trained.map_err(|error| Failure::terminal(&error))? {
        Ok(trained) => Ok(trained),
        Err(TrainingError::Rejected(rejection)) => Err(rejection.into()),
        Err(error) => Err(Stop::Failed(chain(&error))),
    }
}

fn describe(
    job: &Job<'_>,
    data: &Labelled,
    trained: &Trained,
    baselines: Baselines,
    account: &Account,
) -> NewVersion {
    NewVersion {
        model: job.model.clone(),
        artifact: trained.sha256.clone(),
        artifact_bytes: trained.artifact.len() as u64,
        run: job.run.to_owned(),
        dataset: job.source.key.clone().unwrap_or_default(),
        data_hash: trained.data_hash.clone(),
        rows: data.rows() as u64,
        columns: data.schema.inputs.len() as u64,
        seconds: account.so_far().total,
        learner: trained.learner.clone(),
        metric: trained.metric,
        metrics: trained.metrics.clone(),
        baselines: Some(baselines),
        created_at: job.ports.clock.now(),
        decision: trained.decision.reasons.join("; "),
    }
}
