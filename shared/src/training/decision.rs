//! What the gate decides, and why.

use serde::{Deserialize, Serialize};

use crate::metrics::Metric;
use crate::name::Version;

/// The gate's decision, with all that it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Whether the challenger may become the champion.
    pub passed: bool,
    /// Whether it becomes the champion now.
    pub promoted: bool,
    /// Whether a person has to promote it.
    pub awaits_approval: bool,
    /// Why, in words.
    pub reasons: Vec<String>,
    /// The challenger's score on the holdout, or on those rows of it that the champion has
    /// not been trained on either; `None` when the rows do not define one.
    pub challenger: Option<f64>,
    /// The champion's version; `None` when there is none.
    pub champion_version: Option<Version>,
    /// The champion's score on the same rows; `None` when it has none.
    pub champion: Option<f64>,
    /// The share of resamples in which the challenger is better by enough.
    pub confidence: Option<f64>,
    /// The guarded metrics; empty without a champion to compare with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<Guard>,
}

/// What came of a guarded metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Guard {
    /// The metric.
    pub metric: Metric,
    /// The challenger's value; `None` when the holdout does not define it.
    pub challenger: Option<f64>,
    /// The champion's value, likewise.
    pub champion: Option<f64>,
    /// By which share of the champion's value it may be worse.
    pub tolerance: f64,
    /// Whether it is not worse than that.
    pub holds: bool,
}

impl Decision {
    /// A decision that nothing speaks against yet.
    pub(super) fn open(challenger: Option<f64>, champion: Option<Version>) -> Self {
        Self {
            passed: true,
            promoted: false,
            awaits_approval: false,
            reasons: Vec::new(),
            challenger,
            champion_version: champion,
            champion: None,
            confidence: None,
            guards: Vec::new(),
        }
    }

    pub(super) fn demand(&mut self, holds: bool, reason: String) {
        self.passed &= holds;
        self.reasons.push(reason);
    }

    pub(super) fn refuse(&mut self, reason: String) {
        self.demand(false, reason);
    }
}
