//! Which candidate wins.

use std::time::Instant;

use super::super::leaderboard::{Ended, Entry, Leaderboard, State};
use super::super::{Progress, TrainingContext, TrainingError, Unit};
use super::candidates::candidates;
use super::{evaluate, outlier_share};
use crate::dataset::split::{self, Split};
use crate::dataset::{Labelled, Target, Task};
use crate::learners::{Candidate, FitContext, Learner};
use crate::metrics::Metric;
use crate::port_error::chain;
use crate::spec::Spec;

/// From this many rows on, detectors are scored on fewer folds.
const MANY_ROWS: usize = 20_000;

/// The most rows, evenly spaced, that k-means is tried on to find the number of clusters;
/// the winner is fitted to all of them.
const TRIED: usize = 50_000;

/// How candidates are told apart.
enum Rule {
    /// By the silhouettes of the rows that they were fitted to: clusters have no truth that
    /// could be learned by heart.
    Silhouette,
    /// By what they find in rows that they were not fitted to.
    Folds(Vec<Split>),
    /// Not at all.
    Order,
}

/// Tries the candidates; the notes say what cannot be told.
pub(super) fn run(
    training: &Labelled,
    metric: Metric,
    spec: &Spec,
    context: &TrainingContext<'_>,
) -> Result<(Leaderboard, Vec<String>), TrainingError> {
    let rule = match (&training.schema.task, &training.target) {
        (Task::Clustering, _) => Rule::Silhouette,
        (_, Target::Absent { .. }) => Rule::Order,
        _ => {
            let few = if training.rows() < MANY_ROWS { 5 } else { 3 };
            let count = spec.training.folds.unwrap_or(few);
            Rule::Folds(split::folds(training, &spec.split, count))
        }
    };
    let candidates = candidates(training, spec)?;
    let total = candidates.len();
    let mut ended = Ended::AllTried;
    let mut entries: Vec<Entry> = Vec::new();
    for (candidate, number) in candidates.into_iter().zip(1..) {
        if number > 1 && context.deadline.has_passed() {
            ended = Ended::Deadline;
            break;
        }
        entries.push(trial(candidate, number, &rule, training, metric, spec));
        let leader = entries.iter().min_by(|a, b| a.rank(b, metric));
        (context.watch)(&Progress {
            unit: Unit::Trial,
            tried: number,
            of: Some(total),
            metric,
            best: leader.and_then(|leader| leader.mean),
            candidate: leader.map(Entry::name).unwrap_or_default(),
        });
    }
    entries.sort_by(|a, b| a.rank(b, metric));
    let folds = match &rule {
        Rule::Folds(folds) => folds.len(),
        Rule::Silhouette | Rule::Order => 0,
    };
    let notes = match &rule {
        Rule::Order => vec![
            "no column tells which rows are anomalies, so that nothing ranks detectors: the \
             first one of `training.learners` that could be fitted is taken"
                .to_owned(),
        ],
        Rule::Silhouette | Rule::Folds(_) => Vec::new(),
    };
    Ok((Leaderboard { metric, folds, ended, entries }, notes))
}

fn trial(
    candidate: Candidate,
    number: usize,
    rule: &Rule,
    training: &Labelled,
    metric: Metric,
    spec: &Spec,
) -> Entry {
    let began = Instant::now();
    let scored = score(&candidate, rule, training, metric, spec);
    let mut entry = Entry {
        number,
        candidate,
        state: State::Complete,
        fold_scores: Vec::new(),
        mean: None,
        deviation: None,
        reason: None,
        seconds: began.elapsed().as_secs_f64(),
    };
    match scored {
        Ok(scores) if scores.iter().all(|score| score.is_finite()) => {
            let count = scores.len().max(1) as f64;
            let mean = scores.iter().sum::<f64>() / count;
            let squares: f64 = scores.iter().map(|score| (score - mean).powi(2)).sum();
            entry.mean = (!scores.is_empty()).then_some(mean);
            entry.deviation = (scores.len() > 1).then(|| (squares / count).sqrt());
            entry.fold_scores = scores;
        }
        Ok(_) => {
            entry.state = State::Failed;
            entry.reason = Some(format!("the rows of a fold do not define {metric}"));
        }
        Err(error) => {
            entry.state = State::Failed;
            entry.reason = Some(chain(&error));
        }
    }
    entry
}

/// The scores of a candidate: one a fold, or of all rows; none where nothing can be told.
fn score(
    candidate: &Candidate,
    rule: &Rule,
    training: &Labelled,
    metric: Metric,
    spec: &Spec,
) -> Result<Vec<f64>, TrainingError> {
    let context = FitContext::new(spec);
    let score = |learned: &Labelled, judged: Option<&Labelled>| {
        let (predictor, labels) = candidate.fit_predict(learned, &context)?;
        let usual = outlier_share(&labels);
        let rows = judged.unwrap_or(learned);
        let answers = match judged {
            Some(rows) => predictor.predict(&rows.inputs)?,
            None => labels,
        };
        let evaluation = evaluate(&predictor, &rows.inputs, &rows.target, &answers, usual)?;
        Ok::<f64, TrainingError>(evaluation.score(metric))
    };
    match rule {
        Rule::Silhouette if is_sampled(candidate, training) => {
            let rows = (0..TRIED).map(|index| index * training.rows() / TRIED);
            let sample = training.select(&rows.collect::<Vec<_>>());
            Ok(vec![score(&sample, None)?])
        }
        Rule::Silhouette => Ok(vec![score(training, None)?]),
        Rule::Order => {
            candidate.fit(training, &context)?;
            Ok(Vec::new())
        }
        Rule::Folds(folds) => folds
            .iter()
            .map(|Split { train, holdout }| {
                score(&training.select(train), Some(&training.select(holdout)))
            })
            .collect(),
    }
}

/// Centroids stay where they are when there are fewer rows; densities do not.
fn is_sampled(candidate: &Candidate, training: &Labelled) -> bool {
    matches!(candidate.learner, Learner::KMeans(_)) && training.rows() > TRIED
}
