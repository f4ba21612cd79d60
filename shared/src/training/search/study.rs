//! Trials: candidates scored by cross-validation, and given up when others were better
//! on the same folds.

use std::time::{Duration, Instant};

use super::super::leaderboard::{Ended, Entry, Leaderboard, State};
use super::super::validation::{Fold, FoldError, OutOfFold};
use super::Answers;
use super::blend::Blend;
use super::finalists::{Finalist, Finalists};
use crate::dataset::Labelled;
use crate::dataset::split::Split;
use crate::learners::{
    BlendMember, BlendParams, Candidate, Deadline, FitContext, FitError, Learner,
};
use crate::metrics::Metric;
use crate::port_error::chain;
use crate::spec::Spec;

/// How many folds are scored at once: as many as a function has cores. More would hold
/// more of the data in memory, and tell later that a candidate is hopeless. A constant, so
/// that trials end alike on any machine.
pub(super) const AT_ONCE: usize = 2;

/// How many complete trials there must be before others are measured by them.
const MIN_COMPLETE: usize = 3;

/// The trials of a run.
pub(super) struct Study<'a> {
    data: &'a Labelled,
    folds: &'a [Split],
    metric: Metric,
    spec: &'a Spec,
    entries: Vec<Entry>,
    finalists: Finalists,
    /// The place of the blend and its predictions, where it leads.
    blend: Option<(usize, OutOfFold)>,
}

impl<'a> Study<'a> {
    pub(super) fn new(
        data: &'a Labelled,
        folds: &'a [Split],
        metric: Metric,
        spec: &'a Spec,
    ) -> Self {
        let finalists = Finalists::new(metric);
        Self { data, folds, metric, spec, entries: Vec::new(), finalists, blend: None }
    }

    /// The metric that ranks trials.
    pub(super) fn metric(&self) -> Metric {
        self.metric
    }

    /// The trials in their order.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The best complete trial, but for a blend.
    pub(super) fn leader(&self) -> Option<&Entry> {
        self.entries.get(self.finalists.leader()?.index)
    }

    /// About how long it takes to fit the leader to all training rows.
    pub(super) fn refit(&self) -> Duration {
        self.finalists.leader().map_or(Duration::ZERO, |leader| leader.refit)
    }

    /// By how much the leader was better than a trial on the folds that this was scored
    /// on; `None` without a score.
    pub(super) fn gap(&self, entry: &Entry) -> Option<f64> {
        let folds = entry.fold_scores.len();
        let (leader, mean) = (self.leader()?.mean_of(folds)?, entry.mean_of(folds)?);
        Some(self.metric.improvement(leader, mean))
    }

    /// Whether a candidate has been tried.
    pub(super) fn tried(&self, candidate: &Candidate) -> bool {
        self.entries.iter().any(|entry| entry.candidate == *candidate)
    }

    /// The trials, the best first.
    pub(super) fn ranked(&self) -> Vec<&Entry> {
        let mut ranked: Vec<&Entry> = self.entries.iter().collect();
        ranked.sort_by(|a, b| a.rank(b, self.metric));
        ranked
    }

    /// Notes a candidate that is not tried.
    pub(super) fn refuse(&mut self, candidate: Candidate, reason: String) {
        self.note(candidate, State::OverLimit, Vec::new(), Some(reason), Duration::ZERO);
    }

    /// Tries a candidate.
    pub(super) fn run(&mut self, candidate: Candidate, deadline: Deadline) {
        let started = Instant::now();
        let context = FitContext { deadline, ..FitContext::new(self.spec) };
        let mut results: Vec<Fold> = Vec::with_capacity(self.folds.len());
        let mut ended = None;
        for folds in self.folds.chunks(AT_ONCE) {
            match self.score(&candidate, folds, &context) {
                Ok(scored) => results.extend(scored),
                Err(error) => {
                    let state = match error {
                        FoldError::Fit(FitError::Deadline) => State::OverLimit,
                        _ => State::Failed,
                    };
                    ended = Some((state, chain(&error)));
                    break;
                }
            }
            let scores: Vec<f64> = results.iter().map(|fold| fold.score).collect();
            if results.len() < self.folds.len() && self.hopeless(&scores) {
                let reason = "others were better on the same folds".to_owned();
                ended = Some((State::Pruned, reason));
                break;
            }
            if results.len() < self.folds.len() && deadline.has_passed() {
                ended = Some((State::OverLimit, chain(&FitError::Deadline)));
                break;
            }
        }
        let scores: Vec<f64> = results.iter().map(|fold| fold.score).collect();
        match ended {
            Some((state, reason)) => {
                self.note(candidate, state, scores, Some(reason), started.elapsed());
            }
            None => {
                let refit = self.estimate(&results);
                let elapsed = started.elapsed();
                let learner = candidate.learner.kind();
                let index = self.note(candidate, State::Complete, scores, None, elapsed);
                if let Some(mean) = self.entries.get(index).and_then(|entry| entry.mean)
                    && let Some(predictions) = OutOfFold::of(results, self.folds)
                {
                    self.finalists.add(Finalist { index, learner, mean, predictions, refit });
                }
            }
        }
    }

