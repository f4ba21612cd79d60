//! Distances between the shares that two samples have in the same groups.
//!
//! Each takes counts of equal length. Where a sample counts nothing there is
//! nothing to compare, and the distance is 0.

/// The share that stands for an empty group in the population stability index.
const EMPTY_SHARE: f64 = 1e-4;

/// The population stability index, `Σ (p − q) ln(p / q)`. Symmetric. Shares below
/// 0.0001 count as 0.0001.
#[must_use]
pub fn psi(reference: &[u64], current: &[u64]) -> f64 {
    sum(reference, current, |p, q| {
        let (p, q) = (p.max(EMPTY_SHARE), q.max(EMPTY_SHARE));
        (p - q) * (p / q).ln()
    })
}

/// The Jensen–Shannon distance: the square root of the divergence in bits, from 0
/// to 1. Symmetric.
#[must_use]
pub fn jensen_shannon(reference: &[u64], current: &[u64]) -> f64 {
    let part = |p: f64, middle: f64| if p > 0.0 { p * (p / middle).log2() } else { 0.0 };
    let divergence = sum(reference, current, |p, q| {
        let middle = f64::midpoint(p, q);
        (part(p, middle) + part(q, middle)) / 2.0
    });
    divergence.max(0.0).sqrt()
}

/// The Hellinger distance, from 0 to 1. Symmetric.
#[must_use]
pub fn hellinger(reference: &[u64], current: &[u64]) -> f64 {
    (sum(reference, current, |p, q| (p.sqrt() - q.sqrt()).powi(2)) / 2.0).sqrt()
}

/// The largest difference of a share. Symmetric.
#[must_use]
pub fn l_infinity(reference: &[u64], current: &[u64]) -> f64 {
    pairs(reference, current).map(|(p, q)| (p - q).abs()).fold(0.0, f64::max)
}

/// What is left of an L∞ distance after the part that sampling explains at the
/// 0.3 % level, as SageMaker Model Monitor's `Robust` method has it.
#[must_use]
pub fn robust(l_infinity: f64, reference: u64, current: u64) -> f64 {
    let (n, m) = (reference as f64, current as f64);
    if n * m > 0.0 { (l_infinity - 1.8 * ((n + m) / (n * m)).sqrt()).max(0.0) } else { 0.0 }
}

/// Cramér's V of two samples of equal size, corrected for bias, from 0 to 1.
/// Symmetric.
///
/// Computed from shares: the plain V of counts shrinks when one sample is much
/// larger than the other, as a reference usually is, and so is no measure of
/// effect. What chance adds on average is taken off (after Bergsma): it is large
/// where levels are many.
#[must_use]
pub fn cramers_v(reference: &[u64], current: &[u64]) -> f64 {
    let divergence = sum(reference, current, |p, q| match p + q {
        0.0 => 0.0,
        both => (p - q).powi(2) / both,
    });
    (divergence / 2.0 - chance(reference, current) / 4.0).max(0.0).sqrt()
}

/// What is left of the population stability index after the part that sampling
/// explains on average. Symmetric.
#[must_use]
pub fn excess_psi(reference: &[u64], current: &[u64]) -> f64 {
    (psi(reference, current) - chance(reference, current)).max(0.0)
}

/// The mean of the index between samples of one law, `(k − 1) (1/n + 1/m)`.
fn chance(reference: &[u64], current: &[u64]) -> f64 {
    let (n, m) = (reference.iter().sum::<u64>() as f64, current.iter().sum::<u64>() as f64);
    let groups = reference.iter().zip(current).filter(|&(a, b)| a + b > 0).count();
    groups.saturating_sub(1) as f64 * (1.0 / n + 1.0 / m)
}

fn sum(reference: &[u64], current: &[u64], term: impl Fn(f64, f64) -> f64) -> f64 {
    pairs(reference, current).map(|(p, q)| term(p, q)).sum()
}

/// The shares of each group in both samples; none when a sample is empty.
fn pairs(reference: &[u64], current: &[u64]) -> impl Iterator<Item = (f64, f64)> {
    let n = reference.iter().sum::<u64>() as f64;
    let m = current.iter().sum::<u64>() as f64;
    let groups = if n * m > 0.0 { reference.len() } else { 0 };
    let counts = reference.iter().zip(current).take(groups);
    counts.map(move |(&a, &b)| (a as f64 / n, b as f64 / m))
}
