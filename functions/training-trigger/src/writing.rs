//! What a run leaves in the bucket. Nothing points at it before the version is registered.

use model_factory::card::Origin;
use model_factory::profile::{Constraints, Profile, Statistics};
use model_factory::registry::Baselines;
use model_factory::runtime::write_json;
use model_factory::storage::keys;
use model_factory::store;
use model_factory::training::Contender;
use serde::Serialize;

use crate::job::Job;
use crate::record::CODE_VERSION;
use crate::stop::Stop;

/// Writes a contender's artifact.
pub(crate) async fn artifact(job: &Job<'_>, contender: &Contender<'_>) -> Result<(), Stop> {
    let Job { ports, model, .. } = *job;
    let bytes = contender.artifact.to_vec().into();
    store::put(ports.write_objects.as_ref(), model, contender.sha256, bytes).await?;
    Ok(())
}

/// Writes what training data looks like and promises, by its profile, under the names and in
/// the format of SageMaker Model Monitor.
pub(crate) async fn baselines(job: &Job<'_>, profile: &Profile) -> Result<Baselines, Stop> {
    let Job { run, model, spec, .. } = *job;
    let rows = profile.inputs.first().map_or(0, |column| column.rows());
    record(job, "statistics.json", &Statistics::of(rows, &profile.inputs)).await?;
    record(job, "constraints.json", &Constraints::of(profile, &spec.constraints)).await?;
    Ok(Baselines {
        statistics: keys::run(model, run, "statistics.json"),
        constraints: keys::run(model, run, "constraints.json"),
    })
}

/// Writes a file of the run's folder as JSON.
pub(crate) async fn record(
    job: &Job<'_>,
    file: &str,
    content: &(impl Serialize + Sync),
) -> Result<(), Stop> {
    let Job { ports, run, model, .. } = *job;
    Ok(write_json(ports.write_objects.as_ref(), &keys::run(model, run, file), content).await?)
}

/// Writes the latest steps of the series that the run has read, by which forecasts of them are
/// judged.
pub(crate) async fn actuals(job: &Job<'_>, packed: Vec<u8>) -> Result<(), Stop> {
    let Job { ports, run, model, .. } = *job;
    let key = keys::run(model, run, keys::ACTUALS);
    Ok(ports.write_objects.put(&key, "application/zstd", packed.into()).await?)
}

/// Writes the model card.
pub(crate) async fn card(job: &Job<'_>, page: String) -> Result<(), Stop> {
    let Job { ports, run, model, .. } = *job;
    let key = keys::run(model, run, keys::MODEL_CARD);
    Ok(ports.write_objects.put(&key, keys::HTML, page.into()).await?)
}

/// Where a card says that its version comes from.
pub(crate) fn origin<'a>(job: &Job<'a>) -> Origin<'a> {
    Origin {
        model: job.model,
        run: job.run,
        dataset: job.source.key.as_deref(),
        created_at: job.ports.clock.now(),
        spec: job.spec,
        code: CODE_VERSION,
    }
}
