//! `[anomaly]`: what counts as an anomaly.

use serde::{Deserialize, Serialize};

use super::{SpecError, check};

/// What counts as an anomaly, and how it is looked for; the names are scikit-learn's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Anomaly {
    /// The share of training rows that are anomalies. Default `auto`: each detector's own
    /// threshold.
    pub contamination: Contamination,
    /// The number of trees of an isolation forest, at least 1. Default 100.
    pub n_estimators: usize,
    /// The rows that each tree is grown from, at least 2. Default 256, all of fewer.
    pub max_samples: usize,
    /// From which modified z-score on the robust detector takes a value for an anomaly,
    /// unless `contamination` is a share. Default 3.5.
    pub threshold: f64,
}

/// The share of training rows that are anomalies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Contamination {
    /// This share, above 0 and at most 0.5.
    Share(f64),
    /// A rule by its name.
    Named(NamedContamination),
}

/// The rules for the share of anomalies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NamedContamination {
    /// Each detector's own threshold.
    Auto,
}

impl Contamination {
    /// Each detector's own threshold.
    pub const AUTO: Self = Self::Named(NamedContamination::Auto);

    /// The share, where one is given.
    #[must_use]
    pub fn share(self) -> Option<f64> {
        match self {
            Self::Share(share) => Some(share),
            Self::Named(NamedContamination::Auto) => None,
        }
    }
}

impl Anomaly {
    pub(super) fn validate(&self) -> Result<(), SpecError> {
        let share = self.contamination.share().unwrap_or(0.5);
        let key = "anomaly.contamination";
        check(share > 0.0 && share <= 0.5, key, share, "it must be above 0 and at most 0.5")?;
        let trees = self.n_estimators;
        let key = "anomaly.n_estimators";
        check((1..=10_000).contains(&trees), key, trees, "it must be 1 to 10000")?;
        let rows = self.max_samples;
        let rule = "it must be 2 to 65536";
        check((2..=65_536).contains(&rows), "anomaly.max_samples", rows, rule)?;
        let threshold = self.threshold;
        let above = threshold > 0.0 && threshold.is_finite();
        check(above, "anomaly.threshold", threshold, "it must be above 0")
    }
}

impl Default for Anomaly {
    fn default() -> Self {
        Self {
            contamination: Contamination::AUTO,
            n_estimators: 100,
            max_samples: 256,
            threshold: 3.5,
        }
    }
}
