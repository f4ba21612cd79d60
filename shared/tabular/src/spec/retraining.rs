//! `[drift.retraining]`: when drift is reason enough to train again.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{Duration, SpecError, check};

/// When drift asks for a retraining by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retraining {
    /// Whether it ever does. Default `true`; otherwise people decide.
    pub automatic: bool,
    /// In how many of the last windows there must have been drift, this one counted.
    /// Default 1.
    pub drifted: u32,
    /// How many windows are looked at; those without a verdict do not count. Default 1.
    pub of: u32,
    /// The least time from one retraining for drift to the next. Default `6h`.
    pub cool_down: Duration,
    /// The most retrainings for drift within 24 hours. Default 2.
    pub per_day: u32,
}

impl Default for Retraining {
    fn default() -> Self {
        Self {
            automatic: true,
            drifted: 1,
            of: 1,
            cool_down: Duration::from(SignedDuration::from_hours(6)),
            per_day: 2,
        }
    }
}

impl Retraining {
    pub(super) fn validate(&self) -> Result<(), SpecError> {
        let Self { drifted, of, per_day, .. } = *self;
        let rule = "it must be at least 1 and at most 100";
        check((1..=100).contains(&of), "drift.retraining.of", of, rule)?;
        check(
            (1..=of).contains(&drifted),
            "drift.retraining.drifted",
            drifted,
            "it must be at least 1 and at most `drift.retraining.of`",
        )?;
        check(
            per_day > 0,
            "drift.retraining.per_day",
            per_day,
            "it must be at least 1: `automatic = false` leaves retraining to people",
        )
    }
}
