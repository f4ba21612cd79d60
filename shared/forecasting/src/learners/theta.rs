//! The Theta method (Assimakopoulos and Nikolopoulos, 2000) as Hyndman and Billah (2003)
//! have shown it to be: simple exponential smoothing with a drift of half the slope of the
//! line through the series, on the seasonally adjusted series.

use serde::{Deserialize, Serialize};

use super::ets::{Ets, Trend, line, seasonal_indices};
use crate::history::History;
use crate::setting::Setting;

/// The 95 % quantile of the standard normal distribution: the level of the test for a
/// season.
const SEASONAL: f64 = 1.645;

/// The method after its last step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Theta {
    level: f64,
    /// Half of the slope.
    drift: f64,
    /// How far the drift is ahead of the level, in steps.
    ahead: f64,
    /// The season, the value of the next step first; empty without one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    season: Vec<f64>,
    /// Whether the season multiplies.
    multiplicative: bool,
}

impl Theta {
    /// `None` for fewer than four observations.
    pub(crate) fn fit(history: &History<'_>, setting: &Setting) -> Option<Self> {
        let values = &history.filled;
        let season = setting.shortest_season(values.len());
        let multiplicative = values.iter().all(|value| *value > 0.0);
        let indices = match season > 1 && is_seasonal(values, season) {
            true => seasonal_indices(values, season, multiplicative),
            false => Vec::new(),
        };
        let neutral = if multiplicative { 1.0 } else { 0.0 };
        let indices_of = || indices.iter().copied().cycle().chain(std::iter::repeat(neutral));
        let adjust = |value: f64, index: f64| match multiplicative {
            true => value / index,
            false => value - index,
        };
        let adjusted: Vec<f64> =
            values.iter().zip(indices_of()).map(|(value, index)| adjust(*value, index)).collect();
        let observed: Vec<f64> = adjusted
            .iter()
            .zip(history.values)
            .map(|(adjusted, value)| if value.is_nan() { f64::NAN } else { *adjusted })
            .collect();
        let (Ets { alpha, level, .. }, _) = Ets::fit(&observed, 1, Trend::None)?;
        let (_, slope) = line(&adjusted);
        let ahead = (1.0 - (1.0 - alpha).powf(adjusted.len() as f64)) / alpha - 1.0;
        let mut season = indices;
        if !season.is_empty() {
            let place = values.len() % season.len();
            season.rotate_left(place);
        }
        Some(Self { level, drift: slope / 2.0, ahead, season, multiplicative })
    }

    pub(crate) fn forecast(&self, steps: usize) -> Vec<f64> {
        let neutral = if self.multiplicative { 1.0 } else { 0.0 };
        let season = self.season.iter().copied().cycle().chain(std::iter::repeat(neutral));
        (1..=steps)
            .zip(season)
            .map(|(step, season)| {
                let value = self.level + self.drift * (step as f64 + self.ahead);
                if self.multiplicative { value * season } else { value + season }
            })
            .collect()
    }
}

/// Whether the autocorrelation a season apart is more than that of nearer steps explains
/// (Fiorucci et al., 2016).
fn is_seasonal(values: &[f64], season: usize) -> bool {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let product = |lag: usize| {
        let pairs = values.iter().zip(values.iter().skip(lag));
        pairs.map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>()
    };
    let variance = product(0);
    let correlation = |lag: usize| product(lag) / variance;
    let nearer: f64 = (1..season).map(|lag| correlation(lag).powi(2)).sum();
    let limit = SEASONAL * ((1.0 + 2.0 * nearer) / count).sqrt();
    variance > 0.0 && correlation(season).abs() > limit
}
