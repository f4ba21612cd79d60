//! The split of a node.

use super::Randomness;
use super::bins::{BinKind, BinnedColumn, MISSING};
use super::response::Sample;
use super::sums::Sums;
use crate::learners::trees::CodeSet;

/// Below so many rows the bins that have any are remembered, so that the empty ones
/// need not be looked at.
const FEW: usize = 256;

/// The best split of a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub(super) feature: usize,
    /// By how much the impurity falls, weighted by rows.
    pub(super) gain: f64,
    /// The bins that go left; those of ranges are the first ones.
    pub(super) left: CodeSet,
    pub(super) missing_left: bool,
}

impl Found {
    #[inline(always)]
    pub(super) fn goes_left(&self, bin: u8) -> bool {
        if bin == MISSING { self.missing_left } else { has(&self.left, bin) }
    }
}

/// How a node may be split.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) columns: &'a [BinnedColumn],
    pub(super) randomness: Randomness,
    /// How many features that vary a split chooses from.
    pub(super) candidates: usize,
    /// The least weight of a leaf; 0 when one row is enough.
    pub(super) min_leaf: f64,
}

/// What is used anew for each node of a tree.
pub(super) struct Search<'a, const N: usize> {
    rules: Rules<'a>,
    /// The sums of each bin; all zero between two features.
    histogram: Vec<Sums<N>>,
    /// The bins of present values that have rows, in the order of the scan.
    order: Vec<u8>,
    features: Vec<usize>,
}

impl<'a, const N: usize> Search<'a, N> {
    pub(super) fn new(rules: Rules<'a>) -> Self {
        Self {
            rules,
            histogram: vec![Sums::ZERO; usize::from(MISSING) + 1],
            order: Vec::with_capacity(usize::from(MISSING)),
            features: (0..rules.columns.len()).collect(),
        }
    }

    /// The best split of the rows over as many random features as the forest asks
    /// for, of those that vary among them; `None` when none divides them as it must.
    pub(super) fn best(
        &mut self,
        samples: &[Sample],
        sums: &Sums<N>,
        random: &mut fastrand::Rng,
    ) -> Option<Found> {
        let mut best: Option<Found> = None;
        let mut varied = 0;
        let columns = self.rules.columns;
        for place in 0..self.features.len() {
            if varied == self.rules.candidates {
                break;
            }
            let drawn = random.usize(place..self.features.len());
            self.features.swap(place, drawn);
            let Some(&feature) = self.features.get(place) else { break };
            let Some(column) = columns.get(feature) else { continue };
            let (varies, found) = match self.rules.randomness {
                Randomness::Features => self.exhaust(feature, column, samples, sums),
                Randomness::Thresholds => self.draw(feature, column, samples, sums, random),
            };
            varied += usize::from(varies);
            if let Some(found) = found
                && best.is_none_or(|best| found.gain > best.gain)
            {
                best = Some(found);
            }
        }
        best
    }

    /// Whether the feature varies, and its best split.
    fn exhaust(
        &mut self,
        feature: usize,
        column: &BinnedColumn,
        samples: &[Sample],
        sums: &Sums<N>,
    ) -> (bool, Option<Found>) {
        self.fill(column, samples);
        let missing = self.take_missing();
        let varies = self.order.len() + usize::from(missing.weight() > 0.0) > 1;
        let best = if varies { self.scan(feature, column, sums, &missing) } else { None };
        for &bin in &self.order {
            if let Some(sums) = self.histogram.get_mut(usize::from(bin)) {
                *sums = Sums::ZERO;
            }
        }
        (varies, best)
    }

