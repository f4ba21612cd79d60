//! What a training leaves in the bucket. Nothing points at it before the version is
//! registered.

use model_factory::artifact::{Artifact, ArtifactError};
use model_factory::card::{self, CardInput};
use model_factory::dataset::{Defect, Labelled};
use model_factory::name::ModelName;
use model_factory::profile::{Constraints, Statistics};
use model_factory::registry::Baselines;
use model_factory::runtime::{Failure, memory, write_json};
use model_factory::spec::Spec;
use model_factory::storage::keys;
use model_factory::store;
use model_factory::training::Trained;

use crate::job::Job;
use crate::ports::Ports;
use crate::record::{Account, TrainingRecord};
use crate::stop::Stop;

/// Writes artifact, baselines, training record and model card.
pub(crate) async fn store(
    job: &Job<'_>,
    data: &Labelled,
    warnings: &[Defect],
    trained: &Trained,
    account: &Account,
) -> Result<Baselines, Stop> {
    let Job { ports, run, model, spec, .. } = *job;
    let bytes = trained.artifact.clone().into();
    let artifact = store::put(ports.write_objects.as_ref(), model, &trained.sha256, bytes).await?;
    let baselines =
        write_baselines(ports, model, run, spec, &trained.artifact, &trained.sha256).await?;
    let record = TrainingRecord {
        run: run.to_owned(),
        model: model.clone(),
        objects: account.lineage.objects.clone(),
        data_hash: trained.data_hash.clone(),
        rows: data.rows(),
        columns: data.schema.inputs.len(),
        notes: data.notes.iter().chain(&trained.notes).cloned().collect(),
        warnings: warnings.to_vec(),
        schema: data.schema.clone(),
        spec: spec.clone(),
        seed: spec.split.seed,
        code_version: env!("CARGO_PKG_VERSION").to_owned(),
        artifact,
        baselines: Some(baselines.clone()),
        structure: trained.structure.clone(),
        leaderboard: trained.leaderboard.clone(),
        metrics: trained.metrics.clone(),
        intervals: trained.assessment.intervals.clone(),
        baseline: trained.assessment.baseline.clone(),
        importances: trained.assessment.importances.clone(),
        latency_ms: Some(trained.assessment.latency_ms).filter(|time| time.is_finite()),
        decision: trained.decision.clone(),
        seconds: account.so_far(),
        peak_memory_bytes: memory::peak_bytes(),
    };
    write_json(ports.write_objects.as_ref(), &keys::run(model, run, "training.json"), &record)
        .await?;
    let card = card::html(&CardInput {
        model,
        run,
        dataset: job.source.key.as_deref(),
        created_at: ports.clock.now(),
        data,
        spec,
        trained,
    });
    let key = keys::run(model, run, "model-card.html");
    ports.write_objects.put(&key, keys::HTML, card.into()).await?;
    Ok(baselines)
}

/// Writes what an artifact's training data looks like and promises, under the names
/// and in the format of SageMaker Model Monitor.
pub(crate) async fn write_baselines(
    ports: &Ports,
    model: &ModelName,
    run: &str,
    spec: &Spec,
    artifact: &[u8],
    sha256: &str,
) -> Result<Baselines, Stop> {
    let broken = |error: ArtifactError| Stop::from(Failure::terminal(&error));
    let profile = Artifact::open(artifact, sha256).and_then(|it| it.profile()).map_err(broken)?;
    let rows = profile.inputs.first().map_or(0, |column| column.rows());
    let baselines = Baselines {
        statistics: keys::run(model, run, "statistics.json"),
        constraints: keys::run(model, run, "constraints.json"),
    };
    write_json(
        ports.write_objects.as_ref(),
        &baselines.statistics,
        &Statistics::of(rows, &profile.inputs),
    )
    .await?;
    write_json(
        ports.write_objects.as_ref(),
        &baselines.constraints,
        &Constraints::of(&profile, &spec.constraints),
    )
    .await?;
    Ok(baselines)
}
