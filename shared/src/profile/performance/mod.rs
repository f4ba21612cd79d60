//! How well a model did on rows that it had not seen, and what is needed to estimate how
//! well it does where labels are late.

mod error_model;
mod expected;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dataset::Table;
use crate::learners::{Calibration, DecodeError, PredictError, Predictions};
use crate::metrics::Metric;

pub use error_model::{ErrorModel, ErrorModelError, FittedErrors};
pub use expected::Expected;

/// What training knows of a model's performance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Performance {
    /// The metric that ranks the model's versions: it decides, the others inform.
    pub metric: Metric,
    /// The number of holdout rows that all this is known from.
    pub rows: u64,
    /// The metrics of the holdout.
    pub realised: BTreeMap<Metric, Baseline>,
    /// The same metrics as they are estimated without the holdout's labels.
    pub estimated: BTreeMap<Metric, Baseline>,
    /// The mean error of an answer: the share of wrong classes, or the mean absolute
    /// error.
    pub error: f64,
    /// How the estimate is made.
    pub estimator: Estimator,
}

/// A metric's value, and how far it varies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// The value.
    pub value: f64,
    /// Its standard deviation from sample to sample, times the root of a sample's rows.
    pub deviation: f64,
}

/// How performance is estimated without labels, as NannyML does: by the confidence of
/// calibrated probabilities (CBPE), or by a model of the errors (DLE).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Estimator {
    /// Of classes.
    Confidence {
        /// Corrects the model's probabilities; `None` where they are calibrated.
        calibration: Option<Calibration>,
        /// The number of classes.
        classes: usize,
    },
    /// Of numbers; `None` where too few errors were known to learn from.
    Errors(Option<Box<ErrorModel>>),
}

/// An estimator that is ready to be used.
#[derive(Debug)]
pub enum FittedEstimator<'a> {
    /// Of classes.
    Confidence(Option<&'a Calibration>),
    /// Of numbers.
    Errors(Box<FittedErrors>),
}

impl Estimator {
    /// Makes it ready.
    ///
    /// # Errors
    /// When the model of the errors cannot be read.
    pub fn fitted(&self) -> Result<Option<FittedEstimator<'_>>, DecodeError> {
        Ok(match self {
            Self::Confidence { calibration, .. } => {
                Some(FittedEstimator::Confidence(calibration.as_ref()))
            }
            Self::Errors(None) => None,
            Self::Errors(Some(model)) => Some(FittedEstimator::Errors(Box::new(model.fitted()?))),
        })
    }

    /// An estimate of nothing yet.
    #[must_use]
    pub fn nothing(&self) -> Expected {
        match self {
            Self::Confidence { classes, .. } => Expected::of_classes(*classes),
            Self::Errors(_) => Expected::of_numbers(),
        }
    }
}

impl FittedEstimator<'_> {
    /// Counts what is to be expected of answers to the rows of a table.
    ///
    /// # Errors
    /// When the model of the errors cannot read the table.
    pub fn count(
        &self,
        inputs: &Table,
        predictions: &Predictions,
        expected: &mut Expected,
    ) -> Result<(), PredictError> {
        match self {
            Self::Confidence(calibration) => {
                let probabilities = calibrated(*calibration, predictions);
                let answers = predictions.class_indices();
                expected.add_classes(&probabilities, &answers, std::iter::repeat(1.0));
                Ok(())
            }
            Self::Errors(model) => {
                let Predictions::Values(values) = predictions else { return Ok(()) };
                let (absolute, squared) = model.expected(inputs, values)?;
                expected.add_errors(&absolute, &squared);
                Ok(())
            }
        }
    }
}

/// The probabilities of classes, row-major, corrected; empty for numbers.
#[must_use]
pub fn calibrated(calibration: Option<&Calibration>, predictions: &Predictions) -> Vec<f64> {
    let Predictions::Classes { classes, probabilities, .. } = predictions else {
        return Vec::new();
    };
    let mut probabilities = probabilities.clone();
    if let Some(calibration) = calibration {
        calibration.apply(&mut probabilities, classes.len());
    }
    probabilities
}

#[cfg(test)]
mod tests;
