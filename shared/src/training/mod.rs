//! A training run: candidates compete by cross-validation, the best is fitted and
//! measured on the holdout, and the gate compares it with the champion.

mod adjustment;
mod adopt;
mod assessment;
mod champion;
mod common;
mod contender;
mod context;
mod decision;
mod finish;
mod gate;
mod importance;
mod leaderboard;
mod monitoring;
mod realised;
mod refit;
mod search;
mod series;
mod unlabelled;
mod validation;

use std::collections::BTreeMap;
use std::time::Instant;

use crate::artifact::ArtifactError;
use crate::dataset::split::{self, Split};
use crate::dataset::{Labelled, Rejection};
use crate::learners::{FitContext, FitError, PredictError, Predictions, Predictor, Structure};
use crate::metrics::{Incomparable, Metric, UnknownMetric};
use crate::name::ModelName;
use crate::profile::Profile;
use crate::profile::performance::ErrorModelError;
use crate::spec::Spec;

use common::Common;
use finish::Winner;
use gate::Opponent;

pub use adopt::{Adopted, Assessed, Rows, adopt};
pub use assessment::Assessment;
pub use champion::Champion;
pub use contender::Contender;
pub use context::{Durations, Progress, TrainingContext, Unit};
pub use decision::{Decision, Guard};
pub use gate::Gate;
pub use importance::Importances;
pub use leaderboard::{Ended, Entry, Leaderboard, State};
pub use realised::CameTrue;
pub use search::SpaceError;
pub use series::{Forecasts, TrainedSeries, train_series};
pub use validation::OutOfFold;

/// What a run produced; nothing of it is stored yet.
#[derive(Debug)]
pub struct Trained {
    /// The artifact's bytes.
    pub artifact: Vec<u8>,
    /// The SHA-256 of `artifact`.
    pub sha256: String,
    /// All candidates, the best first.
    pub leaderboard: Leaderboard,
    /// What the winner answered in cross-validation for the training rows; `None` where
    /// there is no target to learn.
    pub out_of_fold: Option<OutOfFold>,
    /// What it says of each of its own rows, in their order, where the spec asks for that
    /// (`training.mode = "train-run"`).
    pub labels: Option<Predictions>,
    /// What it has found in its training rows; `None` where it predicts a target.
    pub structure: Option<Structure>,
    /// The hash of the data's content.
    pub data_hash: String,
    /// The learner with its hyper-parameters, in a few words.
    pub learner: String,
    /// The metric that ranks this model's versions.
    pub metric: Metric,
    /// The winner's metrics on the holdout.
    pub metrics: BTreeMap<Metric, f64>,
    /// What else the holdout says about the winner.
    pub assessment: Assessment,
    /// The profile of the training rows and the winner's answers to them.
    pub profile: Profile,
    /// What was decided on the way, in words.
    pub notes: Vec<String>,
    /// Whether it becomes the champion, and why.
    pub decision: Decision,
    /// How long the parts of the run took.
    pub durations: Durations,
}

