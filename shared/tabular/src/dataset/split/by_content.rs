//! Rows divided by a hash of their content, or of their places: all alike, or each
//! class of its own.

use super::{Labelled, Split, Target, hash};

/// The rows in the order of their seeded hashes.
pub(super) fn order(data: &Labelled, seed: u64) -> Vec<usize> {
    hash::order(data.row_hashes(), seed)
}

/// The rows of each class in the order of their seeded hashes; all rows where there are
/// no classes.
pub(super) fn strata(data: &Labelled, seed: u64) -> Vec<Vec<usize>> {
    by_class(&data.target, order(data, seed))
}

/// The rows of each class in the given order; all rows where there are no classes.
pub(super) fn by_class(target: &Target, order: Vec<usize>) -> Vec<Vec<usize>> {
    match target {
        Target::Values(_) | Target::Absent { .. } => vec![order],
        Target::Classes { classes, labels } => {
            let mut strata = vec![Vec::new(); classes.len()];
            for row in order {
                if let Some(stratum) = labels.get(row).and_then(|&label| strata.get_mut(label)) {
                    stratum.push(row);
                }
            }
            strata
        }
    }
}

/// Holds out the given share of each stratum.
pub(super) fn holdout(strata: Vec<Vec<usize>>, share: f64) -> Split {
    let (mut train, mut holdout) = (Vec::new(), Vec::new());
    for stratum in strata {
        // One row at least on each side; a single one is learned from.
        let most = stratum.len().saturating_sub(1);
        let held = ((stratum.len() as f64 * share).round() as usize).max(1).min(most);
        holdout.extend(stratum.iter().take(held));
        train.extend(stratum.iter().skip(held));
    }
    Split::of(train, holdout)
}

/// Deals the rows of the strata out to folds.
pub(super) fn folds(strata: Vec<Vec<usize>>, count: usize) -> Vec<Split> {
    let rows: usize = strata.iter().map(Vec::len).sum();
    let mut held = vec![Vec::new(); count.clamp(1, rows.max(1))];
    let count = held.len();
    // Counted on from class to class, so that rare ones do not all fall into one fold.
    for (position, row) in strata.into_iter().flatten().enumerate() {
        if let Some(fold) = held.get_mut(position % count) {
            fold.push(row);
        }
    }
    Split::around(held)
}
