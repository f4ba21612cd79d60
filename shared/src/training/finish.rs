//! The end of every training on rows: the winner is written, and the gate judges it.

use std::time::Instant;

use super::gate::Challenger;
use super::{Assessment, Decision, Durations, Leaderboard, Trained, TrainingError};
use crate::artifact::{self, Contents};
use crate::dataset::Labelled;
use crate::learners::Predictor;
use crate::metrics::Metric;
use crate::name::ModelName;
use crate::profile::Profile;
use crate::spec::Spec;

/// The winner of a search, fitted and measured.
pub(super) struct Winner<'a> {
    pub(super) model: &'a ModelName,
    pub(super) data: &'a Labelled,
    pub(super) spec: &'a Spec,
    pub(super) metric: Metric,
    pub(super) leaderboard: Leaderboard,
    pub(super) predictor: &'a Predictor,
    pub(super) profile: Profile,
    pub(super) assessment: Assessment,
    pub(super) training_rows: usize,
    /// 0 where nothing is held out.
    pub(super) holdout_rows: usize,
    pub(super) notes: Vec<String>,
    /// When the run began, its search had ended, and the winner was fitted.
    pub(super) times: [Instant; 3],
}

impl Winner<'_> {
    /// Writes the artifact, and lets `judge` decide about it. What only some trainings have
    /// is absent in the answer.
    pub(super) fn finish(
        self,
        judge: impl FnOnce(&Challenger<'_>) -> Decision,
    ) -> Result<Trained, TrainingError> {
        let data_hash = self.data.content_hash();
        let metrics = self.assessment.metrics();
        let artifact = artifact::encode(&Contents {
            model: self.model,
            schema: &self.data.schema,
            candidate: self.leaderboard.winner()?,
            imported: None,
            predictor: self.predictor,
            profile: &self.profile,
            spec: self.spec,
            data_hash: data_hash.clone(),
            training_rows: self.training_rows,
            holdout_rows: self.holdout_rows,
            metric: self.metric,
            metrics: metrics.clone(),
            importance: self.assessment.importances.shares(),
        })?;
        let decision = judge(&Challenger {
            evaluation: &self.assessment.evaluation,
            latency_ms: self.assessment.latency_ms,
            artifact_bytes: artifact.len() as u64,
        });
        let [started, searched, fitted] = self.times;
        tracing::info!(seconds = started.elapsed().as_secs_f64(), "trained");
        Ok(Trained {
            sha256: artifact::sha256(&artifact),
            artifact,
            learner: self.leaderboard.best_name(),
            leaderboard: self.leaderboard,
            out_of_fold: None,
            labels: None,
            structure: None,
            data_hash,
            metric: self.metric,
            metrics,
            assessment: self.assessment,
            profile: self.profile,
            notes: self.notes,
            decision,
            durations: Durations {
                search: searched.duration_since(started).as_secs_f64(),
                fit: fitted.duration_since(searched).as_secs_f64(),
                evaluate: fitted.elapsed().as_secs_f64(),
            },
        })
    }
}
