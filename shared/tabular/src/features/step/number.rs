//! Numbers: filled, transformed and scaled.

use serde::{Deserialize, Serialize};

use super::quantile_map::QuantileMap;
use crate::features::matrix::{Block, Element};
use crate::order;
use crate::spec::{Impute, Scale, Transform};

/// `(transform(value, or the fill where it is missing) − center) / scale`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::features) struct Number {
    /// `None`: what is missing stays so.
    fill: Option<f64>,
    transform: FittedTransform,
    center: f64,
    scale: f64,
    /// Whether a second feature tells that the value was missing.
    indicator: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FittedTransform {
    None,
    Log,
    Quantile(QuantileMap),
}

/// What is to be done to numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::features) struct NumberPlan {
    pub(in crate::features) impute: Impute,
    /// The fill of `Impute::Constant`.
    pub(in crate::features) constant: f64,
    /// `None`: where numbers are filled and some were missing.
    pub(in crate::features) indicator: Option<bool>,
    pub(in crate::features) transform: Transform,
    /// `Scale::L2` is done to whole rows, by the pipeline.
    pub(in crate::features) scale: Scale,
}

impl Number {
    /// Numbers as they are.
    pub(in crate::features) fn unchanged() -> Self {
        Self {
            fill: None,
            transform: FittedTransform::None,
            center: 0.0,
            scale: 1.0,
            indicator: false,
        }
    }

    /// `None` when no number is present to fit to, or they are too large to be scaled.
    pub(in crate::features) fn fit(plan: NumberPlan, values: &[f64]) -> Option<Self> {
        let present = || values.iter().copied().filter(|value| !value.is_nan());
        let sorted = || {
            let mut sorted: Vec<f64> = present().collect();
            sorted.sort_unstable_by(f64::total_cmp);
            sorted
        };
        let fill = match plan.impute {
            Impute::None => None,
            Impute::Constant => Some(plan.constant),
            Impute::Mean => Some(order::moments(present()).0).filter(|mean| mean.is_finite()),
            Impute::Median => order::median(&mut present().collect::<Vec<f64>>()),
            Impute::MostFrequent => order::most_frequent(&sorted()),
        };
        if fill.is_none() && (plan.impute != Impute::None || present().next().is_none()) {
            return None;
        }
        let missing = values.iter().any(|value| value.is_nan());
        let indicator = plan.indicator.unwrap_or(fill.is_some() && missing);
        let mut number = Self { fill, indicator, ..Self::unchanged() };
        number.transform = match plan.transform {
            Transform::None => FittedTransform::None,
            Transform::Log => FittedTransform::Log,
            Transform::Quantile | Transform::QuantileNormal => {
                let mut filled = number.all(values);
                filled.sort_unstable_by(f64::total_cmp);
                let normal = plan.transform == Transform::QuantileNormal;
                FittedTransform::Quantile(QuantileMap::fit(&filled, normal))
            }
        };
        if !matches!(plan.scale, Scale::None | Scale::L2) {
            (number.center, number.scale) = scaling(plan.scale, number.all(values))?;
        }
        Some(number)
    }

    /// The feature of a value.
    #[inline]
    pub(super) fn apply(&self, value: f64) -> f64 {
        let value = match self.fill {
            Some(fill) if value.is_nan() => fill,
            _ => value,
        };
        let value = match &self.transform {
            FittedTransform::None => value,
            FittedTransform::Log => value.abs().ln_1p().copysign(value),
            FittedTransform::Quantile(map) => map.apply(value),
        };
        (value - self.center) / self.scale
    }

    /// One, and one more with the indicator.
    pub(super) fn width(&self) -> usize {
        1 + usize::from(self.indicator)
    }

    pub(super) fn names(&self, column: &str) -> Vec<String> {
        let indicator = self.indicator.then(|| format!("is_missing({column})"));
        std::iter::once(column.to_owned()).chain(indicator).collect()
    }

    /// Whether nothing is missing after it.
    pub(super) fn fills(&self) -> bool {
        self.fill.is_some()
    }

    /// Writes the features of the values, from column `offset` on.
    #[inline]
    pub(super) fn write<T: Element>(
        &self,
        values: impl Iterator<Item = f64> + Clone,
        block: &mut Block<'_, T>,
        offset: usize,
    ) {
        if self.is_identity() {
            block.fill(offset, values.clone());
        } else {
            block.fill(offset, values.clone().map(|value| self.apply(value)));
        }
        if self.indicator {
            let missing = values.map(|value| f64::from(u8::from(value.is_nan())));
            block.fill(offset + 1, missing);
        }
    }

    /// Whether it leaves every value as it is.
    fn is_identity(&self) -> bool {
        self.fill.is_none()
            && self.transform == FittedTransform::None
            && self.center == 0.0
            && self.scale == 1.0
    }

    /// The features that are not missing.
    fn all(&self, values: &[f64]) -> Vec<f64> {
        values.iter().map(|&value| self.apply(value)).filter(|value| !value.is_nan()).collect()
    }
}

/// Center and scale of numbers, as scikit-learn's StandardScaler, MinMaxScaler and
/// RobustScaler fit them, or Spark's StandardScaler: a constant column is only centred. `None`
/// when the numbers are too large for it.
fn scaling(scale: Scale, mut values: Vec<f64>) -> Option<(f64, f64)> {
    let (center, spread) = match scale {
        Scale::Standard => {
            let (mean, variance) = order::moments(values.iter().copied());
            // What rounding makes of a constant column is no spread.
            let count = values.len() as f64;
            let noise = count * f64::EPSILON * variance + (count * mean * f64::EPSILON).powi(2);
            let constant = variance.is_finite() && variance <= noise;
            (mean, if constant { 0.0 } else { variance.sqrt() })
        }
        Scale::MinMax => {
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            (least, most - least)
        }
        Scale::Robust => {
            values.sort_unstable_by(f64::total_cmp);
            let at = |share| order::quantile(&values, share);
            (at(0.5), at(0.75) - at(0.25))
        }
        Scale::Deviation => {
            let (_, variance) = order::moments(values.iter().copied());
            let count = values.len() as f64;
            (0.0, (variance * count / (count - 1.0).max(1.0)).sqrt())
        }
        Scale::None | Scale::L2 => (0.0, 1.0),
    };
    let scale = if spread > 0.0 { spread } else { 1.0 };
    (center.is_finite() && spread.is_finite()).then_some((center, scale))
}
