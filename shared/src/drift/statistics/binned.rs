//! Statistics of numbers that are counted in the same bins.
//!
//! Counts at the edges are exact and the edges are fixed by the reference, so the
//! Kolmogorov–Smirnov distance here is at most that of the raw values, never
//! above it: its p-value is safe. It misses at most the reference's share of one
//! bin, about 0.4 % of the rows unless a single value holds more.

use crate::profile::{Bins, Layout};

/// The largest distance between the two distribution functions at the bins' edges.
/// Without a number on either side it is 0.
#[must_use]
pub fn ks_distance(reference: &Bins, current: &Bins) -> f64 {
    let (n, m) = (reference.total() as f64, current.total() as f64);
    if n * m == 0.0 {
        return 0.0;
    }
    let start = current.below.count as f64 / m - reference.below.count as f64 / n;
    points(reference, current).map(|point| point.difference().abs()).fold(start.abs(), f64::max)
}

/// The first Wasserstein distance. Exact on a grid, and for what lies out of the
/// reference's range; elsewhere values between two edges are taken to be spread
/// evenly. Without a number on either side it is 0.
#[must_use]
pub fn wasserstein(reference: &Bins, current: &Bins) -> f64 {
    let (n, m) = (reference.total() as f64, current.total() as f64);
    if n * m == 0.0 {
        return 0.0;
    }
    let mut sum = tail(reference.below.distance / n, current.below.distance / m)
        + tail(reference.above.distance / n, current.above.distance / m);
    let mut before: Option<Point> = None;
    for point in points(reference, current) {
        if let Some(start) = before {
            let mean = match reference.layout {
                Layout::Grid => start.difference().abs(),
                // The reference has no value between two edges.
                Layout::Values => {
                    mean_absolute(start.difference(), point.current - start.reference)
                }
                Layout::Quantiles => mean_absolute(start.difference(), point.difference()),
            };
            sum += (point.edge - start.edge).min(f64::MAX) * mean;
        }
        before = Some(point);
    }
    sum.min(f64::MAX)
}

/// Counts in groups of about a tenth of the reference each; the outer groups are
/// open.
#[must_use]
pub fn decile_counts(reference: &Bins, current: &Bins) -> (Vec<u64>, Vec<u64>) {
    let total = reference.total();
    let mut groups = vec![(0, 0)];
    let (mut seen, mut decile) = (reference.below.count, 1);
    let last = reference.counts.len().saturating_sub(1);
    for (bin, (&a, &b)) in reference.counts.iter().zip(&current.counts).enumerate() {
        if let Some(group) = groups.last_mut() {
            *group = (group.0 + a, group.1 + b);
        }
        seen += a;
        if 10 * seen >= decile * total && bin < last {
            decile = 10 * seen / total.max(1) + 1;
            groups.push((0, 0));
        }
    }
    if let Some(first) = groups.first_mut() {
        *first = (first.0 + reference.below.count, first.1 + current.below.count);
    }
    if let Some(last) = groups.last_mut() {
        *last = (last.0 + reference.above.count, last.1 + current.above.count);
    }
    groups.into_iter().unzip()
}

/// The counts of each bin, and of what lies below and above them.
#[must_use]
pub fn counts(bins: &Bins) -> Vec<u64> {
    let mut counts = Vec::with_capacity(bins.counts.len() + 2);
    counts.push(bins.below.count);
    counts.extend(&bins.counts);
    counts.push(bins.above.count);
    counts
}

/// An edge, and the share of each side at or below it.
#[derive(Clone, Copy)]
struct Point {
    edge: f64,
    reference: f64,
    current: f64,
}

impl Point {
    fn difference(self) -> f64 {
        self.current - self.reference
    }
}

fn points(reference: &Bins, current: &Bins) -> impl Iterator<Item = Point> {
    let (n, m) = (reference.total() as f64, current.total() as f64);
    let cumulative = reference.cumulative().zip(current.cumulative());
    let edges = reference.edges.iter().copied();
    edges.zip(cumulative).map(move |(edge, (a, b))| Point {
        edge,
        reference: a as f64 / n,
        current: b as f64 / m,
    })
}

fn tail(reference: f64, current: f64) -> f64 {
    (current - reference).abs()
}

/// The mean of |f| where f runs straight from `start` to `end`.
fn mean_absolute(start: f64, end: f64) -> f64 {
    if start * end >= 0.0 {
        f64::midpoint(start.abs(), end.abs())
    } else {
        (start * start + end * end) / (2.0 * (start.abs() + end.abs()))
    }
}
