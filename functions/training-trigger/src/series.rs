//! Training on series against today's champion.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use model_factory::artifact::Artifact;
use model_factory::dataset::Rejection;
use model_factory::forecasting::Panel;
use model_factory::name::Version;
use model_factory::registry::NewVersion;
use model_factory::runtime::{Failure, memory, write_json};
use model_factory::spec::Forecasting;
use model_factory::storage::keys;
use model_factory::store::{self, Stored};
use model_factory::training::{Forecasts, TrainedSeries, TrainingContext, train_series};

use crate::challenge::{Challenge, Judged, other_kind};
use crate::dataset::DataSet;
use crate::invocation::Invocation;
use crate::job::Job;
use crate::record::{Account, SeriesRecord};
use crate::stop::Stop;

/// A training on series.
pub(crate) struct SeriesTraining<'a> {
    job: Job<'a>,
    invocation: &'a Invocation,
    asked: Forecasting,
    pub(crate) panel: Arc<Panel>,
}

impl<'a> SeriesTraining<'a> {
    /// Reads the series of a data set.
    pub(crate) async fn read(
        job: Job<'a>,
        invocation: &'a Invocation,
        asked: Forecasting,
        objects: DataSet,
    ) -> Result<Self, Stop> {
        let raw = objects.read(job.ports, job.spec).await?;
        let (spec, of) = (job.spec.clone(), asked.clone());
        let read = tokio::task::spawn_blocking(move || Panel::from_raw(raw, &spec, &of));
        let panel: Result<Panel, Rejection> =
            read.await.map_err(|error| Failure::terminal(&error))?;
        let panel = Arc::new(panel?);
        for warning in &panel.warnings {
            tracing::warn!(run = job.run, warning.code, warning.message, "odd series");
        }
        Ok(Self { job, invocation, asked, panel })
    }

    /// Trains on a thread of its own, so that the claim is renewed meanwhile.
    async fn train(
        &self,
        champion: Option<Forecasts>,
        carried: Option<Forecasts>,
    ) -> Result<TrainedSeries, Stop> {
        let Self { job, invocation, asked, panel } = self;
        let (model, spec) = (job.model.clone(), job.spec.clone());
        let (asked, panel) = (asked.clone(), Arc::clone(panel));
        let (deadline, memory_bytes) = (invocation.search_deadline(), invocation.search_memory());
        let trained = tokio::task::spawn_blocking(move || {
            let context = TrainingContext { deadline, memory_bytes, ..TrainingContext::default() };
            let (champion, carried) = (champion.as_ref(), carried.as_ref());
            train_series(&model, &panel, &asked, &spec, champion, carried, &context)
        });
        Ok(trained.await.map_err(|error| Failure::terminal(&error))??)
    }

    /// The newest version of the same data and spec that left series to another run.
    async fn unfinished(&self) -> Result<Option<Forecasts>, Stop> {
        let Job { ports, model, spec, .. } = self.job;
        let data_hash = self.panel.content_hash();
        let versions = ports.registry.versions(model).await?;
        let Some(newest) = versions.into_iter().rev().find(|it| it.data_hash == data_hash) else {
            return Ok(None);
        };
        let (version, artifact) = (newest.version, newest.registered.artifact);
        let stored = store::fetch(ports.read_objects.as_ref(), model, version, artifact).await;
        let stored = stored.map_err(Failure::from)?;
        let artifact = stored.open().map_err(Failure::from)?;
        if !artifact.manifest().is_of_series() || artifact.manifest().spec != *spec {
            return Ok(None);
        }
        let earlier = forecasts(version, &artifact)?;
        Ok((earlier.forecaster.unfinished() > 0).then_some(earlier))
    }

