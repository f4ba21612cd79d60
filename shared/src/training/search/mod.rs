//! The search for the best candidate: which are tried, for how long, and what came of
//! them.

mod auto;
mod axis;
mod blend;
mod budget;
mod build;
mod competing;
mod declared;
mod finalists;
mod grid;
mod memory;
mod parzen;
mod propose;
mod range;
mod space;
mod space_error;
mod study;
mod tpe;

use std::collections::{BTreeMap, VecDeque};

use super::leaderboard::{Ended, Entry, Leaderboard};
use super::validation::OutOfFold;
use super::{Progress, TrainingContext, TrainingError, Unit};
use crate::dataset::{Labelled, Target, split};
use crate::learners::{Candidate, Deadline, Learner};
use crate::metrics::Metric;
use crate::spec::{Choice, Search, Spec, Training};
use auto::Auto;
use budget::Budget;
use declared::Declared;
use grid::Grid;
use propose::{Propose, Random, Tpe};
use study::Study;

pub use space_error::SpaceError;

/// From this many rows on, candidates are scored on fewer folds.
const MANY_ROWS: usize = 20_000;

/// What trials answered out of fold, by their numbers.
pub(super) type Answers = BTreeMap<usize, OutOfFold>;

/// Scores candidates by cross-validation on the training rows until the budget is spent
/// or none is left. Returns the leaderboard, and what the best trials answered.
///
/// The baseline is always tried, first and beside the budget. `champion` is the champion's
/// candidate, which is tried next if the spec wants it.
///
/// # Errors
/// When the spec's spaces cannot be searched, or no candidate has a score.
pub(super) fn run(
    training: &Labelled,
    metric: Metric,
    spec: &Spec,
    champion: Option<&Candidate>,
    context: &TrainingContext<'_>,
) -> Result<(Leaderboard, Answers), TrainingError> {
    let few = if training.rows() < MANY_ROWS { 5 } else { 3 };
    let folds = split::folds(training, &spec.split, spec.training.folds.unwrap_or(few));
    let declared = declared::declared(&spec.training, &training.target)?;
    let mut proposer = proposer(spec, training, &declared)?;
    let mut first = warm_start(spec, &training.target, champion, &declared);
    let budget = Budget::new(spec, training.rows(), context);
    let total = [budget.trials(), proposer.total()].into_iter().flatten().min();
    let perfect = if metric.higher_is_better() { 1.0 } else { 0.0 };
    let mut study = Study::new(training, &folds, metric, spec);
    study.run(Learner::Baseline.into(), Deadline::default());
    tell(&study, total, context);
    let ended = loop {
        let tried = study.entries().len() - 1;
        if let Some(ended) = budget.spent(tried, study.refit()) {
            break ended;
        }
        if study.leader().and_then(|leader| leader.mean) == Some(perfect) {
            break Ended::Perfect;
        }
        let next = first.pop_front().or_else(|| proposer.next(&study));
        let Some(candidate) = next else { break Ended::AllTried };
        match budget.too_large(&candidate, training, spec) {
            Some(reason) => study.refuse(candidate, reason),
            None => study.run(candidate, budget.of_trial(study.refit())),
        }
        tell(&study, total, context);
    };
    tracing::info!(trials = study.entries().len(), "the search has ended: {ended}");
    if ended != Ended::Perfect && blends(&spec.training) {
        study.blend(context.deadline);
    }
    let (leaderboard, answers) = study.end(ended);
    leaderboard.winner()?;
    Ok((leaderboard, answers))
}

fn proposer(
    spec: &Spec,
    data: &Labelled,
    declared: &[Declared],
) -> Result<Box<dyn Propose>, SpaceError> {
    let (training, seed) = (&spec.training, spec.split.seed);
    let spaces = || space::spaces(training, data, declared);
    let balance = space::balances(training.balance, &data.target).first();
    let of_lists = !declared.is_empty() && declared.iter().all(Declared::is_of_lists);
    Ok(match training.search {
        Search::Auto => Box::new(Auto::new(spaces(), seed)),
        Search::Grid if declared.is_empty() => {
            return Err(declared::empty(training, &data.target));
        }
        Search::Grid => Box::new(Grid::new(declared, balance)),
        Search::Random if of_lists => Box::new(Grid::new(declared, balance).shuffled(seed)),
        Search::Random => Box::new(Random::new(spaces(), seed)),
        Search::Tpe => Box::new(Tpe::new(spaces(), seed)),
    })
}

/// Whether the best trials are blended.
fn blends(training: &Training) -> bool {
    match training.blend {
        Choice::Always => true,
        Choice::Never => false,
        // Who lists what is to be tried wants no other.
        Choice::Auto => training.seconds.is_some() && training.space.is_empty(),
    }
}

/// The champion's candidate, or the members of the blend that it is, as far as they lie in the
/// spaces that are declared, if some are; none unless the spec wants them to be tried.
fn warm_start(
    spec: &Spec,
    target: &Target,
    champion: Option<&Candidate>,
    declared: &[Declared],
) -> VecDeque<Candidate> {
    let training = &spec.training;
    let lies_in = |candidate: &Candidate| {
        let learner = candidate.learner.kind();
        let space = declared.iter().find(|declared| declared.learner == learner);
        declared.is_empty() || space.is_some_and(|space| space.contains(candidate))
    };
    let fits = |candidate: &&Candidate| {
        competing::tunable(training, target).any(|kind| kind == candidate.learner.kind())
            && space::balances(training.balance, target).contains(&candidate.balance)
            && lies_in(candidate)
    };
    let candidates =
        champion.filter(|_| training.warm_start).map(|champion| match &champion.learner {
            Learner::Blend(blend) => blend.members.iter().map(|member| &member.candidate).collect(),
            _ => vec![champion],
        });
    candidates.into_iter().flatten().filter(fits).cloned().collect()
}

/// Tells how far the search has come.
fn tell(study: &Study<'_>, total: Option<usize>, context: &TrainingContext<'_>) {
    let Some(last) = study.entries().last() else { return };
    let leader = study.leader();
    tracing::info!(
        candidate = last.name(),
        metric = study.metric().name(),
        score = last.mean,
        best = leader.and_then(|leader| leader.mean),
        seconds = last.seconds,
        reason = last.reason,
        "trial {}: {}",
        last.number,
        last.state.name()
    );
    (context.watch)(&Progress {
        unit: Unit::Trial,
        tried: study.entries().len(),
        // The baseline is one more.
        of: total.map(|total| total + 1),
        metric: study.metric(),
        best: leader.and_then(|leader| leader.mean),
        candidate: leader.map(Entry::name).unwrap_or_default(),
    });
}

#[cfg(test)]
mod tests;
