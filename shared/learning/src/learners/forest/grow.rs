//! One tree, from its root down.

use super::bins::{BinKind, BinnedColumn};
use super::response::{Response, Sample};
use super::search::{Found, Rules, Search};
use super::sums::Sums;
use crate::learners::FitError;
use crate::learners::context::Deadline;
use crate::learners::trees::{Split, Tree};
use model_factory_tabular::dataset::MAX_CLASSES;

/// After so many nodes the clock is looked at again.
const NODES_A_LOOK: usize = 1024;

/// What all trees of a forest have in common.
#[derive(Debug)]
pub(super) struct Grower<'a> {
    pub(super) rules: Rules<'a>,
    pub(super) response: &'a Response,
    pub(super) max_depth: usize,
    pub(super) bootstrap: bool,
    pub(super) deadline: Deadline,
}

/// A node that waits to be divided, and where its rows stand.
struct Pending {
    node: u32,
    begin: usize,
    end: usize,
    depth: usize,
}

impl Grower<'_> {
    /// Grows one tree.
    ///
    /// # Errors
    /// When the deadline passes.
    pub(super) fn grow(&self, seed: u64) -> Result<Tree, FitError> {
        match self.response.outputs() {
            1 => self.grow_sums::<2>(seed),
            2..=3 => self.grow_sums::<4>(seed),
            4..=7 => self.grow_sums::<8>(seed),
            8..=15 => self.grow_sums::<16>(seed),
            16..=63 => self.grow_sums::<64>(seed),
            _ => self.grow_sums::<{ MAX_CLASSES + 1 }>(seed),
        }
    }

    fn grow_sums<const N: usize>(&self, seed: u64) -> Result<Tree, FitError> {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut samples = self.response.samples(self.bootstrap, &mut random);
        let mut spare = Vec::with_capacity(samples.len());
        let mut search = Search::<N>::new(self.rules);
        let mut tree = Tree::new(self.rules.columns.len());
        let mut stack = vec![Pending { node: 0, begin: 0, end: samples.len(), depth: 0 }];
        let mut looked = 0;
        while let Some(Pending { node, begin, end, depth }) = stack.pop() {
            if looked % NODES_A_LOOK == 0 && self.deadline.has_passed() {
                return Err(FitError::Deadline);
            }
            looked += 1;
            let Some(samples) = samples.get_mut(begin..end) else { continue };
            let sums = Sums::<N>::of(samples);
            let divisible = depth < self.max_depth && sums.weight() >= 2.0 * self.rules.min_leaf;
            let found = if divisible && !is_pure(samples) {
                search.best(samples, &sums, &mut random)
            } else {
                None
            };
            let Some(found) = found else {
                tree.set_leaf(node, self.leaf(&sums), sums.weight() as f32);
                continue;
            };
            let Some(column) = self.rules.columns.get(found.feature) else { continue };
            let middle = begin + partition(samples, &mut spare, column, &found);
            let child = tree.set_split(node, split(column, &found), found.gain);
            let depth = depth + 1;
            stack.push(Pending { node: child + 1, begin: middle, end, depth });
            stack.push(Pending { node: child, begin, end: middle, depth });
        }
        Ok(tree)
    }

    /// What a leaf answers.
    fn leaf<'s, const N: usize>(
        &self,
        sums: &'s Sums<N>,
    ) -> impl Iterator<Item = f32> + use<'s, N> {
        let (weight, centre) = (sums.weight(), self.response.centre());
        let outputs = self.response.outputs();
        sums.outputs().iter().take(outputs).map(move |sum| (sum / weight + centre) as f32)
    }
}

fn is_pure(samples: &[Sample]) -> bool {
    let Some(first) = samples.first() else { return true };
    samples.iter().all(|sample| sample.value == first.value)
}

/// Brings the rows that go left before the others, each in their order, and counts
/// them.
fn partition(
    samples: &mut [Sample],
    spare: &mut Vec<Sample>,
    column: &BinnedColumn,
    found: &Found,
) -> usize {
    spare.clear();
    let mut left = 0;
    for index in 0..samples.len() {
        let Some(&sample) = samples.get(index) else { break };
        if found.goes_left(column.bins.get(sample.row as usize).copied().unwrap_or_default()) {
            if let Some(place) = samples.get_mut(left) {
                *place = sample;
            }
            left += 1;
        } else {
            spare.push(sample);
        }
    }
    for (place, sample) in samples.iter_mut().skip(left).zip(spare.iter()) {
        *place = *sample;
    }
    left
}

/// The split as serving reads it.
fn split(column: &BinnedColumn, found: &Found) -> Split {
    let Found { feature, missing_left, .. } = *found;
    match &column.kind {
        BinKind::Codes => Split::Codes { feature, left: found.left, missing_left },
        BinKind::Ranges { cuts, .. } => {
            // The bins that go left are the first ones; all of them where only the
            // missing values go right.
            let last = found.left.iter().map(|word| word.count_ones() as usize).sum::<usize>();
            let cut = last.checked_sub(1).and_then(|last| cuts.get(last));
            Split::Below { feature, threshold: cut.copied().unwrap_or(f32::MAX), missing_left }
        }
    }
}
