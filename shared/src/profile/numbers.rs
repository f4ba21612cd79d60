//! Numbers, summarised.

use serde::{Deserialize, Serialize};

use super::bins::{Bins, Layout};
use super::moments::Moments;

/// Numbers: moments, and counts between the reference's quantiles.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    /// Count, mean, spread and range.
    pub moments: Moments,
    /// Where the numbers lie.
    pub bins: Bins,
}

impl Numbers {
    pub(super) fn of(values: &[f64]) -> Self {
        let mut finite: Vec<f64> = values.iter().copied().filter_map(finite).collect();
        let mut moments = Moments::default();
        for &value in &finite {
            moments.push(value);
        }
        finite.sort_unstable_by(f64::total_cmp);
        Self { moments, bins: Bins::of(&finite) }
    }

    /// The same bins with nothing counted.
    pub(super) fn emptied(&self) -> Self {
        Self { moments: Moments::default(), bins: self.bins.emptied() }
    }

    /// Counts more numbers, and returns how many of them are not finite.
    pub(super) fn add(&mut self, values: &[f64]) -> u64 {
        let before = self.moments.count;
        for value in values.iter().copied().filter_map(finite) {
            self.moments.push(value);
            self.bins.push(value);
        }
        values.len() as u64 - (self.moments.count - before)
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.moments.merge(&other.moments);
        self.bins.merge(&other.bins);
    }

    /// How many numbers lie at or below `x`. Numbers in a bin of several values
    /// are taken to be spread evenly over it.
    #[must_use]
    pub fn at_most(&self, x: f64) -> f64 {
        let Bins { edges, layout, counts, below, above } = &self.bins;
        let (Some(&first), Some(&last)) = (edges.first(), edges.last()) else {
            return 0.0;
        };
        let total = self.bins.total() as f64;
        if x < first {
            let min = self.moments.min.unwrap_or(first);
            return below.count as f64 * fraction(min, first, x);
        }
        if x >= last {
            let max = self.moments.max.unwrap_or(last);
            return total - above.count as f64 * (1.0 - fraction(last, max, x));
        }
        let bin = edges.partition_point(|&edge| edge <= x);
        let whole = below.count + counts.iter().take(bin).sum::<u64>();
        let inside =
            match (layout, bin.checked_sub(1).and_then(|bin| edges.get(bin)), edges.get(bin)) {
                (Layout::Values | Layout::Quantiles, Some(&start), Some(&end)) => {
                    fraction(start, end, x)
                }
                _ => 0.0,
            };
        whole as f64 + inside * counts.get(bin).map_or(0.0, |&count| count as f64)
    }
}

/// The number when it is finite, with one zero only.
fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value + 0.0)
}

/// How far `x` is on the way from `start` to `end`.
fn fraction(start: f64, end: f64, x: f64) -> f64 {
    if x >= end { 1.0 } else { ((x - start) / (end - start)).clamp(0.0, 1.0) }
}
