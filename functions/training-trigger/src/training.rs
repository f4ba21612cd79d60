//! Training against today's champion.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use model_factory::dataset::{Defect, Labelled, RawTable};
use model_factory::registry::{Baselines, NewVersion};
use model_factory::runtime::Failure;
use model_factory::storage::keys;
use model_factory::store::Stored;
use model_factory::training::{self, Champion, Trained, TrainingContext};
use tokio::sync::watch;

use crate::challenge::{self, Challenge, Judged};
use crate::invocation::Invocation;
use crate::job::Job;
use crate::progress::ProgressNotes;
use crate::record::Account;
use crate::stop::Stop;
use crate::{results, writing};

/// A training.
pub(crate) struct Training<'a> {
    pub(crate) job: Job<'a>,
    pub(crate) invocation: &'a Invocation,
    pub(crate) data: Arc<Labelled>,
    /// What is wrong with the data and yet no reason not to train.
    pub(crate) warnings: &'a [Defect],
    /// The rows as they were uploaded, where each of them gets a label.
    pub(crate) own_rows: Option<&'a RawTable>,
}

#[async_trait]
impl Challenge for Training<'_> {
    async fn judge(
        &self,
        champion: Option<&Stored>,
        account: &mut Account,
    ) -> Result<Judged, Stop> {
        let Self { job, data, warnings, own_rows, .. } = self;
        let champion = champion.map(challenge::of_rows).transpose()?;
        let trained = self.train(champion).await?;
        account.seconds.training = trained.durations;
        account.lineage.data_hash = Some(trained.data_hash.clone());
        account.lineage.artifact = Some(keys::artifact(job.model, &trained.sha256));
        let storing = Instant::now();
        let baselines = writing::store(job, data, warnings, &trained, account).await?;
        if let (Some(raw), Some(labels)) = (own_rows, &trained.labels) {
            results::write(job, raw, labels, trained.structure.as_ref()).await?;
        }
        account.seconds.store = storing.elapsed().as_secs_f64();
        let version = describe(job, data, &trained, baselines, account);
        Ok(Judged { version, passed: trained.decision.passed })
    }
}

impl Training<'_> {
    /// Trains on a thread of its own, so that the claim is renewed and the progress noted
    /// meanwhile.
    async fn train(&self, champion: Option<Champion>) -> Result<Trained, Stop> {
        let Self { job, invocation, .. } = self;
        let (model, data, spec) = (job.model.clone(), Arc::clone(&self.data), job.spec.clone());
        let (deadline, memory_bytes) = (invocation.search_deadline(), invocation.search_memory());
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
        Ok(trained.map_err(|error| Failure::terminal(&error))??)
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
        structure: trained.structure.clone(),
        baselines: Some(baselines),
        created_at: job.ports.clock.now(),
        decision: trained.decision.reasons.join("; "),
    }
}