    /// Fills histogram and order.
    fn fill(&mut self, column: &BinnedColumn, samples: &[Sample]) {
        self.order.clear();
        let mut seen: CodeSet = [0; 4];
        let few = samples.len() < FEW;
        for sample in samples {
            let bin = column.bins.get(sample.row as usize).copied().unwrap_or(MISSING);
            if let Some(sums) = self.histogram.get_mut(usize::from(bin)) {
                sums.add(sample);
            }
            if few {
                insert(&mut seen, bin);
            }
        }
        if few {
            for (word, &bits) in seen.iter().enumerate() {
                let mut bits = bits;
                while bits != 0 {
                    self.order.push((word * 64) as u8 + bits.trailing_zeros() as u8);
                    bits &= bits - 1;
                }
            }
            self.order.pop_if(|last| *last == MISSING);
        } else {
            let bins = self.histogram.iter().zip(0..MISSING);
            self.order.extend(bins.filter(|(sums, _)| sums.weight() > 0.0).map(|(_, bin)| bin));
        }
        if column.kind == BinKind::Codes {
            self.sort_by_answer();
        }
    }

    /// Sorts categories by their mean (Fisher 1958: the best set for one output is
    /// then among the first ones); with several classes, by the share of the most
    /// frequent one.
    fn sort_by_answer(&mut self) {
        let mut total = Sums::<N>::ZERO;
        for sums in self.order.iter().filter_map(|&bin| self.histogram.get(usize::from(bin))) {
            total = total.plus(sums);
        }
        let mut most = (0, f64::NEG_INFINITY);
        for (output, &sum) in total.outputs().iter().enumerate() {
            if sum > most.1 {
                most = (output, sum);
            }
        }
        let share = |bin: &u8| {
            let sums = self.histogram.get(usize::from(*bin));
            sums.map_or(0.0, |sums| {
                sums.outputs().get(most.0).copied().unwrap_or(0.0) / sums.weight()
            })
        };
        self.order.sort_by(|a, b| share(a).total_cmp(&share(b)));
    }

    /// The sums of the missing values, which leave the histogram.
    fn take_missing(&mut self) -> Sums<N> {
        match self.histogram.get_mut(usize::from(MISSING)) {
            Some(sums) => std::mem::replace(sums, Sums::ZERO),
            None => Sums::ZERO,
        }
    }

    /// The best division of the bins in their order, with the missing values on
    /// either side.
    fn scan(
        &self,
        feature: usize,
        column: &BinnedColumn,
        sums: &Sums<N>,
        missing: &Sums<N>,
    ) -> Option<Found> {
        let any_missing = missing.weight() > 0.0;
        let mut left = Sums::<N>::ZERO;
        let mut best = (f64::NEG_INFINITY, None);
        let last = self.order.len() - usize::from(!self.order.is_empty());
        for (place, &bin) in self.order.iter().enumerate() {
            let Some(bin_sums) = self.histogram.get(usize::from(bin)) else { break };
            left = left.plus(bin_sums);
            // All present values on one side are a split where some are missing.
            if place == last && !any_missing {
                break;
            }
            let right = sums.minus(&left);
            if self.allows(&left, &right) {
                let purity = left.purity() + right.purity();
                if purity > best.0 {
                    let heavier = left.weight() >= right.weight();
                    best = (purity, Some((place, !any_missing && heavier)));
                }
            }
            if any_missing && place != last {
                let (left, right) = (left.plus(missing), right.minus(missing));
                if self.allows(&left, &right) {
                    let purity = left.purity() + right.purity();
                    if purity > best.0 {
                        best = (purity, Some((place, true)));
                    }
                }
            }
        }
        let (place, missing_left) = best.1?;
        Some(Found {
            feature,
            gain: best.0 - sums.purity(),
            left: self.left_of(place, column, missing_left),
            missing_left,
        })
    }

    /// Whether both sides have rows enough; what is next to nothing is what rounding
    /// left of an empty side.
    #[inline(always)]
    fn allows(&self, left: &Sums<N>, right: &Sums<N>) -> bool {
        let (less, more) = match left.weight() < right.weight() {
            true => (left.weight(), right.weight()),
            false => (right.weight(), left.weight()),
        };
        less >= self.rules.min_leaf && less > 1e-9 * more
    }

