//! Tests on counts.

use statrs::distribution::{ChiSquared, ContinuousCDF};
use statrs::function::erf::erfc;

/// The least expected count under which the χ² limit is trusted (Cochran's rule).
const LEAST_EXPECTED: f64 = 5.0;

/// The result of a χ² test of two samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquaredTest {
    /// Pearson's statistic.
    pub statistic: f64,
    /// The number of groups that occur, less one.
    pub degrees_of_freedom: u64,
    /// How probable a statistic as large is when both samples have one law.
    pub p_value: f64,
}

/// The result of a test of two shares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProportionTest {
    /// The difference in standard errors; positive when the current share is larger.
    pub statistic: f64,
    /// How probable a difference as large is, in either direction, by accident.
    pub p_value: f64,
}

/// Pearson's χ² test of homogeneity, without continuity correction. Groups that
/// neither sample has are left out. Symmetric.
#[must_use]
pub fn chi_squared(reference: &[u64], current: &[u64]) -> ChiSquaredTest {
    let n = reference.iter().sum::<u64>() as f64;
    let m = current.iter().sum::<u64>() as f64;
    let groups = reference.iter().zip(current).filter(|&(&a, &b)| a + b > 0);
    let degrees_of_freedom = (groups.clone().count() as u64).saturating_sub(1);
    let freedom = ChiSquared::new(degrees_of_freedom as f64);
    let (Ok(distribution), true) = (freedom, n * m > 0.0) else {
        return ChiSquaredTest { statistic: 0.0, degrees_of_freedom: 0, p_value: 1.0 };
    };
    // For two samples, Σ (observed − expected)² / expected comes down to this.
    let statistic =
        groups.map(|(&a, &b)| (a as f64 * m - b as f64 * n).powi(2) / (a + b) as f64).sum::<f64>()
            / (n * m);
    let p_value = if statistic > 0.0 { distribution.sf(statistic) } else { 1.0 };
    ChiSquaredTest { statistic, degrees_of_freedom, p_value }
}

/// Joins groups whose expected count in either sample is below 5, so that the χ²
/// limit holds; `rest` is joined with them in any case. A group is given as its
/// counts in the reference and in the current sample. The choice depends on both
/// samples alike, or it would bias the test.
#[must_use]
pub fn pool_rare(
    groups: impl Iterator<Item = (u64, u64)> + Clone,
    rest: (u64, u64),
) -> (Vec<u64>, Vec<u64>) {
    let add = |a: (u64, u64), b: (u64, u64)| (a.0 + b.0, a.1 + b.1);
    let (n, m) = groups.clone().fold(rest, add);
    let smaller_share = n.min(m) as f64 / (n + m).max(1) as f64;
    let is_rare =
        |group: &(u64, u64)| smaller_share * ((group.0 + group.1) as f64) < LEAST_EXPECTED;
    let (rare, mut kept): (Vec<_>, Vec<_>) = groups.partition(is_rare);
    let pooled = rare.into_iter().fold(rest, add);
    if is_rare(&pooled) {
        if let Some(least) = kept.iter_mut().min_by_key(|group| group.0 + group.1) {
            *least = add(*least, pooled);
        }
    } else {
        kept.push(pooled);
    }
    kept.into_iter().unzip()
}

/// The z test of two shares with a pooled standard error and Yates' continuity
/// correction, two-sided: hits and total of the reference and of the current sample.
#[must_use]
pub fn two_proportions(reference: (u64, u64), current: (u64, u64)) -> ProportionTest {
    let (n, m) = (reference.1 as f64, current.1 as f64);
    let pooled = (reference.0 + current.0) as f64 / (n + m);
    let per_row = 1.0 / n + 1.0 / m;
    let error = (pooled * (1.0 - pooled) * per_row).sqrt();
    // Also where nothing was counted, and the error is not a number.
    if !(error > 0.0 && error.is_finite()) {
        return ProportionTest { statistic: 0.0, p_value: 1.0 };
    }
    let difference = current.0 as f64 / m - reference.0 as f64 / n;
    let statistic = (difference.abs() - per_row / 2.0).max(0.0).copysign(difference) / error;
    ProportionTest { statistic, p_value: erfc(statistic.abs() / std::f64::consts::SQRT_2) }
}
