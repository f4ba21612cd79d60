//! What came of every candidate of a run.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::TrainingError;
use crate::learners::Candidate;
use crate::metrics::Metric;

/// All candidates of a run, the best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leaderboard {
    /// The metric that ranks them.
    pub metric: Metric,
    /// The number of folds that a candidate is scored on.
    pub folds: usize,
    /// Why no more candidates were tried.
    pub ended: Ended,
    /// The candidates: those with a score on every fold first, then those that were given
    /// up, then those that have no score. A blend that leads stands before all, also where
    /// its mean is not the best.
    pub entries: Vec<Entry>,
}

/// One candidate's trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the order of trials, from 1.
    pub number: usize,
    /// The candidate.
    pub candidate: Candidate,
    /// How its trial ended.
    pub state: State,
    /// Its score on each fold, as far as it came.
    pub fold_scores: Vec<f64>,
    /// The mean of the fold scores; `None` unless the trial is complete.
    pub mean: Option<f64>,
    /// The (population) standard deviation of the fold scores; `None` as for the mean.
    pub deviation: Option<f64>,
    /// Why the trial is not complete.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// How long fitting and scoring took.
    pub seconds: f64,
}

/// How a trial ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It has a score on every fold.
    Complete,
    /// It was given up: others were better on the same folds.
    Pruned,
    /// It would have needed, or did need, more time or memory than it was given.
    OverLimit,
    /// It could not be fitted or scored.
    Failed,
}

/// Why no more candidates were tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// There was none left.
    AllTried,
    /// As many were tried as `training.trials` allows.
    Trials,
    /// `training.seconds` were over.
    Seconds,
    /// The function's time was needed for what comes after the search.
    Deadline,
    /// No score is better than the leader's.
    Perfect,
}

impl State {
    /// The state in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Pruned => "pruned",
            Self::OverLimit => "over the limit",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AllTried => "every candidate was tried",
            Self::Trials => "as many candidates were tried as `training.trials` allows",
            Self::Seconds => "the seconds that `training.seconds` allows were over",
            Self::Deadline => {
                "the function's deadline was near, so that the best candidate so far was taken"
            }
            Self::Perfect => "no score can be better than the leader's",
        })
    }
}

impl Entry {
    /// The candidate in a few words.
    #[must_use]
    pub fn name(&self) -> String {
        self.candidate.to_string()
    }

    /// The mean of the first `folds` scores; `None` where there are not as many.
    pub(super) fn mean_of(&self, folds: usize) -> Option<f64> {
        let scores = self.fold_scores.get(..folds).filter(|scores| !scores.is_empty())?;
        Some(scores.iter().sum::<f64>() / folds as f64)
    }

    /// The standard error of the mean of the fold scores; `None` as for the mean.
    pub(super) fn standard_error(&self) -> Option<f64> {
        Some(self.deviation? / (self.fold_scores.len() as f64).sqrt())
    }

    /// The better entry first: complete ones by their mean, pruned ones by how far they
    /// came and their mean; of equals the earlier.
    pub(super) fn rank(&self, other: &Self, metric: Metric) -> Ordering {
        let score = |entry: &Self| entry.mean_of(entry.fold_scores.len());
        self.state
            .cmp(&other.state)
            .then_with(|| other.fold_scores.len().cmp(&self.fold_scores.len()))
            .then_with(|| match (score(self), score(other)) {
                (Some(a), Some(b)) if metric.higher_is_better() => b.total_cmp(&a),
                (Some(a), Some(b)) => a.total_cmp(&b),
                _ => Ordering::Equal,
            })
            .then_with(|| self.number.cmp(&other.number))
    }
}

impl Leaderboard {
    /// The best candidate.
    ///
    /// # Errors
    /// When no candidate has a score.
    pub(super) fn winner(&self) -> Result<&Candidate, TrainingError> {
        self.leader().map(|entry| &entry.candidate)
    }

    /// The best candidate's trial.
    ///
    /// # Errors
    /// When no candidate has a score.
    pub(super) fn leader(&self) -> Result<&Entry, TrainingError> {
        match self.entries.first() {
            Some(entry) if entry.state == State::Complete => Ok(entry),
            entry => {
                let reason = entry.and_then(|entry| entry.reason.clone());
                Err(TrainingError::NoCandidate(reason.unwrap_or_default()))
            }
        }
    }

    /// Why the first entry leads where another one's mean is better; `None` where it is the
    /// best.
    pub(super) fn note(&self) -> Option<String> {
        let (first, second) = (self.entries.first()?, self.entries.get(1)?);
        (self.metric.improvement(second.mean?, first.mean?) > 0.0).then(|| {
            format!(
                "the blend was taken though {} alone has a better mean in cross-validation, by \
                 less than its standard error: a trial that is the best of many is flattered \
                 by its folds (`training.blend`)",
                second.name()
            )
        })
    }

    /// Takes the best candidate's place away.
    pub(super) fn give_up(&mut self, state: State, reason: &str) {
        if let Some(entry) = self.entries.first_mut() {
            (entry.state, entry.reason) = (state, Some(reason.to_owned()));
            (entry.mean, entry.deviation) = (None, None);
        }
        let metric = self.metric;
        self.entries.sort_by(|a, b| a.rank(b, metric));
    }

    /// The best candidate in a few words.
    #[must_use]
    pub fn best_name(&self) -> String {
        self.entries.first().map(Entry::name).unwrap_or_default()
    }
}
