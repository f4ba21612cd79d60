//! Candidates ranked by their mean score over the folds of the training rows.

use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::validation::{Fold, OutOfFold};
use super::{Progress, TrainingContext, TrainingError};
use crate::dataset::Labelled;
use crate::dataset::split::{self, Split};
use crate::learners::{Candidate, FitContext};
use crate::metrics::Metric;
use crate::port_error::chain;
use crate::spec::Spec;

/// The number of folds.
const FOLDS: usize = 3;

/// All candidates of a run, the best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leaderboard {
    /// The metric that ranks them.
    pub metric: Metric,
    /// The candidates.
    pub entries: Vec<Entry>,
}

/// One candidate's result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The candidate.
    pub candidate: Candidate,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// How long fitting and scoring took.
    pub seconds: f64,
}

/// What came of a candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The score of each fold.
    FoldScores(Vec<f64>),
    /// Why it could not be fitted.
    Failure(String),
}

impl Entry {
    /// The mean of the fold scores; `None` for a failure or an undefined score.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        match &self.outcome {
            Outcome::FoldScores(scores) => {
                let mean = scores.iter().sum::<f64>() / scores.len() as f64;
                mean.is_finite().then_some(mean)
            }
            Outcome::Failure(_) => None,
        }
    }

    /// The standard deviation of the fold scores; `None` as for the mean.
    #[must_use]
    pub fn deviation(&self) -> Option<f64> {
        let (mean, Outcome::FoldScores(scores)) = (self.mean()?, &self.outcome) else {
            return None;
        };
        let squares: f64 = scores.iter().map(|score| (score - mean).powi(2)).sum();
        Some((squares / scores.len() as f64).sqrt())
    }

    /// The candidate in a few words.
    #[must_use]
    pub fn name(&self) -> String {
        self.candidate.to_string()
    }
}

impl Leaderboard {
    /// The best candidate.
    ///
    /// # Errors
    /// When no candidate has a score.
    pub(super) fn winner(&self) -> Result<&Candidate, TrainingError> {
        match self.entries.first() {
            Some(entry) if entry.mean().is_some() => Ok(&entry.candidate),
            Some(Entry { outcome: Outcome::Failure(reason), .. }) => {
                Err(TrainingError::NoCandidate(reason.clone()))
            }
            _ => Err(TrainingError::NoCandidate(format!(
                "the training rows do not define {}",
                self.metric
            ))),
        }
    }

    /// The best candidate in a few words.
    #[must_use]
    pub fn best_name(&self) -> String {
        self.entries.first().map(Entry::name).unwrap_or_default()
    }
}

/// Scores every candidate by cross-validation and ranks them; of equals the earlier
/// one is the better. Returns the out-of-fold predictions of the best beside them.
pub(super) fn compete(
    candidates: &[Candidate],
    training: &Labelled,
    metric: Metric,
    spec: &Spec,
    context: &TrainingContext<'_>,
) -> Result<(Leaderboard, OutOfFold), TrainingError> {
    let folds = split::folds(training, FOLDS, spec.split.seed);
    let worst = if metric.higher_is_better() { f64::NEG_INFINITY } else { f64::INFINITY };
    let mut entries: Vec<Entry> = Vec::with_capacity(candidates.len());
    let mut best: Option<(f64, OutOfFold)> = None;
    for candidate in candidates {
        if context.deadline.has_passed() && entries.iter().any(|entry| entry.mean().is_some()) {
            tracing::warn!(
                "the time is up: {} candidates are not tried",
                candidates.len() - entries.len()
            );
            break;
        }
        let started = Instant::now();
        let scored = score(candidate, training, &folds, metric, spec);
        let seconds = started.elapsed().as_secs_f64();
        let (outcome, predictions) = match scored {
            Ok(results) => {
                let scores = results.iter().map(|fold| fold.score).collect();
                (Outcome::FoldScores(scores), OutOfFold::of(results, &folds))
            }
            Err(error) => (Outcome::Failure(chain(&error)), None),
        };
        let entry = Entry { candidate: candidate.clone(), outcome, seconds };
        tracing::info!(
            candidate = entry.name(),
            metric = metric.name(),
            score = entry.mean(),
            seconds,
            "candidate {} of {}",
            entries.len() + 1,
            candidates.len()
        );
        if let (Some(mean), Some(predictions)) = (entry.mean(), predictions)
            && best.as_ref().is_none_or(|(best, _)| metric.improvement(mean, *best) > 0.0)
        {
            best = Some((mean, predictions));
        }
        entries.push(entry);
        // A stable order: of equals the earlier one stays ahead.
        entries.sort_by(|a, b| {
            let (a, b) = (a.mean().unwrap_or(worst), b.mean().unwrap_or(worst));
            if metric.higher_is_better() { b.total_cmp(&a) } else { a.total_cmp(&b) }
        });
        (context.watch)(&Progress {
            tried: entries.len(),
            of: Some(candidates.len()),
            metric,
            best: entries.first().and_then(Entry::mean),
            candidate: entries.first().map(Entry::name).unwrap_or_default(),
        });
    }
    let leaderboard = Leaderboard { metric, entries };
    leaderboard.winner()?;
    match best {
        Some((_, predictions)) => Ok((leaderboard, predictions)),
        None => Err(TrainingError::NoCandidate("no candidate predicted every fold".to_owned())),
    }
}

fn score(
    candidate: &Candidate,
    training: &Labelled,
    folds: &[Split],
    metric: Metric,
    spec: &Spec,
) -> Result<Vec<Fold>, TrainingError> {
    let context = FitContext::new(spec);
    folds.iter().map(|fold| Fold::of(candidate, training, fold, metric, &context)).collect()
}