/// A run failed.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// The data set cannot be trained on.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The spec asks for a metric that the task does not have.
    #[error("model.toml: `training.metric`: {0}")]
    Metric(#[from] UnknownMetric),
    /// The spec guards a metric that the task does not have.
    #[error("model.toml: `gate.guards`: {0}")]
    Guard(UnknownMetric),
    /// The spec's spaces cannot be searched.
    #[error("model.toml: {0}")]
    Space(#[from] SpaceError),
    /// No candidate could be fitted.
    #[error("no candidate could be fitted: {0}")]
    NoCandidate(String),
    /// The winner could not be fitted to all training rows.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// The winner could not predict.
    #[error(transparent)]
    Predict(#[from] PredictError),
    /// The winner's predictions are not those of the task.
    #[error(transparent)]
    Incomparable(#[from] Incomparable),
    /// The errors of the winner could not be learned.
    #[error(transparent)]
    Errors(#[from] ErrorModelError),
    /// The artifact could not be written.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
}

/// Trains a model on `data`. The same data, spec and champion give the same
/// artifact and decision.
///
/// # Errors
/// When the spec does not fit the data, no candidate can be fitted, or the
/// artifact cannot be written.
pub fn train(
    model: &ModelName,
    data: &Labelled,
    spec: &Spec,
    champion: Option<&Champion>,
    context: &TrainingContext<'_>,
) -> Result<Trained, TrainingError> {
    if data.schema.task.kind().is_unsupervised() {
        return unlabelled::train(model, data, spec, champion, context);
    }
    let started = Instant::now();
    let metric = Metric::choose(spec.training.metric.as_deref(), &data.schema.task)?;
    let gate = Gate::new(metric, &spec.gate, &data.schema.task, spec.split.seed)
        .map_err(TrainingError::Guard)?;
    let Split { train, holdout: held } = split::holdout(data, &spec.split)?;
    let (training, holdout) = (data.select(&train), data.select(&held));
    let (mut leaderboard, mut answers) = search::run(
        &training,
        metric,
        spec,
        champion.and_then(|champion| champion.candidate.as_ref()),
        context,
    )?;
    let searched = Instant::now();
    tracing::info!(winner = leaderboard.best_name(), "fitting the winner to all training rows");
    let (learned, folds) = (&training, (leaderboard.folds, metric));
    // The answers of the others are given back with the closure.
    let fit = move |Entry { number, candidate, .. }: &Entry, context: &FitContext<'_>| {
        let predictor = candidate.fit(learned, context)?;
        let unseen = match answers.remove(number) {
            Some(unseen) => unseen,
            None => refit::out_of_fold(candidate, learned, folds, context)?,
        };
        Ok((predictor, unseen))
    };
    let ((predictor, out_of_fold), mut notes) = refit::best(&mut leaderboard, spec, context, fit)?;
    let (adjustments, of_adjustments) =
        adjustment::fit(&spec.training, metric, &training, &out_of_fold, spec.split.seed)?;
    notes.extend(of_adjustments);
    notes.extend(leaderboard.note());
    let predictor = predictor.adjusted(adjustments);
    let fitted = Instant::now();
    let opponent = champion.map(|champion| {
        let score = |predictor: &Predictor, rows: &Labelled| {
            assessment::evaluate(predictor, rows, spec.training.coverage)
        };
        let met = Common::of(champion, data, spec, &held).and_then(|common| {
            let theirs = |rows: &Labelled| score(&champion.answering(&data.schema.task), rows);
            common.met(theirs, |places| score(&predictor, &data.select(places)))
        });
        Opponent::new(champion.version, met)
    });
    let opposing = opponent.as_ref().and_then(Opponent::evaluation);
    let assessment =
        Assessment::of(&predictor, &training, &holdout, opposing, metric, spec, context.end)?;
    notes.extend(assessment.notes.iter().cloned());
    let unseen = training.select(&out_of_fold.rows);
    let answers = &out_of_fold.predictions;
    let performance =
        monitoring::performance(&predictor, &unseen, answers, &holdout, &assessment, metric, spec)?;
    let answers = predictor.predict(&training.inputs)?;
    let profile = monitoring::profile(&training, &answers, spec).with_performance(performance);
    let winner = Winner {
        model,
        data,
        spec,
        metric,
        leaderboard,
        predictor: &predictor,
        profile,
        assessment,
        training_rows: training.rows(),
        holdout_rows: holdout.rows(),
        notes,
        times: [started, searched, fitted],
    };
    let trained = winner.finish(|challenger| gate.decide(challenger, opponent.as_ref()))?;
    Ok(Trained { out_of_fold: Some(out_of_fold), ..trained })
}

#[cfg(test)]
mod awkward_tests;
#[cfg(test)]
mod determinism_tests;
#[cfg(test)]
mod tests;
