//! Statistics of two samples of raw numbers.

use super::kolmogorov;

/// The result of a Kolmogorov–Smirnov test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KsTest {
    /// The largest distance between the two distribution functions.
    pub statistic: f64,
    /// How probable a distance as large is when both samples have one law.
    pub p_value: f64,
}

impl KsTest {
    /// The test of a distance between samples of the given sizes.
    #[must_use]
    pub fn new(statistic: f64, reference: u64, current: u64) -> Self {
        let (n, m) = (reference as f64, current as f64);
        let effective = (n * m / (n + m)).round_ties_even();
        Self { statistic, p_value: kolmogorov::survival(effective.max(0.0) as u64, statistic) }
    }
}

/// The two-sample Kolmogorov–Smirnov test, two-sided. Symmetric. Without a value
/// on either side the distance is 0.
#[must_use]
pub fn ks_two_sample(reference: &[f64], current: &[f64]) -> KsTest {
    let mut statistic = 0.0_f64;
    sweep(reference, current, |_, distance| statistic = statistic.max(distance.abs()));
    KsTest::new(statistic, reference.len() as u64, current.len() as u64)
}

/// The first Wasserstein (earth mover's) distance. Symmetric. Without a value on
/// either side it is 0.
#[must_use]
pub fn wasserstein(reference: &[f64], current: &[f64]) -> f64 {
    let mut sum = 0.0;
    sweep(reference, current, |width, distance| sum += width * distance.abs());
    sum
}

/// Calls `visit` for each distinct pooled value with the gap to the next one and
/// the difference of the two distribution functions at it.
fn sweep(reference: &[f64], current: &[f64], mut visit: impl FnMut(f64, f64)) {
    if reference.is_empty() || current.is_empty() {
        return;
    }
    let (reference, current) = (sorted(reference), sorted(current));
    let (mut seen, mut seen_current) = (0, 0);
    let mut next = first(reference.first(), current.first());
    while let Some(value) = next {
        seen += leading(reference.get(seen..), value);
        seen_current += leading(current.get(seen_current..), value);
        next = first(reference.get(seen), current.get(seen_current));
        let distance =
            seen as f64 / reference.len() as f64 - seen_current as f64 / current.len() as f64;
        visit(next.map_or(0.0, |next| next - value), distance);
    }
}

fn first(a: Option<&f64>, b: Option<&f64>) -> Option<f64> {
    a.into_iter().chain(b).copied().reduce(f64::min)
}

/// How many values at the start are `value` at most.
fn leading(values: Option<&[f64]>, value: f64) -> usize {
    values.unwrap_or_default().iter().take_while(|&&other| other <= value).count()
}

/// The quantiles at multiples of one tenth, by linear interpolation.
fn deciles(values: &[f64]) -> Vec<f64> {
    let sorted = sorted(values);
    let last = sorted.len().saturating_sub(1);
    (0..=10)
        .filter_map(|tenth| {
            let position = last as f64 * f64::from(tenth) / 10.0;
            let below = sorted.get(position.floor() as usize)?;
            let above = sorted.get(position.ceil() as usize)?;
            Some(below + (above - below) * position.fract())
        })
        .collect()
}

/// Counts of both samples between the deciles of the reference: the groups over
/// which the population stability index is usual. The outer groups are open, and
/// deciles that coincide make one edge.
#[must_use]
pub fn decile_counts(reference: &[f64], current: &[f64]) -> (Vec<u64>, Vec<u64>) {
    let mut edges = deciles(reference);
    edges.dedup();
    let inner = edges.get(1..edges.len().saturating_sub(1)).unwrap_or_default();
    let count = |values: &[f64]| {
        let mut counts = vec![0; inner.len() + 1];
        for value in values {
            if let Some(count) = counts.get_mut(inner.partition_point(|edge| edge <= value)) {
                *count += 1;
            }
        }
        counts
    };
    (count(reference), count(current))
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    values
}
