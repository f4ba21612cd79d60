//! Learners: what fits a model to labelled rows.
//!
//! A [`Candidate`] is a learner with its hyper-parameters; fitting it gives a
//! [`Predictor`]: the fitted features and the fitted model, which together answer
//! for any table with the right columns.

mod baseline;
mod boosting;
mod linear;
pub mod predictions;
mod predictor;

use serde::{Deserialize, Serialize};

use crate::dataset::Labelled;
use crate::features::{Encoding, TransformError};
use crate::spec::LearnerKind;

pub use boosting::BoostingParams;
pub use linear::LinearParams;
pub use predictions::Predictions;
pub use predictor::{DecodeError, EncodedPredictor, Model, PredictError, Predictor};

/// A learner and its hyper-parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "learner", rename_all = "lowercase")]
pub enum Candidate {
    /// Gradient-boosted trees.
    Boosting(BoostingParams),
    /// Logistic regression, or ridge regression for numbers.
    Linear(LinearParams),
    /// The class frequencies, or the mean.
    Baseline,
}

/// A model could not be fitted.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// The rows could not be encoded.
    #[error(transparent)]
    Features(#[from] TransformError),
    /// The gradient-boosting library refused.
    #[error("gradient boosting failed")]
    Boosting(#[from] hessboost::error::HessboostError),
    /// The linear solver failed.
    #[error("the linear solver failed: {0}")]
    Linear(String),
}

impl Candidate {
    /// Which learner this is.
    #[must_use]
    pub fn kind(&self) -> LearnerKind {
        match self {
            Self::Boosting(_) => LearnerKind::Boosting,
            Self::Linear(_) => LearnerKind::Linear,
            Self::Baseline => LearnerKind::Baseline,
        }
    }

    /// The hyper-parameters in a few words.
    #[must_use]
    pub fn params(&self) -> String {
        match self {
            Self::Boosting(params) => params.to_string(),
            Self::Linear(params) => params.to_string(),
            Self::Baseline => String::new(),
        }
    }

    /// Fits the candidate to the data. The same data and seed give the same model,
    /// on any number of threads.
    ///
    /// # Errors
    /// When the data cannot be encoded or the learner's solver fails.
    pub fn fit(&self, data: &Labelled, seed: u64) -> Result<Predictor, FitError> {
        let fit = |encoding: Encoding| encoding.fit(&data.inputs, &data.schema.inputs);
        let (pipeline, model) = match self {
            Self::Boosting(params) => {
                let pipeline = fit(Encoding::Native);
                let model = boosting::fit(&pipeline, data, params, seed)?;
                (pipeline, Model::Boosting(Box::new(model)))
            }
            Self::Linear(params) => {
                let pipeline = fit(Encoding::Standardised);
                let features = pipeline.transform(&data.inputs)?;
                let model = linear::LinearModel::fit(&features, &data.target, params)?;
                (pipeline, Model::Linear(model))
            }
            Self::Baseline => {
                let model = baseline::BaselineModel::fit(&data.target);
                (Encoding::Native.fit(&data.inputs, &[]), Model::Baseline(model))
            }
        };
        Ok(Predictor::new(pipeline, model, &data.schema.task))
    }
}

#[cfg(test)]
mod tests;
