//! Rows divided by a hash of their group: a group's rows stay together.

use std::collections::BTreeMap;

use super::{Rejection, Split, hash};
use crate::dataset::Defect;

/// The least number of groups: one to hold out, one to validate on, one to learn from.
const MIN_GROUPS: usize = 3;

/// Holds out whole groups: as many as come nearest to the given share of rows, at least
/// one, and never so many that the others could not be divided into folds.
pub(super) fn holdout(groups: &[u64], share: f64, seed: u64) -> Result<Split, Rejection> {
    let groups = ordered(groups, seed);
    if groups.len() < MIN_GROUPS {
        let message = format!(
            "the rows are of {} groups, and at least {MIN_GROUPS} are needed: choose another \
             `group` column, or another `split.strategy`, in model.toml",
            groups.len()
        );
        return Err(Defect::new("too_few_groups", message).into());
    }
    let rows: usize = groups.iter().map(Vec::len).sum();
    let wanted = rows as f64 * share;
    let mut taken = 0;
    let mut held = 0;
    for group in groups.iter().take(groups.len() + 1 - MIN_GROUPS) {
        let more = taken + group.len();
        if held > 0 && more as f64 - wanted > wanted - taken as f64 {
            break;
        }
        (taken, held) = (more, held + 1);
    }
    let (holdout, train) = groups.split_at(held);
    Ok(Split::of(train.concat(), holdout.concat()))
}

/// Deals the groups out to folds, the largest first, each to the fold with the fewest
/// rows, as scikit-learn's `GroupKFold` does.
pub(super) fn folds(groups: &[u64], count: usize, seed: u64) -> Vec<Split> {
    let mut groups = ordered(groups, seed);
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    let mut held: Vec<Vec<usize>> = vec![Vec::new(); count.clamp(1, groups.len().max(1))];
    for group in groups {
        if let Some(fold) = held.iter_mut().min_by_key(|fold| fold.len()) {
            fold.extend(group);
        }
    }
    Split::around(held)
}

/// The rows of each group, the groups in the order of their seeded hashes.
fn ordered(groups: &[u64], seed: u64) -> Vec<Vec<usize>> {
    let mut rows: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (row, &group) in groups.iter().enumerate() {
        rows.entry(group).or_default().push(row);
    }
    let order = hash::order(rows.keys().copied().collect(), seed);
    let mut rows: Vec<Vec<usize>> = rows.into_values().collect();
    order.into_iter().filter_map(|group| rows.get_mut(group).map(std::mem::take)).collect()
}
