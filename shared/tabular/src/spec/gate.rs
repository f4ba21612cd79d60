//! `[gate]`: when a challenger becomes the champion.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{SpecError, check};

/// When a challenger replaces the champion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gate {
    /// The least improvement of the primary metric, as a share of the champion's
    /// value. Default 0.
    pub min_improvement: f64,
    /// The confidence with which the challenger must be better (paired bootstrap
    /// over the holdout's rows). Default 0.95.
    pub confidence: f64,
    /// Metrics that must not fall: how much worse than the champion's each may be,
    /// as a share of its value. Default none.
    pub guards: BTreeMap<String, f64>,
    /// The longest that one row may take, in milliseconds (median). Default: no
    /// limit.
    pub max_latency_ms: Option<f64>,
    /// The most bytes that the artifact may have. Default: no limit.
    pub max_artifact_bytes: Option<u64>,
    /// Who promotes a challenger that passes. Default `automatic`.
    pub approval: Approval,
}

/// Who promotes a challenger that passes the gate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Approval {
    /// The gate.
    #[default]
    Automatic,
    /// A person: the alias `challenger` moves to it and waits.
    Manual,
}

impl Gate {
    pub(super) fn validate(&self) -> Result<(), SpecError> {
        let share = "it must be at least 0 and below 1";
        let Self { min_improvement, confidence, .. } = *self;
        check(
            (0.0..1.0).contains(&min_improvement),
            "gate.min_improvement",
            min_improvement,
            share,
        )?;
        check(
            (0.5..1.0).contains(&confidence),
            "gate.confidence",
            confidence,
            "it must be at least 0.5 and below 1",
        )?;
        for tolerance in self.guards.values() {
            check((0.0..1.0).contains(tolerance), "gate.guards", tolerance, share)?;
        }
        let latency = self.max_latency_ms.unwrap_or(1.0);
        check(latency > 0.0, "gate.max_latency_ms", latency, "it must be above 0")
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            min_improvement: 0.0,
            confidence: 0.95,
            guards: BTreeMap::new(),
            max_latency_ms: None,
            max_artifact_bytes: None,
            approval: Approval::Automatic,
        }
    }
}
