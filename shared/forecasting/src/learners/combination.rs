//! A mean of several learners' forecasts, by how each did from earlier origins: weights are
//! inverse to the squared mean squared error, `w ∝ MSE⁻²`. Bates and Granger (1969) weigh by
//! `MSE⁻¹`; Stock and Watson (1999) by powers of it. Where nothing tells of the parts, it is
//! their median (Petropoulos and Svetunkov, 2020).

use std::collections::BTreeMap;

use model_factory_tabular::order::median;
use model_factory_tabular::spec::ForecasterKind;
use serde::{Deserialize, Serialize};

/// The learners that are combined: each goes astray in its own way, and seldom two together.
pub(crate) const COMBINED: [ForecasterKind; 5] = [
    ForecasterKind::SeasonalNaive,
    ForecasterKind::SeasonalMean,
    ForecasterKind::Theta,
    ForecasterKind::Ets,
    ForecasterKind::Mstl,
];

/// The fewest models that are worth a combination.
pub(crate) const MIN_COMBINED: usize = 3;

/// How much each part of a combination counts, relative to the others; nothing where nothing
/// tells.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Weights(BTreeMap<ForecasterKind, f64>);

impl Weights {
    /// Weights by the parts' mean squared errors. A part that could not be tried, as a season
    /// was not seen yet, counts as the mean of the others.
    pub(crate) fn by_errors(errors: &BTreeMap<ForecasterKind, Option<f64>>) -> Self {
        let known = || errors.values().flatten().copied();
        let least = known().fold(f64::INFINITY, f64::min);
        if !least.is_finite() {
            return Self::default();
        }
        let weight = |error: f64| if error > least { (least / error).powi(2) } else { 1.0 };
        let mean = known().map(weight).sum::<f64>() / known().count() as f64;
        Self(errors.iter().map(|(kind, error)| (*kind, error.map_or(mean, weight))).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The learners that are combined.
    pub(crate) fn parts(&self) -> Vec<ForecasterKind> {
        if self.is_empty() { COMBINED.to_vec() } else { self.0.keys().copied().collect() }
    }

    /// One forecast of the parts', step by step.
    pub(crate) fn combine(&self, forecasts: &BTreeMap<ForecasterKind, Vec<f64>>) -> Vec<f64> {
        let of = |kind: &ForecasterKind| self.0.get(kind).copied().unwrap_or_default();
        let total: f64 = forecasts.keys().map(of).sum();
        let steps = forecasts.values().map(Vec::len).min().unwrap_or_default();
        if total <= 0.0 {
            let at = |step: usize| forecasts.values().filter_map(move |it| it.get(step)).copied();
            let median = |step| median(&mut at(step).collect::<Vec<f64>>()).unwrap_or(f64::NAN);
            return (0..steps).map(median).collect();
        }
        let mut combined = vec![0.0; steps];
        for (kind, forecast) in forecasts {
            let share = of(kind) / total;
            for (value, part) in combined.iter_mut().zip(forecast).filter(|_| share > 0.0) {
                *value += share * part;
            }
        }
        combined
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ForecasterKind::{Ets, Mstl, SeasonalMean, SeasonalNaive, Theta};

    fn combined(weights: &Weights, values: &[(ForecasterKind, f64)]) -> f64 {
        let forecasts = values.iter().map(|(kind, value)| (*kind, vec![*value])).collect();
        weights.combine(&forecasts)[0]
    }

    #[test]
    fn a_part_of_half_the_squared_error_counts_four_times() {
        let errors = [(Theta, Some(2.0)), (Ets, Some(4.0))].into();
        let weights = Weights::by_errors(&errors);
        assert_eq!(combined(&weights, &[(Theta, 10.0), (Ets, 0.0)]), 8.0);
        // A part that was not tried counts as their mean, (1 + 1/4) / 2.
        let errors = [(Theta, Some(2.0)), (Ets, Some(4.0)), (SeasonalMean, None)].into();
        let weights = Weights::by_errors(&errors);
        let found = combined(&weights, &[(Theta, 0.0), (Ets, 0.0), (SeasonalMean, 3.0)]);
        assert!((found - 1.0).abs() < 1e-12, "{found}");
        // One that cannot be fitted leaves its weight to the others.
        assert_eq!(combined(&weights, &[(Theta, 10.0), (Ets, 0.0)]), 8.0);
    }

    #[test]
    fn what_does_not_miss_counts_alone() {
        let errors = [(Theta, Some(0.0)), (Ets, Some(1.0)), (Mstl, Some(f64::INFINITY))].into();
        let weights = Weights::by_errors(&errors);
        assert_eq!(combined(&weights, &[(Theta, 5.0), (Ets, 9.0), (Mstl, f64::INFINITY)]), 5.0);
    }

    #[test]
    fn without_errors_the_median_counts() {
        let parts = [(SeasonalNaive, 1.0), (Theta, 2.0), (Ets, 4.0), (Mstl, 90.0)];
        assert_eq!(combined(&Weights::default(), &parts), 3.0);
        assert!(Weights::by_errors(&[(Theta, None)].into()).is_empty());
    }
}
