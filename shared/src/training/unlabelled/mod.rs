//! A training without a target to predict: clusters, or anomalies.
//!
//! Clusters are ranked by their silhouette. Detectors are ranked by cross-validation where
//! the data tells which rows are anomalies; else nothing can rank them, and the first one
//! of the spec is taken.

mod candidates;
mod rank;
mod verdict;

use std::time::Instant;

use super::assessment::{Assessment, finite, latency_ms};
use super::common::Common;
use super::finish::Winner;
use super::gate::{Gate, Opponent};
use super::{
    Champion, Entry, Importances, Trained, TrainingContext, TrainingError, monitoring, refit,
};
use crate::dataset::split::{self, Split};
use crate::dataset::{Labelled, Table, Target, Task};
use crate::learners::structure::of_sample;
use crate::learners::{FitContext, Predictions, Predictor, Structure};
use crate::metrics::{Evaluation, Metric, Resamples};
use crate::name::ModelName;
use crate::spec::{RunMode, Spec};

/// Trains a model that has no target to predict; what [`super::train`] does for others.
pub(super) fn train(
    model: &ModelName,
    data: &Labelled,
    spec: &Spec,
    champion: Option<&Champion>,
    context: &TrainingContext<'_>,
) -> Result<Trained, TrainingError> {
    let started = Instant::now();
    let metric = metric(data, spec)?;
    let gate = Gate::new(metric, &spec.gate, &data.schema.task, spec.split.seed)
        .map_err(TrainingError::Guard)?;
    let own_rows = spec.training.mode == RunMode::TrainRun;
    // A run that labels its own rows learns from them, and is judged by them.
    let split = (!own_rows).then(|| split::holdout(data, &spec.split)).transpose()?;
    let divided = split.as_ref().map(|it| (data.select(&it.train), data.select(&it.holdout)));
    let (training, holdout) =
        divided.as_ref().map_or((data, data), |(training, holdout)| (training, holdout));
    let (mut leaderboard, mut notes) = rank::run(training, metric, spec, context)?;
    let searched = Instant::now();
    let fit = |entry: &Entry, context: &FitContext<'_>| {
        Ok(entry.candidate.fit_predict(training, context)?)
    };
    let ((predictor, labels), of_fit) = refit::best(&mut leaderboard, spec, context, fit)?;
    notes.extend(of_fit);
    let fitted = Instant::now();
    let answers = if own_rows { labels.clone() } else { predictor.predict(&holdout.inputs)? };
    let judge = Judge { space: &predictor, usual: outlier_share(&labels) };
    let evaluation = judge.evaluate(holdout, &answers)?;
    let opponent = champion.zip(split.as_ref()).map(|(champion, Split { holdout: held, .. })| {
        let met = Common::of(champion, data, spec, held).and_then(|common| {
            let rows = data.select(&common.places);
            let theirs =
                |read: &Labelled| judge.evaluate(&rows, &champion.predictor.predict(&read.inputs)?);
            common.met(theirs, |_| judge.evaluate(&rows, &predictor.predict(&rows.inputs)?))
        });
        Opponent::new(champion.version, met)
    });
    let opposing = opponent.as_ref().and_then(Opponent::evaluation);
    let assessment = Assessment {
        intervals: Resamples::new(evaluation.rows(), spec.split.seed).intervals(&evaluation),
        champion: opposing.map(finite).unwrap_or_default(),
        baseline: Default::default(),
        coverage: Vec::new(),
        importances: Importances::default(),
        latency_ms: latency_ms(&predictor, holdout)?,
        notes: Vec::new(),
        evaluation,
    };
    let structure = Structure::of(&predictor, &training.inputs, &labels)?;
    let profile = monitoring::profile(training, &labels, spec);
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
        holdout_rows: if own_rows { 0 } else { holdout.rows() },
        notes,
        times: [started, searched, fitted],
    };
    let against = champion.map(|champion| champion.version);
    let trained = winner.finish(|challenger| match (own_rows, &data.target) {
        (true, _) => gate.admit(challenger, against, &verdict::own_rows()),
        (false, Target::Absent { .. }) if data.schema.task == Task::Anomaly => {
            let verdict = verdict::unknown_anomalies(&labels, &answers);
            gate.admit(challenger, against, &verdict)
        }
        _ => gate.decide(challenger, opponent.as_ref()),
    })?;
    Ok(Trained { labels: own_rows.then_some(labels), structure: Some(structure), ..trained })
}

/// The metric that ranks the versions.
fn metric(data: &Labelled, spec: &Spec) -> Result<Metric, TrainingError> {
    let name = spec.training.metric.as_deref();
    Ok(match (&data.schema.task, &data.target) {
        (Task::Anomaly, Target::Absent { .. }) => Metric::choose_without_labels(name)?,
        (task, _) => Metric::choose(name, task)?,
    })
}

/// What the answers of models are judged by.
struct Judge<'a> {
    /// In whose features clusters are measured, whoever found them.
    space: &'a Predictor,
    /// The share of anomalies that is usual.
    usual: f64,
}

impl Judge<'_> {
    fn evaluate(
        &self,
        rows: &Labelled,
        answers: &Predictions,
    ) -> Result<Evaluation, TrainingError> {
        evaluate(self.space, &rows.inputs, &rows.target, answers, self.usual)
    }
}

/// What answers for rows are worth.
fn evaluate(
    space: &Predictor,
    inputs: &Table,
    truth: &Target,
    answers: &Predictions,
    usual: f64,
) -> Result<Evaluation, TrainingError> {
    match answers {
        Predictions::Clusters(labels) if matches!(truth, Target::Absent { .. }) => {
            Ok(Evaluation::of_clusters(of_sample(space, inputs, labels)?))
        }
        answers => Ok(Evaluation::of_anomalies(truth, answers, usual)?),
    }
}

/// The share of rows that are taken for anomalies; 0 of clusters.
fn outlier_share(labels: &Predictions) -> f64 {
    match labels {
        Predictions::Anomalies { outliers, .. } => {
            let found = outliers.iter().filter(|outlier| **outlier).count();
            found as f64 / outliers.len().max(1) as f64
        }
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests;
