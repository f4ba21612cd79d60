//! How a version's forecasts came true.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::assessment::finite;
use super::{Forecasts, TrainingError};
use crate::forecasting::{Panel, realised};
use crate::metrics::Metric;
use crate::name::Version;

/// How forecasts came true that a version gave before the truth was known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CameTrue {
    /// The version.
    pub version: Version,
    /// Of how many series a step has become known.
    pub series: usize,
    /// How many steps have become known, at most a horizon of each series.
    pub steps: usize,
    /// How far the forecasts missed, and how often the intervals held the truth.
    pub metrics: BTreeMap<Metric, f64>,
    /// With which probability they were to hold it.
    pub coverage: f64,
}

impl CameTrue {
    /// How a champion's forecasts of what the panel knows by now came true; `None` where it
    /// knows no more than the champion.
    pub(super) fn of(panel: &Panel, champion: &Forecasts) -> Result<Option<Self>, TrainingError> {
        let realised = realised(panel, &champion.forecaster)?;
        Ok(realised.map(|realised| Self {
            version: champion.version,
            series: realised.series,
            steps: realised.evaluation.rows(),
            metrics: finite(&realised.evaluation),
            coverage: realised.probability,
        }))
    }

    pub(super) fn in_words(&self, metric: Metric) -> String {
        let of = |metric| self.metrics.get(&metric).copied().unwrap_or(f64::NAN);
        format!(
            "version {} forecast {} steps of {} series that have become known since: {metric} \
             {:.4}, and {:.1} % of them lie within its {:.0} % intervals",
            self.version,
            self.steps,
            self.series,
            of(metric),
            of(Metric::Coverage) * 100.0,
            self.coverage * 100.0
        )
    }
}
