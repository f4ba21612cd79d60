//! The drift detection method.

use serde::{Deserialize, Serialize};

/// So many errors are seen before any alarm.
const WARM_START: u64 = 30;

/// Standard deviations above the best rate from which it warns.
const WARNING: f64 = 2.0;

/// Standard deviations above the best rate that are drift.
const DRIFT: f64 = 3.0;

/// The state of DDM (Gama et al., *Learning with drift detection*, 2004) on a stream of
/// wrong (1) and right (0) answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Ddm {
    /// Answers since the last alarm.
    count: u64,
    /// The share of wrong ones.
    rate: f64,
    /// The rate and its standard deviation when their sum was least.
    best: Option<(f64, f64)>,
    warning: bool,
    drift: bool,
}

impl Ddm {
    /// Takes an answer in, and tells whether the errors have become more.
    pub fn update(&mut self, wrong: bool) -> bool {
        if self.drift {
            *self = Self::default();
        }
        self.count += 1;
        let count = self.count as f64;
        self.rate += 1.0 / count * (f64::from(u8::from(wrong)) - self.rate);
        let rate = self.rate;
        let deviation = (rate * (1.0 - rate) / count).max(0.0).sqrt();
        if self.count > WARM_START {
            let (least_rate, least_deviation) = match self.best {
                Some((least, spread)) if rate + deviation > least + spread => (least, spread),
                _ => (rate, deviation),
            };
            self.best = Some((least_rate, least_deviation));
            let beyond =
                |deviations: f64| rate + deviation > least_rate + deviations * least_deviation;
            self.drift = beyond(DRIFT);
            self.warning = beyond(WARNING) && !self.drift;
        }
        self.drift
    }

    /// Whether the errors may be about to become more.
    #[must_use]
    pub fn warns(&self) -> bool {
        self.warning
    }
}