    /// Writes artifact and record.
    async fn store(
        &self,
        trained: &TrainedSeries,
        continues: bool,
        account: &Account,
    ) -> Result<(), Stop> {
        let Job { ports, run, model, spec, .. } = self.job;
        let bytes = trained.artifact.clone().into();
        let artifact =
            store::put(ports.write_objects.as_ref(), model, &trained.sha256, bytes).await?;
        let record = SeriesRecord {
            run: run.to_owned(),
            model: model.clone(),
            objects: account.lineage.objects.clone(),
            data_hash: trained.data_hash.clone(),
            rows: trained.rows,
            series: trained.series,
            notes: trained.notes.clone(),
            warnings: trained.warnings.clone(),
            schema: trained.schema.clone(),
            spec: spec.clone(),
            seed: spec.split.seed,
            code_version: env!("CARGO_PKG_VERSION").to_owned(),
            artifact,
            leaderboard: trained.board.clone(),
            metrics: trained.metrics.clone(),
            intervals: trained.intervals.clone(),
            baseline: trained.baseline.clone(),
            coverage: trained.coverage,
            latency_ms: trained.latency_ms,
            decision: trained.decision.clone(),
            unfinished: trained.unfinished,
            continues,
            seconds: account.so_far(),
            peak_memory_bytes: memory::peak_bytes(),
        };
        write_json(
            ports.write_objects.as_ref(),
            &keys::run(model, run, keys::SERIES_RECORD),
            &record,
        )
        .await?;
        Ok(())
    }
}

#[async_trait]
impl Challenge for SeriesTraining<'_> {
    async fn judge(
        &self,
        champion: Option<&Stored>,
        account: &mut Account,
    ) -> Result<Judged, Stop> {
        let champion = champion.map(champion_of_series).transpose()?;
        let carried = self.unfinished().await?;
        let before = carried.as_ref().map(|earlier| earlier.forecaster.unfinished());
        let trained = self.train(champion, carried).await?;
        account.seconds.training = trained.durations;
        account.lineage.data_hash = Some(trained.data_hash.clone());
        account.lineage.artifact = Some(keys::artifact(self.job.model, &trained.sha256));
        let storing = Instant::now();
        // A run that came no further would be followed by others without end.
        let came_further = before.is_none_or(|before| trained.unfinished < before);
        let continues = trained.unfinished > 0 && came_further;
        self.store(&trained, continues, account).await?;
        account.seconds.store = storing.elapsed().as_secs_f64();
        let version = describe(&self.job, &trained, account);
        Ok(Judged { version, passed: trained.decision.passed })
    }
}

/// The champion, as a challenger that forecasts series meets it.
fn champion_of_series(stored: &Stored) -> Result<Forecasts, Stop> {
    let artifact = stored.open().map_err(Failure::from)?;
    match artifact.manifest().is_of_series() {
        true => forecasts(stored.version, &artifact),
        false => Err(other_kind(stored.version, "answers for rows")),
    }
}

/// What an earlier version forecasts with.
fn forecasts(version: Version, artifact: &Artifact<'_>) -> Result<Forecasts, Stop> {
    let forecaster = artifact.forecaster().map_err(|error| Failure::terminal(&error))?;
    let data_hash = artifact.manifest().data_hash.clone();
    Ok(Forecasts { version, data_hash, forecaster })
}

fn describe(job: &Job<'_>, trained: &TrainedSeries, account: &Account) -> NewVersion {
    NewVersion {
        model: job.model.clone(),
        artifact: trained.sha256.clone(),
        artifact_bytes: trained.artifact.len() as u64,
        run: job.run.to_owned(),
        dataset: job.source.key.clone().unwrap_or_default(),
        data_hash: trained.data_hash.clone(),
        rows: trained.rows as u64,
        columns: trained.schema.inputs.len() as u64,
        seconds: account.so_far().total,
        learner: trained.learner.clone(),
        metric: trained.metric,
        metrics: trained.metrics.clone(),
        structure: None,
        baselines: None,
        created_at: job.ports.clock.now(),
        decision: trained.decision.reasons.join("; "),
    }
}
