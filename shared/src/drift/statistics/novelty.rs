//! Whether a sample has more values of unknown levels than chance explains.

use statrs::function::gamma::checked_gamma_lr;

/// The result of a test for new levels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoveltyTest {
    /// How many values of new levels the current sample has.
    pub found: u64,
    /// How many are to be expected of a sample of the same law: rare levels are seen
    /// by one sample only.
    pub expected: f64,
    /// The difference in standard deviations.
    pub statistic: f64,
    /// How probable as many are when both samples have one law.
    pub p_value: f64,
}

/// Tests how many numbers of a current sample lie below, and how many above, all `n`
/// of the reference.
///
/// Were all `n + m` numbers shuffled, the `k` largest would be of the current sample
/// with the probability `Π (m − i) / (n + m − i)` (Rosenbaum, *Tables for a
/// nonparametric test of location*, 1954). The p-value is twice that of the rarer side;
/// ties make it larger than it need be.
#[must_use]
pub fn exceedance(n: u64, m: u64, below: u64, above: u64) -> NoveltyTest {
    let found = below + above;
    let p_value = (0..below.max(above))
        .map(|i| m.saturating_sub(i) as f64 / (n + m).saturating_sub(i).max(1) as f64)
        .try_fold(2.0, |tail: f64, factor| {
            // So rare that it makes no difference how much rarer.
            if tail > f64::MIN_POSITIVE { Ok(tail * factor) } else { Err(tail) }
        })
        .unwrap_or_else(|tail| tail)
        .min(1.0);
    let expected = 2.0 * m as f64 / (n + 1) as f64;
    NoveltyTest { found, expected, statistic: found as f64, p_value }
}

/// Tests the number of values whose level has a reference count of 0. A level is
/// given as its counts in the reference and in the current sample.
///
/// Were the rows of both samples shuffled, a level with `t` rows would fall into
/// the current sample altogether with the probability `πᵗ`, where `π` is that
/// sample's share of all rows. The number of values of such levels is close to a
/// Poisson number, scaled to have the variance that follows.
pub fn novelty(levels: impl Iterator<Item = (u64, u64)> + Clone) -> NoveltyTest {
    let (n, m) = levels.clone().fold((0, 0), |sum, level| (sum.0 + level.0, sum.1 + level.1));
    let share = m as f64 / (n + m) as f64;
    let (mut found, mut expected, mut variance) = (0, 0.0, 0.0);
    for (reference, current) in levels {
        let total = (reference + current) as f64;
        let all_current = share.powf(total);
        expected += total * all_current;
        variance += total * total * all_current * (1.0 - all_current);
        if reference == 0 {
            found += current;
        }
    }
    let scale = variance / expected;
    let tail = checked_gamma_lr(found as f64 / scale, expected / scale);
    let (Ok(p_value), true) = (tail, variance > 0.0 && found > 0) else {
        // Nothing was found, or one side is empty: nothing is surprising.
        return NoveltyTest { found, expected, statistic: 0.0, p_value: 1.0 };
    };
    NoveltyTest { found, expected, statistic: (found as f64 - expected) / variance.sqrt(), p_value }
}
