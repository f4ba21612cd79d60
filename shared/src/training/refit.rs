//! The winner is fitted to all rows, in the time that is left.

use super::leaderboard::{Entry, State};
use super::validation::{Fold, FoldError, OutOfFold};
use super::{Leaderboard, TrainingContext, TrainingError};
use crate::dataset::split::Split;
use crate::dataset::{Labelled, split};
use crate::learners::{Candidate, Deadline, FitContext, FitError, Learner};
use crate::port_error::chain;
use crate::spec::Spec;

/// The share of the time that is left which a fit may take: the rest is for a simpler
/// candidate where it does not suffice, for measuring, and for storing.
const SHARE: f64 = 0.75;

/// Why a candidate that was scored is not the winner.
const TOO_SLOW: &str = "there was no time to fit it to all training rows before the function ends: \
                        give the function more time or memory, or name faster `training.learners`";

/// What `fit` makes of the best candidate for which there is time. Those that there is none
/// for lose their place on the leaderboard, and are named in the notes.
///
/// # Errors
/// Those of `fit`, and when there is time for no candidate.
pub(super) fn best<T>(
    leaderboard: &mut Leaderboard,
    spec: &Spec,
    context: &TrainingContext<'_>,
    mut fit: impl FnMut(&Entry, &FitContext<'_>) -> Result<T, TrainingError>,
) -> Result<(T, Vec<String>), TrainingError> {
    let mut given_up = Vec::new();
    loop {
        let entry = leaderboard.leader()?;
        let deadline = match entry.candidate.learner {
            // Counting takes no time.
            Learner::Baseline => Deadline::default(),
            _ => context.end.share(SHARE),
        };
        // It may take as long as its trial did, if it has to be scored anew on all folds.
        let is_hopeless = !given_up.is_empty()
            && deadline.remaining().is_some_and(|left| entry.seconds > left.as_secs_f64());
        let fitted = match is_hopeless {
            true => Err(FitError::Deadline.into()),
            false => fit(entry, &FitContext { deadline, ..FitContext::new(spec) }),
        };
        match fitted {
            Err(TrainingError::Fit(FitError::Deadline)) => {
                given_up.push(leaderboard.best_name());
                leaderboard.give_up(State::OverLimit, TOO_SLOW);
            }
            fitted => return Ok((fitted?, notes(&given_up, leaderboard))),
        }
    }
}

fn notes(given_up: &[String], leaderboard: &Leaderboard) -> Vec<String> {
    let note = |name: &String| {
        format!(
            "`{name}` was better than `{}`, but there was no time to fit it to all training rows \
             before the function ends",
            leaderboard.best_name()
        )
    };
    given_up.iter().map(note).collect()
}

/// What a candidate answers for rows that it has not been fitted to, fold by fold.
///
/// # Errors
/// When it cannot be fitted or scored, or the deadline passes.
pub(super) fn out_of_fold(
    candidate: &Candidate,
    training: &Labelled,
    leaderboard: (usize, crate::metrics::Metric),
    context: &FitContext<'_>,
) -> Result<OutOfFold, TrainingError> {
    let (count, metric) = leaderboard;
    let folds: Vec<Split> = split::folds(training, &context.spec.split, count);
    let fold = |fold: &Split| Fold::of(candidate, training, fold, metric, context);
    let results: Result<Vec<Fold>, FoldError> = folds.iter().map(fold).collect();
    let results = results.map_err(|error| match error {
        FoldError::Fit(error) => TrainingError::Fit(error),
        error => TrainingError::NoCandidate(chain(&error)),
    })?;
    let none = || TrainingError::NoCandidate("no candidate predicted every fold".to_owned());
    OutOfFold::of(results, &folds).ok_or_else(none)
}
