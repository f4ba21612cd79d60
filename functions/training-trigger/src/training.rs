//! Training against today's champion.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use model_factory::card::TrainingCard;
use model_factory::dataset::{Defect, Labelled, RawTable};
use model_factory::registry::Baselines;
use model_factory::store::Stored;
use model_factory::training::{self, Champion, Trained};

use crate::account::Account;
use crate::challenge::{self, Challenge, Judged};
use crate::invocation::Invocation;
use crate::job::Job;
use crate::record::{ClassRecord, TrainingRecord, VersionFacts};
use crate::stop::Stop;
use crate::{results, watched, writing};

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
        let Self { job, data, own_rows, .. } = self;
        let champion = champion.map(challenge::of_rows).transpose()?;
        let trained = self.train(champion).await?;
        let contender = trained.contender(data);
        account.seconds.training = trained.durations;
        account.met(job.model, &contender);
        let storing = Instant::now();
        let baselines = self.store(&trained, account).await?;
        if let (Some(raw), Some(labels)) = (own_rows, &trained.labels) {
            results::write(job, raw, labels, trained.structure.as_ref()).await?;
        }
        account.seconds.store = storing.elapsed().as_secs_f64();
        let mut judged = Judged::of(job, &contender, account);
        judged.version.structure.clone_from(&trained.structure);
        judged.version.baselines = Some(baselines);
        Ok(judged)
    }
}

impl Training<'_> {
    async fn train(&self, champion: Option<Champion>) -> Result<Trained, Stop> {
        let Self { job, invocation, .. } = self;
        let (model, data, spec) = (job.model.clone(), Arc::clone(&self.data), job.spec.clone());
        watched::train(job, invocation, move |context| {
            training::train(&model, &data, &spec, champion.as_ref(), context)
        })
        .await
    }

    /// Writes artifact, baselines, training record and model card.
    async fn store(&self, trained: &Trained, account: &Account) -> Result<Baselines, Stop> {
        let Self { job, data, warnings, .. } = self;
        let contender = trained.contender(data);
        writing::artifact(job, &contender).await?;
        let baselines = writing::baselines(job, &trained.profile).await?;
        let record = TrainingRecord {
            facts: VersionFacts {
                notes: data.notes.iter().chain(&trained.notes).cloned().collect(),
                warnings: warnings.to_vec(),
                baselines: Some(baselines.clone()),
                ..VersionFacts::of(job, &contender, account)
            },
            structure: trained.structure.clone(),
            leaderboard: trained.leaderboard.clone(),
            classes: ClassRecord::all(&trained.assessment.evaluation, data.schema.task.classes()),
            importances: trained.assessment.importances.clone(),
        };
        writing::record(job, "training.json", &record).await?;
        let card = TrainingCard { origin: writing::origin(job), data, trained };
        writing::card(job, card.html()).await?;
        Ok(baselines)
    }
}
