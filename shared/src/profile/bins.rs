//! Counts of numbers between quantiles of a reference.

use serde::{Deserialize, Serialize};

use super::moments::saturated;

/// The largest number of bins.
pub const MAX_BINS: usize = 256;

/// How often the values of a grid occur on average, at least.
const REPEATS: usize = 2;

/// Counts between fixed edges; the edges are values of the reference.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Bins {
    /// Strictly increasing. Bin `i` holds the numbers above edge `i - 1` and up to
    /// edge `i`; the first bin holds the first edge only, the reference's minimum.
    pub edges: Vec<f64>,
    /// What the edges are to the reference.
    pub layout: Layout,
    /// One count for each edge.
    pub counts: Vec<u64>,
    /// What lies below the first edge.
    pub below: Tail,
    /// What lies above the last edge.
    pub above: Tail,
}

/// What the edges of bins are to the values of the reference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// All of its values, and they repeat: what was measured lies on a grid, at the
    /// edges and not between them.
    Grid,
    /// All of its values, most of which occur once.
    #[default]
    Values,
    /// Quantiles, with other values between them.
    Quantiles,
}

/// The numbers outside the reference's range, on one side of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Tail {
    /// How many there are.
    pub count: u64,
    /// The sum of their distances from the nearest edge.
    pub distance: f64,
}

impl Bins {
    /// Bins between the quantiles of `sorted` numbers, or one for each distinct
    /// number where [`MAX_BINS`] suffice.
    pub(super) fn of(sorted: &[f64]) -> Self {
        let mut distinct: Vec<f64> = Vec::new();
        for &value in sorted {
            if distinct.last() != Some(&value) {
                distinct.push(value);
            }
            if distinct.len() > MAX_BINS {
                break;
            }
        }
        let (layout, edges) = if distinct.len() > MAX_BINS {
            (Layout::Quantiles, quantiles(sorted))
        } else if REPEATS * distinct.len() > sorted.len() {
            (Layout::Values, distinct)
        } else {
            (Layout::Grid, distinct)
        };
        let mut seen = 0;
        let counts = edges
            .iter()
            .map(|edge| {
                let before = std::mem::replace(&mut seen, sorted.partition_point(|v| v <= edge));
                (seen - before) as u64
            })
            .collect();
        Self { edges, layout, counts, below: Tail::default(), above: Tail::default() }
    }

    /// The same edges with nothing counted.
    pub(super) fn emptied(&self) -> Self {
        Self {
            edges: self.edges.clone(),
            layout: self.layout,
            counts: vec![0; self.counts.len()],
            below: Tail::default(),
            above: Tail::default(),
        }
    }

    /// Counts a finite number.
    pub(super) fn push(&mut self, value: f64) {
        match (self.edges.first(), self.edges.last()) {
            (Some(&first), _) if value < first => self.below.push(first - value),
            (_, Some(&last)) if value > last => self.above.push(value - last),
            (Some(_), Some(_)) => {
                let bin = self.edges.partition_point(|&edge| edge < value);
                if let Some(count) = self.counts.get_mut(bin) {
                    *count += 1;
                }
            }
            // The reference has no value: every number is out of its range.
            _ => self.above.push(0.0),
        }
    }

    /// Adds counts between the same edges.
    pub(super) fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.below.merge(other.below);
        self.above.merge(other.above);
    }

    /// How many numbers are counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().sum::<u64>() + self.out_of_range()
    }

    /// How many numbers lie outside the reference's range.
    #[must_use]
    pub fn out_of_range(&self) -> u64 {
        self.below.count + self.above.count
    }

    /// For each edge, how many numbers lie at or below it.
    pub fn cumulative(&self) -> impl Iterator<Item = u64> {
        self.counts.iter().scan(self.below.count, |sum, count| {
            *sum += count;
            Some(*sum)
        })
    }
}

impl Tail {
    fn push(&mut self, distance: f64) {
        self.merge(Self { count: 1, distance });
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.distance = saturated(self.distance + other.distance);
    }
}

/// The minimum and the upper quantiles of `sorted` numbers, without ties.
fn quantiles(sorted: &[f64]) -> Vec<f64> {
    let steps = MAX_BINS - 1;
    let mut edges: Vec<f64> = (0..=steps)
        .filter_map(|step| {
            let rank = (step * sorted.len()).div_ceil(steps).max(1);
            sorted.get(rank - 1).copied()
        })
        .collect();
    edges.dedup();
    edges
}
