//! What is done to a fitted model's answers: calibrated probabilities, a decision
//! threshold, prediction intervals. All of it is fitted to predictions for rows that
//! the model has not seen.

mod calibration;
mod isotonic;
mod residuals;
mod sigmoid;

use serde::{Deserialize, Serialize};

pub use calibration::{Calibration, Method};
pub use residuals::Residuals;

/// What is done to a fitted model's answers; nothing by default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Adjustments {
    /// How probabilities are corrected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
    /// The probability from which the second of two classes is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// How far numbers were off, for prediction intervals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residuals: Option<Residuals>,
}

impl Adjustments {
    /// Whether nothing is done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests;
