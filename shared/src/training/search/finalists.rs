//! The best complete trials of each learner, with what they answered out of fold.

use std::time::Duration;

use super::super::validation::OutOfFold;
use crate::metrics::Metric;
use crate::spec::LearnerKind;

/// How many trials of a learner are kept.
const OF_EACH: usize = 2;

/// The most answers that are kept of all trials (64 MiB), but for the leader's.
const ANSWERS: usize = 8 << 20;

/// A complete trial.
pub(super) struct Finalist {
    /// Its place among the trials.
    pub(super) index: usize,
    pub(super) learner: LearnerKind,
    /// The mean of its fold scores.
    pub(super) mean: f64,
    pub(super) predictions: OutOfFold,
    /// About how long a fit to all rows takes.
    pub(super) refit: Duration,
}

/// The trials that are kept, the best first; of equals the earlier.
pub(super) struct Finalists {
    metric: Metric,
    ranked: Vec<Finalist>,
}

impl Finalists {
    pub(super) fn new(metric: Metric) -> Self {
        Self { metric, ranked: Vec::new() }
    }

    /// The best trial.
    pub(super) fn leader(&self) -> Option<&Finalist> {
        self.ranked.first()
    }

    /// Those that are kept, the best first.
    pub(super) fn ranked(&self) -> &[Finalist] {
        &self.ranked
    }

    /// What each of them answered out of fold, by its place among the trials.
    pub(super) fn into_answers(self) -> impl Iterator<Item = (usize, OutOfFold)> {
        self.ranked.into_iter().map(|finalist| (finalist.index, finalist.predictions))
    }

    /// Keeps a trial as long as it is among the best.
    pub(super) fn add(&mut self, trial: Finalist) {
        let better = |other: &Finalist| self.metric.improvement(trial.mean, other.mean) > 0.0;
        let place = self.ranked.iter().position(better).unwrap_or(self.ranked.len());
        let learner = trial.learner;
        let most = (ANSWERS / trial.predictions.predictions.answers().len().max(1)).max(1);
        self.ranked.insert(place, trial);
        let mut same = (0..self.ranked.len()).filter(|&at| self.is_of(at, learner));
        if let Some(surplus) = same.nth(OF_EACH) {
            self.ranked.remove(surplus);
        }
        self.ranked.truncate(most);
    }

    fn is_of(&self, place: usize, learner: LearnerKind) -> bool {
        self.ranked.get(place).is_some_and(|finalist| finalist.learner == learner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learners::Predictions;

    fn kept(trials: &[(LearnerKind, f64)], rows: usize) -> Vec<usize> {
        let mut finalists = Finalists::new(Metric::RocAuc);
        for (index, &(learner, mean)) in trials.iter().enumerate() {
            let predictions = Predictions::Values(vec![0.0; rows]);
            let predictions = OutOfFold { rows: Vec::new(), predictions };
            finalists.add(Finalist { index, learner, mean, predictions, refit: Duration::ZERO });
        }
        finalists.ranked().iter().map(|finalist| finalist.index).collect()
    }

    #[test]
    fn the_two_best_of_each_learner_are_kept_the_best_first() {
        use LearnerKind::{Boosting, Linear, Svm};
        let trials =
            [(Linear, 0.7), (Boosting, 0.8), (Linear, 0.9), (Linear, 0.8), (Svm, 0.6), (Svm, 0.7)];
        assert_eq!(kept(&trials, 1), [2, 1, 3, 5, 4]);
    }

    #[test]
    fn of_many_rows_fewer_are_kept_and_always_the_best() {
        use LearnerKind::{Boosting, Linear};
        let trials = [(Linear, 0.7), (Boosting, 0.8), (Linear, 0.9)];
        assert_eq!(kept(&trials, ANSWERS / 2), [2, 1]);
        assert_eq!(kept(&trials, ANSWERS + 1), [2]);
    }
}
