//! One training from its trigger to its outcome.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use futures::FutureExt as _;
use model_factory::dataset::Defect;
use model_factory::events::{EventKind, Trigger};
use model_factory::name::ModelName;
use model_factory::runtime::{Failure, write_json};
use model_factory::storage::keys;
use serde_json::json;

use crate::account::{Account, Told};
use crate::admission::Admitted;
use crate::announce::Announcer;
use crate::blocking::panicked;
use crate::dataset::DataSet;
use crate::import::Import;
use crate::invocation::Invocation;
use crate::job::Job;
use crate::ports::Ports;
use crate::report::{Outcome, Run};
use crate::series::SeriesTraining;
use crate::source::{self, Source};
use crate::stop::Stop;
use crate::training::Training;
use crate::{age, blame, challenge, quarantine, registration, rows};

/// Does what a trigger asks for; every outcome but a failure of the services is
/// announced and recorded.
pub(crate) async fn run(
    ports: &Ports,
    invocation: &Invocation,
    trigger: Trigger,
    run: String,
) -> Result<Run, Failure> {
    let mut account = Account::open(ports.clock.now());
    let forced = trigger.is_forced();
    let source = source::locate(ports, trigger).await?;
    let announcer = Announcer::new(ports, &run, &source.subject);
    let work = Work { ports, invocation, announcer: &announcer, source: &source, run: &run };
    let learned = AssertUnwindSafe(work.learn(forced, &mut account)).catch_unwind().await;
    let outcome = match learned.unwrap_or_else(|panic| Err(panicked(panic.as_ref()))) {
        Ok(outcome) => outcome,
        Err(Stop::Superseded) => Outcome::Superseded,
        Err(Stop::Skipped(reason)) => {
            let data = json!({"dataset": source.key, "reason": reason});
            announcer.publish(EventKind::TrainingSkipped, data).await?;
            Outcome::Skipped { reason }
        }
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
    if let Some(model) = source.known_model() {
        let told = Told {
            cause: source.reason.clone(),
            forced,
            dataset: source.key.clone(),
            etag: source.etag.clone(),
            window: source.window,
        };
        record(ports, model, account, ended.clone(), told).await?;
    }
    Ok(ended)
}

/// Writes how the run ended beside what else it wrote. What an earlier delivery has
/// measured stays.
async fn record(
    ports: &Ports,
    model: &ModelName,
    account: Account,
    run: Run,
    told: Told,
) -> Result<(), Failure> {
    let key = keys::run(model, &run.run, "run.json");
    if account.done_before && ports.read_objects.get(&key).await?.is_some() {
        return Ok(());
    }
    let record = account.close(run, told, ports.clock.now());
    write_json(ports.write_objects.as_ref(), &key, &record).await
}

/// One training.
struct Work<'a> {
    ports: &'a Ports,
    invocation: &'a Invocation,
    announcer: &'a Announcer<'a>,
    source: &'a Source,
    run: &'a str,
}

impl Work<'_> {
    async fn learn(&self, forced: bool, account: &mut Account) -> Result<Outcome, Stop> {
        let Self { ports, announcer, source, run, .. } = *self;
        let model = source.model()?;
        if let Some(version) = registration::of_run(ports, model, run).await? {
            tracing::info!(run, %version, "an earlier delivery has registered this run");
            account.done_before = true;
            let outcome = registration::announce(ports, announcer, model, version).await?;
            registration::hand_on(ports, announcer, model, source, run).await?;
            return Ok(outcome);
        }
        let spec = source::spec(ports, model).await?;
        let job = Job { ports, source, run, model, spec: &spec };
        match self.contend(job, forced, account).await {
            Err(Stop::Rejected(rejection)) => Err(blame::stop(&job, rejection).await?),
            ended => ended,
        }
    }

    /// Makes a challenger of what the source has.
    async fn contend(
        &self,
        job: Job<'_>,
        forced: bool,
        account: &mut Account,
    ) -> Result<Outcome, Stop> {
        let Self { ports, invocation, announcer, source, run } = *self;
        let Job { model, spec, .. } = job;
        if source.key.as_deref().is_some_and(|key| keys::model_of_import(key).is_some()) {
            let import = Import::read(job, invocation, account).await?;
            let version = challenge::settle(&job, &import, account).await?;
            return registration::announce(ports, announcer, model, version).await;
        }
        if !forced && let Some(reason) = age::too_young(ports, model, spec).await? {
            return Err(Stop::Skipped(reason));
        }
        let reading = Instant::now();
        let objects = DataSet::find(ports, source, model, spec).await?;
        account.lineage.objects = objects.objects();
        let bytes: u64 = account.lineage.objects.iter().map(|object| object.bytes).sum();
        if let Some(asked) = spec.forecasts() {
            let series = SeriesTraining::read(job, invocation, asked, objects).await?;
            self.received(bytes, &series.panel.warnings).await?;
            account.seconds.read = reading.elapsed().as_secs_f64();
            let version = challenge::settle(&job, &series, account).await?;
            let outcome = registration::announce(ports, announcer, model, version).await?;
            registration::hand_on(ports, announcer, model, source, run).await?;
            return Ok(outcome);
        }
        let Admitted { data, mut warnings, raw } =
            rows::read(ports, model, run, objects, spec, source.window).await?;
        warnings.extend(source.passed_over.iter().cloned());
        self.received(bytes, &warnings).await?;
        account.seconds.read = reading.elapsed().as_secs_f64();
        let inputs = data.schema.inputs.len();
        tracing::info!(run, rows = data.rows(), inputs, "the data is read");
        let training = Training {
            job,
            invocation,
            data: Arc::new(data),
            warnings: &warnings,
            own_rows: raw.as_ref(),
        };
        let version = challenge::settle(&job, &training, account).await?;
        registration::announce(ports, announcer, model, version).await
    }

    /// Tells that the data set can be learned from.
    async fn received(&self, bytes: u64, warnings: &[Defect]) -> Result<(), Failure> {
        let received = json!({
            "dataset": self.source.key,
            "bytes": bytes,
            "reason": self.source.reason,
            "warnings": warnings,
        });
        Ok(self.announcer.publish(EventKind::DatasetReceived, received).await?)
    }
}
