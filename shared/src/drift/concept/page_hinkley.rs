//! The Page–Hinkley test.

use serde::{Deserialize, Serialize};

/// So many values are seen before any alarm.
const LEAST: u64 = 30;

/// The change of the mean that is tolerated.
const DELTA: f64 = 0.005;

/// The sum of deviations that is an alarm.
const THRESHOLD: f64 = 50.0;

/// The share of the past that is kept at each step.
const ALPHA: f64 = 1.0 - 0.0001;

/// The state of the Page–Hinkley test (Page, *Continuous inspection schemes*, 1954) in
/// both directions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PageHinkley {
    /// Values since the last alarm.
    count: u64,
    mean: f64,
    rise: f64,
    fall: f64,
    least_rise: f64,
    most_fall: f64,
    drift: bool,
}

impl Default for PageHinkley {
    fn default() -> Self {
        Self {
            count: 0,
            mean: 0.0,
            rise: 0.0,
            fall: 0.0,
            // As an infinity cannot be written as JSON.
            least_rise: f64::MAX,
            most_fall: -1.0,
            drift: false,
        }
    }
}

impl PageHinkley {
    /// Takes a value in, and tells whether the mean has changed.
    pub fn update(&mut self, value: f64) -> bool {
        if self.drift {
            *self = Self::default();
        }
        self.count += 1;
        self.mean += 1.0 / self.count as f64 * (value - self.mean);
        let deviation = value - self.mean;
        self.rise = ALPHA * self.rise + deviation - DELTA;
        self.fall = ALPHA * self.fall + deviation + DELTA;
        self.least_rise = self.least_rise.min(self.rise);
        self.most_fall = self.most_fall.max(self.fall);
        if self.count >= LEAST {
            let (rise, fall) = (self.rise - self.least_rise, self.most_fall - self.fall);
            self.drift = rise > THRESHOLD || fall > THRESHOLD;
        }
        self.drift
    }
}
