//! Counts what is seen of a model by its profile.

use crate::dataset::Table;
use crate::learners::{DecodeError, PredictError, Predictions};
use crate::profile::{FittedEstimator, Observation, Profile, Reconstruction};

/// A profile that is made ready once, to count many requests with; it can be shared.
#[derive(Debug)]
pub struct Observer<'a> {
    reconstruction: Option<Reconstruction<'a>>,
    estimator: Option<FittedEstimator<'a>>,
}

impl<'a> Observer<'a> {
    /// Makes a profile ready.
    ///
    /// # Errors
    /// When its model of the errors cannot be read.
    pub fn new(profile: &'a Profile) -> Result<Self, DecodeError> {
        let estimator = profile.performance.as_ref().map(|it| it.estimator.fitted()).transpose()?;
        Ok(Self {
            reconstruction: profile
                .joint
                .as_ref()
                .map(|joint| Reconstruction::new(joint, &profile.inputs)),
            estimator: estimator.flatten(),
        })
    }

    /// Counts the rows of a table in an observation of the profile, column by column and
    /// as whole rows.
    pub fn count_inputs(&self, inputs: &Table, observed: &mut Observation) {
        observed.add(inputs);
        if let (Some(reconstruction), Some(counts)) = (&self.reconstruction, &mut observed.joint) {
            reconstruction.count(inputs, counts);
        }
    }

    /// Counts what the model answers to the rows of a table, and what is to be expected
    /// of these answers.
    ///
    /// # Errors
    /// When the model of the errors cannot read the table; the answers are then counted.
    pub fn count_answers(
        &self,
        inputs: &Table,
        predictions: &Predictions,
        observed: &mut Observation,
    ) -> Result<(), PredictError> {
        observed.add_predictions(predictions);
        match (&self.estimator, &mut observed.expected) {
            (Some(estimator), Some(expected)) => estimator.count(inputs, predictions, expected),
            _ => Ok(()),
        }
    }
}
