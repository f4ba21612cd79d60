//! Which rows are held out, and which fold a row belongs to.
//!
//! A row's place is decided by a hash of its content and the seed. But for the few
//! rows at the threshold, the same row therefore falls on the same side in every data
//! set that holds it, so that a champion has not been trained on the rows that a later
//! gate scores it on, and duplicates of a row do not stand on both sides.

use super::{Labelled, Target};

/// The rows of a data set, divided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Rows to train and select on.
    pub train: Vec<usize>,
    /// Rows that only the final evaluation sees.
    pub holdout: Vec<usize>,
}

/// Holds out the given share of rows, of each class alike, by the rows' content.
#[must_use]
pub fn holdout(data: &Labelled, share: f64, seed: u64) -> Split {
    divide(strata(&data.target, data.row_hashes(), seed), share)
}

/// Holds out the given share of rows, of each class alike, by the rows' places: for
/// what a learner decides on its own rows.
#[must_use]
pub fn validation(target: &Target, share: f64, seed: u64) -> Split {
    divide(strata(target, (0..target.rows() as u64).map(mix).collect(), seed), share)
}

fn divide(groups: Vec<Vec<usize>>, share: f64) -> Split {
    let mut split = Split { train: Vec::new(), holdout: Vec::new() };
    for group in groups {
        // One row at least on each side; a single one is learned from.
        let most = group.len().saturating_sub(1);
        let held = ((group.len() as f64 * share).round() as usize).max(1).min(most);
        split.holdout.extend(group.iter().take(held));
        split.train.extend(group.iter().skip(held));
    }
    split.train.sort_unstable();
    split.holdout.sort_unstable();
    split
}

/// Divides the rows into `count` folds, of each class alike; each fold holds its rows
/// out and trains on all others.
#[must_use]
pub fn folds(data: &Labelled, count: usize, seed: u64) -> Vec<Split> {
    let mut held = vec![Vec::new(); count];
    // Counted on from class to class, so that rare ones do not all fall into one fold.
    let strata = strata(&data.target, data.row_hashes(), seed.wrapping_add(1));
    for (position, row) in strata.into_iter().flatten().enumerate() {
        if let Some(fold) = held.get_mut(position % count.max(1)) {
            fold.push(row);
        }
    }
    held.into_iter().map(|rows| Split::holding(rows, data.rows())).collect()
}

impl Split {
    /// Holds the given rows out of the first `rows`.
    fn holding(mut holdout: Vec<usize>, rows: usize) -> Self {
        holdout.sort_unstable();
        let train = (0..rows).filter(|row| holdout.binary_search(row).is_err()).collect();
        Self { train, holdout }
    }
}

/// The rows of each class (or all rows) in the order of their seeded hashes.
fn strata(target: &Target, hashes: Vec<u64>, seed: u64) -> Vec<Vec<usize>> {
    let hashes: Vec<u64> = hashes.into_iter().map(|hash| mix(hash ^ mix(seed))).collect();
    let mut rows: Vec<(u64, usize)> = hashes.into_iter().zip(0..).collect();
    rows.sort_unstable();
    let order = rows.into_iter().map(|(_, row)| row);
    match target {
        Target::Values(_) => vec![order.collect()],
        Target::Classes { classes, labels } => {
            let mut groups = vec![Vec::new(); classes.len()];
            for row in order {
                if let Some(group) = labels.get(row).and_then(|&label| groups.get_mut(label)) {
                    group.push(row);
                }
            }
            groups
        }
    }
}

/// The finaliser of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014).
fn mix(mut bits: u64) -> u64 {
    bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
#[path = "split_tests.rs"]
mod tests;
