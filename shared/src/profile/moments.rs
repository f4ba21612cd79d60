//! Count, mean, spread and range of numbers, in one pass and mergeable.

use serde::{Deserialize, Serialize};

/// The moments of finite numbers.
///
/// Sums saturate at the largest finite number, so that every profile can be
/// written as JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// How many numbers there are.
    pub count: u64,
    /// Their mean; 0 when there are none.
    pub mean: f64,
    /// The sum of squared deviations from the mean.
    pub squares: f64,
    /// The smallest number.
    pub min: Option<f64>,
    /// The largest number.
    pub max: Option<f64>,
}

impl Moments {
    /// Adds a finite number (Welford).
    pub fn push(&mut self, value: f64) {
        self.count += 1;
        let deviation = saturated(value - self.mean);
        self.mean += deviation / self.count as f64;
        self.squares = saturated(self.squares + deviation * (value - self.mean));
        self.min = Some(self.min.map_or(value, |min| min.min(value)));
        self.max = Some(self.max.map_or(value, |max| max.max(value)));
    }

    /// Adds the numbers behind `other` (Chan).
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = *other;
            return;
        }
        let count = self.count + other.count;
        let share = other.count as f64 / count as f64;
        let deviation = saturated(other.mean - self.mean);
        self.mean += deviation * share;
        let between = deviation * deviation * self.count as f64 * share;
        self.squares = saturated(self.squares + other.squares + between);
        self.count = count;
        self.min = self.min.into_iter().chain(other.min).reduce(f64::min);
        self.max = self.max.into_iter().chain(other.max).reduce(f64::max);
    }

    /// The population standard deviation; 0 when there are no numbers.
    #[must_use]
    pub fn std(&self) -> f64 {
        if self.count == 0 { 0.0 } else { (self.squares / self.count as f64).sqrt() }
    }

    /// The sum.
    #[must_use]
    pub fn sum(&self) -> f64 {
        saturated(self.mean * self.count as f64)
    }
}

/// The nearest finite number.
pub(super) fn saturated(value: f64) -> f64 {
    value.clamp(f64::MIN, f64::MAX)
}
