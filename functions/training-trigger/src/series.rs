//! Training on series against today's champion.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use model_factory::artifact::Artifact;
use model_factory::card::SeriesCard;
use model_factory::forecasting::{Actuals, Panel};
use model_factory::name::Version;
use model_factory::runtime::Failure;
use model_factory::runtime::emf::{Measured, Unit};
use model_factory::spec::Forecasting;
use model_factory::storage::keys;
use model_factory::store::{self, Stored};
use model_factory::training::{Forecasts, TrainedSeries, train_series};

use crate::account::Account;
use crate::blocking::blocking;
use crate::challenge::{Challenge, Judged, other_kind};
use crate::dataset::DataSet;
use crate::invocation::Invocation;
use crate::job::Job;
use crate::record::{SeriesRecord, VersionFacts};
use crate::stop::Stop;
use crate::{watched, writing};

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
        let known = match job.ports.champion(job.model).await? {
            Some(stored) => {
                let artifact = stored.open().map_err(Failure::from)?;
                artifact.manifest().schema.date_orders()
            }
            None => BTreeMap::new(),
        };
        let raw = objects.read(job.ports, job.spec, known).await?;
        let (spec, of) = (job.spec.clone(), asked.clone());
        let mut panel = blocking(move || Ok(Panel::from_raw(raw, &spec, &of)?)).await?;
        panel.warnings.extend(job.source.passed_over.iter().cloned());
        let panel = Arc::new(panel);
        for warning in &panel.warnings {
            tracing::warn!(run = job.run, warning.code, warning.message, "odd series");
        }
        Ok(Self { job, invocation, asked, panel })
    }

    async fn train(
        &self,
        champion: Option<Forecasts>,
        carried: Option<Forecasts>,
    ) -> Result<TrainedSeries, Stop> {
        let Self { job, invocation, asked, panel } = self;
        let (model, spec) = (job.model.clone(), job.spec.clone());
        let (asked, panel) = (asked.clone(), Arc::clone(panel));
        watched::train(job, invocation, move |context| {
            let (champion, carried) = (champion.as_ref(), carried.as_ref());
            train_series(&model, &panel, &asked, &spec, champion, carried, context)
        })
        .await
    }

    /// The newest version of the same data and spec that left series to another run.
    async fn unfinished(&self) -> Result<Option<Forecasts>, Stop> {
        let Job { ports, model, spec, .. } = self.job;
        let data_hash = &self.panel.data_hash;
        let versions = ports.registry.versions(model).await?;
        let Some(newest) = versions.into_iter().rev().find(|it| it.data_hash == *data_hash) else {
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

    /// Tells whoever watches that series keep the naive forecast.
    fn tell_of_rest(&self, unfinished: usize) {
        let Job { ports, model, run, .. } = self.job;
        tracing::warn!(
            run,
            unfinished,
            "no run goes on with these series: give the function or the spec more time"
        );
        let measured = Measured::at(ports.clock.now())
            .with("model", model.as_str())
            .with("run", run)
            .and("SeriesLeft", Unit::Count, unfinished as f64);
        ports.metrics.emit(measured);
    }

    /// Writes artifact, record and model card.
    async fn store(
        &self,
        trained: &TrainedSeries,
        continues: bool,
        account: &Account,
    ) -> Result<(), Stop> {
        let Self { job, asked, panel, .. } = self;
        let contender = trained.contender();
        writing::artifact(job, &contender).await?;
        let record = SeriesRecord {
            facts: VersionFacts {
                notes: trained.notes.clone(),
                warnings: trained.warnings.clone(),
                ..VersionFacts::of(job, &contender, account)
            },
            series: trained.series,
            leaderboard: trained.board.clone(),
            coverage: trained.measured.probability,
            realised: trained.realised.clone(),
            unfinished: trained.unfinished,
            continues,
        };
        writing::record(job, keys::SERIES_RECORD, &record).await?;
        let actuals = Actuals::of(panel, asked.horizon).encode();
        writing::actuals(job, actuals.map_err(|error| Failure::terminal(&error))?).await?;
        let card = SeriesCard { origin: writing::origin(job), asked, panel, trained, continues };
        writing::card(job, card.html()).await
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
        let contender = trained.contender();
        account.met(self.job.model, &contender);
        let storing = Instant::now();
        // A run that came no further would be followed by others without end.
        let came_further = before.is_none_or(|before| trained.unfinished < before);
        let continues = trained.unfinished > 0 && came_further;
        if trained.unfinished > 0 && !continues {
            self.tell_of_rest(trained.unfinished);
        }
        self.store(&trained, continues, account).await?;
        account.seconds.store = storing.elapsed().as_secs_f64();
        Ok(Judged::of(&self.job, &contender, account))
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
