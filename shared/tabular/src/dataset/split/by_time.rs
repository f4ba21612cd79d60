//! Rows divided by their time: what is held out is never earlier than what is learned
//! from. Rows of one instant stay together.

use super::{Rejection, Split};
use crate::dataset::Defect;

/// The least number of instants: one to hold out, one to validate on, one to learn from.
const MIN_INSTANTS: usize = 3;

/// Holds out the latest rows: as near to the given share as instants allow, at least one
/// instant, and never so many that the others could not be divided into folds.
pub(super) fn holdout(times: &[f64], share: f64) -> Result<Split, Rejection> {
    let mut timeline = Timeline::of(times);
    if timeline.cuts.len() + 1 < MIN_INSTANTS {
        let message = format!(
            "the rows are of {} instants, and at least {MIN_INSTANTS} are needed: choose another \
             `time` column, or another `split.strategy`, in model.toml",
            timeline.cuts.len() + 1
        );
        return Err(Defect::new("too_few_instants", message).into());
    }
    // Two instants at least are learned from.
    timeline.cuts.remove(0);
    let rows = times.len();
    let cut = timeline.nearest(rows - (rows as f64 * share).round() as usize);
    let (train, holdout) = timeline.order.split_at(cut);
    Ok(Split::of(train.to_vec(), holdout.to_vec()))
}

/// Cuts the rows into `count + 1` blocks; each but the first is held out by a fold that
/// trains on all blocks before it, as scikit-learn's `TimeSeriesSplit` does.
pub(super) fn folds(times: &[f64], count: usize) -> Vec<Split> {
    let timeline = Timeline::of(times);
    let rows = times.len();
    let block = rows / (count + 1);
    let mut cuts: Vec<usize> =
        (1..=count).rev().map(|left| timeline.nearest(rows - left * block)).collect();
    cuts.dedup();
    let ends = cuts.iter().copied().skip(1).chain([rows]);
    let between = |from, to| timeline.order.get(from..to).unwrap_or_default().to_vec();
    let fold = |(start, end)| Split::of(between(0, start), between(start, end));
    cuts.iter().copied().zip(ends).map(fold).collect()
}

/// Rows in the order of their times, and where it can be cut.
struct Timeline {
    order: Vec<usize>,
    /// The positions, ascending, at which a new instant begins, but for the first.
    cuts: Vec<usize>,
}

impl Timeline {
    fn of(times: &[f64]) -> Self {
        let mut dated: Vec<(f64, usize)> = times.iter().copied().zip(0..).collect();
        dated.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        let instants = dated.windows(2).zip(1..);
        let cuts: Vec<usize> = instants
            .filter_map(|(pair, position)| match pair {
                [before, after] if before.0 < after.0 => Some(position),
                _ => None,
            })
            .collect();
        Self { order: dated.into_iter().map(|(_, row)| row).collect(), cuts }
    }

    /// The cut that is nearest to a position; the later of two.
    fn nearest(&self, position: usize) -> usize {
        let cuts = self.cuts.iter().copied();
        cuts.min_by_key(|&cut| (cut.abs_diff(position), usize::MAX - cut)).unwrap_or(position)
    }
}
