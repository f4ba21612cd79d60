//! Which rows are held out, and which fold a row belongs to.
//!
//! A row's place is decided by a hash of its inputs and target (or of its group) and the
//! seed, or by its time. But for the few rows at the threshold, the same row therefore falls
//! on the same side in every data set that is read and split alike, and duplicates of a row
//! do not stand on both sides. In time the threshold only moves forward as rows are added.
//!
//! A model whose inputs or split were others has held out other rows: which, its own schema
//! and spec tell ([`Labelled::as_read_by`]).

mod by_content;
mod by_group;
mod by_time;
mod hash;

use super::{Labelled, Rejection, Target};
use crate::spec::{self, Strategy};

/// The rows of a data set, divided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Rows to train and select on.
    pub train: Vec<usize>,
    /// Rows that only the evaluation sees.
    pub holdout: Vec<usize>,
}

/// How the rows of `data` are divided: as the spec says, else by time where there is a
/// time column, by group where there is a group column, and by content otherwise, of
/// each class alike.
#[must_use]
pub fn strategy(data: &Labelled, spec: &spec::Split) -> Strategy {
    spec.strategy.unwrap_or(match (&data.times, &data.groups, &data.target) {
        (Some(_), _, _) => Strategy::Chronological,
        (None, Some(_), _) => Strategy::Grouped,
        (None, None, Target::Classes { .. }) => Strategy::Stratified,
        (None, None, Target::Values(_) | Target::Absent { .. }) => Strategy::Random,
    })
}

/// Holds out the share of rows that the spec asks for.
///
/// # Errors
/// When there are fewer than three groups, or instants, where these divide the rows.
pub fn holdout(data: &Labelled, spec: &spec::Split) -> Result<Split, Rejection> {
    let (share, seed) = (spec.holdout, spec.seed);
    match strategy(data, spec) {
        Strategy::Random => Ok(by_content::holdout(vec![by_content::order(data, seed)], share)),
        Strategy::Stratified => Ok(by_content::holdout(by_content::strata(data, seed), share)),
        Strategy::Grouped => by_group::holdout(groups(data), share, seed),
        Strategy::Chronological => by_time::holdout(times(data), share),
    }
}

/// Divides the rows into at most `count` folds, each of which holds other rows out. A
/// fold trains on all rows that it does not hold out, but forward in time on the earlier
/// ones only, so that the earliest rows are never held out. There are fewer folds than
/// asked for where there are fewer rows, groups or instants.
#[must_use]
pub fn folds(data: &Labelled, spec: &spec::Split, count: usize) -> Vec<Split> {
    // Other places than those of the holdout, of the same rows.
    let seed = spec.seed.wrapping_add(1);
    match strategy(data, spec) {
        Strategy::Random => by_content::folds(vec![by_content::order(data, seed)], count),
        Strategy::Stratified => by_content::folds(by_content::strata(data, seed), count),
        Strategy::Grouped => by_group::folds(groups(data), count, seed),
        Strategy::Chronological => by_time::folds(times(data), count),
    }
}

/// Holds out the given share of rows, of each class alike, by the rows' places: for
/// what a learner decides on its own rows.
#[must_use]
pub fn validation(target: &Target, share: f64, seed: u64) -> Split {
    let places = (0..target.rows() as u64).map(hash::mix).collect();
    by_content::holdout(by_content::by_class(target, hash::order(places, seed)), share)
}

fn groups(data: &Labelled) -> &[u64] {
    data.groups.as_deref().unwrap_or_default()
}

fn times(data: &Labelled) -> &[f64] {
    data.times.as_deref().unwrap_or_default()
}

impl Split {
    /// Both sides in the order of the rows.
    fn of(mut train: Vec<usize>, mut holdout: Vec<usize>) -> Self {
        train.sort_unstable();
        holdout.sort_unstable();
        Self { train, holdout }
    }

    /// Folds that hold out the given rows, and train on all others of them.
    fn around(held: Vec<Vec<usize>>) -> Vec<Self> {
        let others = |fold: usize| {
            let others = held.iter().enumerate().filter(|(other, _)| *other != fold);
            others.flat_map(|(_, rows)| rows.iter().copied()).collect()
        };
        held.iter().enumerate().map(|(fold, rows)| Self::of(others(fold), rows.clone())).collect()
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
