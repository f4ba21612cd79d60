//! What needs no fitting.

use serde::{Deserialize, Serialize};

use crate::history::History;
use crate::setting::Setting;

/// The values of one season ago; of a series without season the last value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SeasonalNaive {
    /// The last season, in the order of time.
    season: Vec<f64>,
}

impl SeasonalNaive {
    pub(crate) fn fit(history: &History<'_>, setting: &Setting) -> Self {
        let season = setting.shortest_season(history.len());
        let values = &history.filled;
        let season = values.get(values.len().saturating_sub(season)..).unwrap_or_default();
        Self { season: season.to_vec() }
    }

    pub(crate) fn forecast(&self, steps: usize) -> Vec<f64> {
        self.season.iter().copied().cycle().take(steps).collect()
    }
}

/// The mean of the values at the same place of every season, of the longest season that the
/// series shows once: where seasons lie within each other, as days within weeks, it has the
/// rhythm of all. It is statsforecast's `SeasonalWindowAverage` over all whole seasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SeasonalMean {
    /// The mean season, the value of the next step first.
    season: Vec<f64>,
}

impl SeasonalMean {
    /// `None` where no season is seen once.
    pub(crate) fn fit(history: &History<'_>, setting: &Setting) -> Option<Self> {
        let season = setting.longest_season(history.len())?;
        let values = &history.filled;
        let whole = values.chunks_exact(season).len();
        let latest = values.get(values.len() - whole * season..)?;
        let mean =
            |place: usize| latest.iter().skip(place).step_by(season).sum::<f64>() / whole as f64;
        Some(Self { season: (0..season).map(mean).collect() })
    }

    pub(crate) fn forecast(&self, steps: usize) -> Vec<f64> {
        self.season.iter().copied().cycle().take(steps).collect()
    }
}

/// The last value, and from there the mean step of the past.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Drift {
    last: f64,
    step: f64,
}

impl Drift {
    pub(crate) fn fit(history: &History<'_>) -> Option<Self> {
        let (first, last) = (*history.filled.first()?, *history.filled.last()?);
        let steps = history.len().checked_sub(1).filter(|steps| *steps > 0)?;
        Some(Self { last, step: (last - first) / steps as f64 })
    }

    pub(crate) fn forecast(&self, steps: usize) -> Vec<f64> {
        (1..=steps).map(|step| self.last + step as f64 * self.step).collect()
    }
}