    /// Adds the blend of the best trials, if there is one that can be fitted to all rows
    /// until `deadline`. It takes the lead unless the best trial alone is better by more than
    /// its standard error: a trial that is the best of many on its folds is flattered by them.
    pub(super) fn blend(&mut self, deadline: Deadline) {
        let started = Instant::now();
        let finalists = self.finalists.ranked();
        let Some(blend) = Blend::of(finalists, self.data, self.folds, self.metric) else { return };
        let chosen = || finalists.iter().zip(&blend.shares).filter(|(_, share)| **share > 0.0);
        let members = chosen().filter_map(|(finalist, &weight)| {
            let candidate = self.entries.get(finalist.index)?.candidate.clone();
            Some(BlendMember { weight, candidate })
        });
        let members = members.collect();
        let refit: Duration = chosen().map(|(finalist, _)| finalist.refit).sum();
        let candidate = Candidate::from(Learner::Blend(BlendParams { members }));
        if deadline.remaining().is_some_and(|left| left <= refit) {
            let reason = "its members could not all be fitted in the time that is left";
            self.refuse(candidate, reason.to_owned());
            return;
        }
        let index = self.note(candidate, State::Complete, blend.scores, None, started.elapsed());
        let behind = self.entries.get(index).and_then(|entry| self.gap(entry));
        let error = self.leader().and_then(Entry::standard_error);
        if behind.zip(error).is_some_and(|(behind, error)| behind <= error) {
            self.blend = Some((index, blend.predictions));
        }
    }

    /// The results of a few folds, in their order, two at a time.
    fn score(
        &self,
        candidate: &Candidate,
        folds: &[Split],
        context: &FitContext<'_>,
    ) -> Result<Vec<Fold>, FoldError> {
        let score = |fold: &Split| Fold::of(candidate, self.data, fold, self.metric, context);
        match folds {
            [one, other] => {
                let (one, other) = rayon::join(|| score(one), || score(other));
                Ok(vec![one?, other?])
            }
            _ => folds.iter().map(score).collect(),
        }
    }

    /// Whether a candidate with these first scores will not lead: the leader was better on
    /// each of the folds, and so was, on average, half of the complete trials. (The median
    /// rule of Golovin et al., *Google Vizier*, KDD 2017, and the leader beside it, because
    /// folds are paired and few.)
    fn hopeless(&self, scores: &[f64]) -> bool {
        let Some(leader) = self.leader() else { return false };
        let better = |a: f64, b: f64| self.metric.improvement(a, b) > 0.0;
        if !leader.fold_scores.iter().zip(scores).all(|(leader, score)| better(*leader, *score)) {
            return false;
        }
        let mean = scores.iter().sum::<f64>() / scores.len() as f64;
        let complete = self.entries.iter().filter(|entry| entry.state == State::Complete);
        let others: Vec<f64> = complete.filter_map(|entry| entry.mean_of(scores.len())).collect();
        let ahead = others.iter().filter(|&&other| better(other, mean)).count();
        others.len() >= MIN_COMPLETE && 2 * ahead >= others.len()
    }

    /// About how long a fit to all rows takes, given how long the folds took.
    fn estimate(&self, results: &[Fold]) -> Duration {
        let rows = self.data.rows() as f64;
        let of_fold = results
            .iter()
            .zip(self.folds)
            .map(|(result, fold)| result.elapsed.mul_f64(rows / fold.train.len().max(1) as f64));
        of_fold.max().unwrap_or_default()
    }

    /// Adds a trial and returns its index.
    fn note(
        &mut self,
        candidate: Candidate,
        state: State,
        fold_scores: Vec<f64>,
        reason: Option<String>,
        elapsed: Duration,
    ) -> usize {
        let count = fold_scores.len() as f64;
        let mean = fold_scores.iter().sum::<f64>() / count;
        let squares: f64 = fold_scores.iter().map(|score| (score - mean).powi(2)).sum();
        let complete = state == State::Complete;
        let index = self.entries.len();
        self.entries.push(Entry {
            number: index + 1,
            candidate,
            state,
            fold_scores,
            mean: complete.then_some(mean),
            deviation: complete.then_some((squares / count).sqrt()),
            reason,
            seconds: elapsed.as_secs_f64(),
        });
        index
    }

    /// The leaderboard, and what the best trials answered out of fold, by their numbers.
    pub(super) fn end(mut self, ended: Ended) -> (Leaderboard, Answers) {
        self.entries.sort_by(|a, b| a.rank(b, self.metric));
        if let Some((index, _)) = &self.blend {
            let leads = |entry: &Entry| entry.number == index + 1;
            if let Some(place) = self.entries.iter().position(leads) {
                self.entries.get_mut(..=place).unwrap_or_default().rotate_right(1);
            }
        }
        let answers = self.finalists.into_answers().chain(self.blend);
        let answers = answers.map(|(index, predictions)| (index + 1, predictions)).collect();
        let leaderboard = Leaderboard {
            metric: self.metric,
            folds: self.folds.len(),
            ended,
            entries: self.entries,
        };
        (leaderboard, answers)
    }
}
