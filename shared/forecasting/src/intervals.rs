//! Prediction intervals from the errors of earlier forecasts: split conformal prediction
//! (Lei et al., 2018), with errors scaled by step (locally weighted).
//!
//! The errors of one forecast share their cause, so that it is the number of forecasts, not
//! of steps, that tells how well a scale is known. Scales are widened by `√(1 + 1/n)` of `n`
//! forecasts, as the interval of one more value beside the mean of `n` normal ones is.

use serde::{Deserialize, Serialize};

/// How far forecasts miss: by step, and how often by how much of that.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The root mean squared error of each step ahead, smoothed over its neighbours, and
    /// widened as it is known from few forecasts.
    scales: Vec<f64>,
    /// Quantiles of the absolute errors as multiples of their step's scale, at
    /// [`LEVELS`] + 1 levels from 0 to 1.
    ratios: Vec<f64>,
}

/// The number of levels is one more.
const LEVELS: usize = 40;

/// Over how many steps a scale is smoothed on either side, as a share of all.
const NEIGHBOURS: f64 = 1.0 / 12.0;

impl Spread {
    /// The spread of errors: each forecast's, by step ahead; `NaN` where the truth is
    /// missing. Nothing without errors.
    pub(crate) fn of(errors: &[Vec<f64>]) -> Self {
        let steps = errors.iter().map(Vec::len).max().unwrap_or_default();
        let squares: Vec<(f64, f64)> = (0..steps)
            .map(|step| {
                let there = errors.iter().filter_map(|it| it.get(step)).filter(|it| !it.is_nan());
                there.fold((0.0, 0.0), |(sum, count), error| (sum + error * error, count + 1.0))
            })
            .collect();
        let reach = (steps as f64 * NEIGHBOURS).ceil() as usize;
        let scales: Vec<f64> = (0..steps)
            .map(|step| {
                let around = squares.get(step.saturating_sub(reach)..(step + reach + 1).min(steps));
                let (sum, count) = around
                    .unwrap_or_default()
                    .iter()
                    .fold((0.0, 0.0), |(sum, count), (other, more)| (sum + other, count + more));
                (sum / f64::max(count, 1.0)).sqrt()
            })
            .collect();
        let mut ratios: Vec<f64> = errors
            .iter()
            .flat_map(|errors| errors.iter().zip(&scales))
            .filter(|(error, scale)| !error.is_nan() && **scale > 0.0)
            .map(|(error, scale)| error.abs() / scale)
            .collect();
        ratios.sort_unstable_by(f64::total_cmp);
        let widening = (1.0 + 1.0 / errors.len().max(1) as f64).sqrt();
        let scales = scales.into_iter().map(|scale| rounded(widening * scale)).collect();
        Self { scales, ratios: quantiles(&ratios) }
    }

    /// How far from its forecast the truth lies at most, with the given probability, so
    /// many steps ahead (from 1); 0 where nothing is known. Beyond the steps that were
    /// measured it grows with the square root of the steps, as the error of a random walk.
    #[must_use]
    pub fn radius(&self, step: usize, probability: f64) -> f64 {
        let measured = self.scales.len();
        let Some(last) = self.scales.last() else { return 0.0 };
        let scale = match step.checked_sub(1).and_then(|at| self.scales.get(at)) {
            Some(scale) => *scale,
            None => last * (step as f64 / measured as f64).sqrt(),
        };
        let place = probability.clamp(0.0, 1.0) * LEVELS as f64;
        let at = |level: f64| self.ratios.get(level as usize).copied().unwrap_or_default();
        let (low, high) = (at(place.floor()), at(place.ceil()));
        scale * (low + (high - low) * place.fract())
    }

    /// How far the quantile lies from the forecast.
    #[must_use]
    pub fn offset(&self, step: usize, quantile: f64) -> f64 {
        let away = 2.0 * quantile - 1.0;
        away.signum() * self.radius(step, away.abs())
    }
}

/// The conformal quantiles of `n` sorted values: at level `p` the ⌈(n + 1) p⌉-th.
fn quantiles(sorted: &[f64]) -> Vec<f64> {
    let Some(last) = sorted.last() else { return Vec::new() };
    (0..=LEVELS)
        .map(|level| {
            let rank = (sorted.len() + 1) as f64 * level as f64 / LEVELS as f64;
            let value = match (rank.ceil() as usize).checked_sub(1) {
                None => 0.0,
                Some(place) => *sorted.get(place).unwrap_or(last),
            };
            rounded(value)
        })
        .collect()
}

/// The number with six digits: more would be noise, and take place.
fn rounded(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_radius_covers_as_often_as_it_says() {
        let random = &mut fastrand::Rng::with_seed(7);
        // Errors that grow with the step, uniform within ± step.
        let mut errors = |count: usize| -> Vec<Vec<f64>> {
            (0..count)
                .map(|_| {
                    (1..=24).map(|step| f64::from(step) * (2.0 * random.f64() - 1.0)).collect()
                })
                .collect()
        };
        let spread = Spread::of(&errors(40));
        let fresh = errors(400);
        for probability in [0.5, 0.8, 0.95] {
            let all = fresh.iter().flat_map(|errors| (1..).zip(errors));
            let within =
                all.filter(|(step, error)| error.abs() <= spread.radius(*step, probability));
            let share = within.count() as f64 / (400.0 * 24.0);
            assert!((share - probability).abs() < 0.03, "{share} for {probability}");
        }
        assert!(spread.radius(24, 0.8) > 4.0 * spread.radius(2, 0.8));
        assert!((spread.radius(96, 0.8) / spread.radius(24, 0.8) - 2.0).abs() < 1e-9);
        assert_eq!(spread.offset(3, 0.5), 0.0);
        assert_eq!(spread.offset(3, 0.1), -spread.offset(3, 0.9));
    }

    #[test]
    fn few_forecasts_widen_it() {
        let radius = |count: usize| Spread::of(&vec![vec![1.0, -1.0]; count]).radius(1, 0.8);
        assert!((radius(1) - 2_f64.sqrt()).abs() < 1e-4);
        assert!((radius(4) - 1.25_f64.sqrt()).abs() < 1e-4);
    }

    #[test]
    fn without_errors_nothing_is_known() {
        assert_eq!(Spread::of(&[]).radius(3, 0.9), 0.0);
        assert_eq!(Spread::of(&[vec![f64::NAN]]).radius(1, 0.9), 0.0);
    }
}
