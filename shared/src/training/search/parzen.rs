//! The density of some trials in a space: a Parzen estimator with a kernel at each trial
//! and a wide one over the whole space.
//!
//! Bergstra, Bardenet, Bengio & Kégl, *Algorithms for Hyper-Parameter Optimization*,
//! NIPS 2011. Kernels span all hyper-parameters at once, with Scott's bandwidth and the
//! least bandwidth that Watanabe, *Tree-Structured Parzen Estimator: Understanding Its
//! Algorithm Components*, 2023, finds to work best.

use statrs::distribution::{Continuous, ContinuousCDF, Normal};

use super::range::Range;

/// The bandwidth of one trial in one dimension, as a share of the range, as in Optuna.
const BANDWIDTH: f64 = 0.2;

/// The least bandwidth as a share of the range.
const LEAST_BANDWIDTH: f64 = 0.03;

/// How much of a choice's kernel the other choices share when there is one trial.
const SPREAD: f64 = 0.5;

/// A density: a mixture of equally likely kernels.
#[derive(Debug)]
pub(super) struct Density {
    kernels: Vec<Vec<Kernel>>,
}

/// A kernel in one dimension.
#[derive(Debug)]
enum Kernel {
    /// A Gaussian truncated to the range.
    Number { normal: Normal, low: f64, high: f64 },
    /// The probability of each choice.
    Choice(Vec<f64>),
}

impl Density {
    /// The density of trials at the given positions, each with one for each range; `None`
    /// where a trial has no value in the range.
    pub(super) fn of(ranges: &[&Range], trials: &[Vec<Option<f64>>]) -> Self {
        let dimensions = ranges.len() as f64;
        let shrunk = (trials.len().max(1) as f64).powf(-1.0 / (dimensions + 4.0));
        let kernel = |trial: &Vec<Option<f64>>| {
            let positions = trial.iter().zip(ranges);
            positions
                .map(|(position, range)| match position {
                    Some(position) => Kernel::at(range, *position, shrunk),
                    None => Kernel::prior(range),
                })
                .collect()
        };
        let prior = ranges.iter().map(|range| Kernel::prior(range)).collect();
        Self { kernels: trials.iter().map(kernel).chain([prior]).collect() }
    }

    /// A draw from the density: a position for each range.
    pub(super) fn draw(&self, random: &mut fastrand::Rng) -> Vec<f64> {
        let kernel = self.kernels.get(random.usize(..self.kernels.len().max(1)));
        kernel.into_iter().flatten().map(|kernel| kernel.draw(random)).collect()
    }

    /// The logarithm of the density at a position, up to a constant.
    pub(super) fn log(&self, at: &[f64]) -> f64 {
        let logs: Vec<f64> = self
            .kernels
            .iter()
            .map(|kernel| kernel.iter().zip(at).map(|(kernel, &at)| kernel.log(at)).sum())
            .collect();
        let highest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = logs.iter().map(|log| (log - highest).exp()).sum();
        highest + (sum / logs.len() as f64).ln()
    }
}

impl Kernel {
    /// Around a position. `shrunk` is 1 for one trial, and less for more.
    fn at(range: &Range, position: f64, shrunk: f64) -> Self {
        match range {
            Range::Choice(choices) => {
                let others = SPREAD * shrunk / choices.len().max(1) as f64;
                let share = |choice| {
                    let own = if choice == position as usize { 1.0 - SPREAD * shrunk } else { 0.0 };
                    own + others
                };
                Self::Choice((0..choices.len()).map(share).collect())
            }
            _ => Self::normal(range, position, (BANDWIDTH * shrunk).max(LEAST_BANDWIDTH)),
        }
    }

    /// Over the whole range.
    fn prior(range: &Range) -> Self {
        let (low, high) = range.bounds();
        match range {
            Range::Choice(choices) => {
                Self::Choice(vec![1.0 / choices.len().max(1) as f64; choices.len()])
            }
            _ => Self::normal(range, f64::midpoint(low, high), 1.0),
        }
    }

    fn normal(range: &Range, mean: f64, share: f64) -> Self {
        let (low, high) = range.bounds();
        // A range of one value has no width.
        let deviation = (share * (high - low)).max(f64::MIN_POSITIVE);
        Self::Number { normal: Normal::new(mean, deviation).unwrap_or_default(), low, high }
    }

    fn draw(&self, random: &mut fastrand::Rng) -> f64 {
        match self {
            Self::Choice(shares) => {
                let mut left = random.f64();
                let last = shares.len().saturating_sub(1);
                let chosen = shares.iter().position(|share| {
                    left -= share;
                    left < 0.0
                });
                chosen.unwrap_or(last) as f64
            }
            Self::Number { normal, low, high } => {
                let (below, above) = (normal.cdf(*low), normal.cdf(*high));
                normal.inverse_cdf(below + random.f64() * (above - below)).clamp(*low, *high)
            }
        }
    }

    fn log(&self, at: f64) -> f64 {
        match self {
            Self::Choice(shares) => shares.get(at as usize).copied().unwrap_or(0.0).ln(),
            Self::Number { normal, low, high } => {
                normal.ln_pdf(at) - (normal.cdf(*high) - normal.cdf(*low)).ln()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_density_sums_to_one_and_its_draws_follow_it() {
        let range = Range::Linear(0.0, 10.0);
        let trials = [2.0, 2.5, 9.0].map(|at| vec![Some(at)]);
        let density = Density::of(&[&range], &trials);
        let step = 0.01;
        let mass = |from: f64, to: f64| {
            let steps = ((to - from) / step) as usize;
            let at = |n: usize| from + (n as f64 + 0.5) * step;
            (0..steps).map(|n| density.log(&[at(n)]).exp() * step).sum::<f64>()
        };
        assert!((mass(0.0, 10.0) - 1.0).abs() < 1e-3, "{}", mass(0.0, 10.0));
        let mut random = fastrand::Rng::with_seed(3);
        let draws: Vec<f64> = (0..4_000).map(|_| density.draw(&mut random)[0]).collect();
        assert!(draws.iter().all(|at| (0.0..=10.0).contains(at)));
        let share = draws.iter().filter(|&&at| at < 4.0).count() as f64 / 4_000.0;
        assert!((share - mass(0.0, 4.0)).abs() < 0.03, "{share} drawn, {}", mass(0.0, 4.0));
    }

    #[test]
    fn choices_are_likelier_the_more_frequent_they_were_and_none_is_impossible() {
        let range = Range::choice(["a", "b", "c"]);
        let trials = [Some(0.0), Some(0.0), Some(1.0), None].map(|at| vec![at]);
        let density = Density::of(&[&range], &trials);
        let share = |at| density.log(&[at]).exp();
        assert!((share(0.0) + share(1.0) + share(2.0) - 1.0).abs() < 1e-12);
        assert!(share(0.0) > share(1.0) && share(1.0) > share(2.0) && share(2.0) > 0.0);
        let mut random = fastrand::Rng::with_seed(3);
        let first = (0..3_000).filter(|_| density.draw(&mut random)[0] == 0.0).count();
        assert!((first as f64 / 3_000.0 - share(0.0)).abs() < 0.04);
    }
}