    /// The bins up to a place of the order; of ranges with all before the middle
    /// between there and the next bin that has rows.
    fn left_of(&self, place: usize, column: &BinnedColumn, missing_left: bool) -> CodeSet {
        let mut left: CodeSet = [0; 4];
        match &column.kind {
            BinKind::Ranges { .. } => {
                let here = self.order.get(place).copied().unwrap_or_default();
                let last = match self.order.get(place + 1) {
                    Some(&next) => u8::midpoint(here, next - 1),
                    None => MISSING - 1,
                };
                (0..=last).for_each(|bin| insert(&mut left, bin));
            }
            // Categories without rows go where missing values go.
            BinKind::Codes => {
                if missing_left {
                    left = [u64::MAX; 4];
                    self.order.iter().skip(place + 1).for_each(|&bin| remove(&mut left, bin));
                } else {
                    self.order.iter().take(place + 1).for_each(|&bin| insert(&mut left, bin));
                }
            }
        }
        left
    }

    /// Whether the feature varies, and the better of the two splits by a random
    /// threshold (or a random set of categories), with the missing values on either
    /// side.
    fn draw(
        &self,
        feature: usize,
        column: &BinnedColumn,
        samples: &[Sample],
        sums: &Sums<N>,
        random: &mut fastrand::Rng,
    ) -> (bool, Option<Found>) {
        let bin_of =
            |sample: &Sample| column.bins.get(sample.row as usize).copied().unwrap_or(MISSING);
        let mut present: Option<(u8, u8)> = None;
        let mut any_missing = false;
        for bin in samples.iter().map(bin_of) {
            match bin {
                MISSING => any_missing = true,
                bin => {
                    let (least, most) = present.unwrap_or((bin, bin));
                    present = Some((least.min(bin), most.max(bin)));
                }
            }
        }
        let Some((least, most)) = present else { return (false, None) };
        let varies = least < most || any_missing;
        let left = match (&column.kind, least < most) {
            (_, false) => [u64::MAX; 4],
            (BinKind::Codes, true) => std::array::from_fn(|_| random.u64(..)),
            (BinKind::Ranges { cuts, bounds }, true) => {
                let last = draw_cut(cuts, *bounds, (least, most), random);
                let mut left = [0; 4];
                (0..=last).for_each(|bin| insert(&mut left, bin));
                left
            }
        };
        let (mut below, mut missing) = (Sums::<N>::ZERO, Sums::<N>::ZERO);
        for sample in samples {
            match bin_of(sample) {
                MISSING => missing.add(sample),
                bin if has(&left, bin) => below.add(sample),
                _ => {}
            }
        }
        let sides = [(below, !any_missing), (below.plus(&missing), true)];
        let mut best: Option<Found> = None;
        for (below, missing_left) in sides.into_iter().take(1 + usize::from(any_missing)) {
            let above = sums.minus(&below);
            let missing_left = missing_left && (any_missing || below.weight() >= above.weight());
            if !self.allows(&below, &above) {
                continue;
            }
            let gain = below.purity() + above.purity() - sums.purity();
            if best.is_none_or(|best| gain > best.gain) {
                best = Some(Found { feature, gain, left, missing_left });
            }
        }
        (varies, best)
    }
}

/// The last bin below a threshold that is uniform between the least and the greatest
/// value of a node, as far as its outermost bins tell them.
fn draw_cut(
    cuts: &[f32],
    bounds: (f32, f32),
    (least, most): (u8, u8),
    random: &mut fastrand::Rng,
) -> u8 {
    let from = usize::from(least).checked_sub(1).and_then(|cut| cuts.get(cut)).unwrap_or(&bounds.0);
    let to = cuts.get(usize::from(most)).unwrap_or(&bounds.1);
    let threshold = from + (to - from) * random.f32();
    let below = cuts.partition_point(|cut| *cut <= threshold) as u8;
    below.clamp(least, most - 1)
}

#[inline(always)]
fn has(set: &CodeSet, bin: u8) -> bool {
    set.get(usize::from(bin / 64)).is_some_and(|word| word >> (bin % 64) & 1 == 1)
}

#[inline(always)]
fn insert(set: &mut CodeSet, bin: u8) {
    if let Some(word) = set.get_mut(usize::from(bin / 64)) {
        *word |= 1 << (bin % 64);
    }
}

fn remove(set: &mut CodeSet, bin: u8) {
    if let Some(word) = set.get_mut(usize::from(bin / 64)) {
        *word &= !(1 << (bin % 64));
    }
}
