//! Several seasons, taken off by loess (Bandara, Hyndman and Bergmeir, 2021; the
//! decomposition is the crate stlrs'); what is left is smoothed exponentially.

use serde::{Deserialize, Serialize};

use super::ets::{Ets, Trend};
use crate::history::History;
use crate::setting::Setting;

/// The trends of what is left.
const TRENDS: [Trend; 3] = [Trend::None, Trend::Damped, Trend::Additive];

/// The decomposition's last seasons, and the model of the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Mstl {
    /// The last values of each season, in the order of time.
    seasons: Vec<Vec<f64>>,
    rest: Ets,
}

impl Mstl {
    /// `None` where no season is seen twice.
    pub(crate) fn fit(history: &History<'_>, setting: &Setting) -> Option<Self> {
        let values = &history.filled;
        let periods: Vec<usize> =
            setting.seasons.iter().copied().filter(|period| 2 * period <= values.len()).collect();
        if periods.is_empty() {
            return None;
        }
        let parts = stlrs::Mstl::fit(values, &periods).ok()?;
        let adjusted: Vec<f64> = parts
            .trend()
            .iter()
            .zip(parts.remainder())
            .zip(history.values)
            .map(|((trend, rest), value)| if value.is_nan() { f64::NAN } else { trend + rest })
            .collect();
        let last = |(season, period): (&Vec<f64>, &usize)| {
            season.get(season.len().saturating_sub(*period)..).unwrap_or_default().to_vec()
        };
        let seasons = parts.seasonal().iter().zip(&periods).map(last).collect();
        Some(Self { seasons, rest: Ets::best(&adjusted, 1, &TRENDS)? })
    }

    pub(crate) fn forecast(&self, steps: usize) -> Vec<f64> {
        let mut values = self.rest.forecast(steps);
        for season in &self.seasons {
            for (value, season) in values.iter_mut().zip(season.iter().cycle()) {
                *value += season;
            }
        }
        values
    }
}
