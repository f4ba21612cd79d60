//! One version of a model, loaded.

use crate::artifact::Manifest;
use crate::dataset::Table;
use crate::learners::{PredictError, Predictions, Predictor};
use crate::name::Version;
use crate::store::{StoreError, Stored};

/// A version that can answer.
#[derive(Debug)]
pub struct ServedModel {
    /// The version.
    pub version: Version,
    /// What its artifact says.
    pub manifest: Manifest,
    /// The bytes of its artifact, as a measure of the memory that it takes.
    pub(super) size: usize,
    pub(super) predictor: Predictor,
}

impl ServedModel {
    /// Loads a version from its artifact.
    ///
    /// # Errors
    /// When the artifact is damaged or not readable.
    pub fn load(stored: &Stored) -> Result<Self, StoreError> {
        let artifact = stored.open()?;
        Ok(Self {
            version: stored.version,
            manifest: artifact.manifest().clone(),
            predictor: artifact.predictor()?,
            size: stored.bytes.len(),
        })
    }

    /// Predictions for every row.
    ///
    /// # Errors
    /// When the table does not have the model's inputs.
    pub fn predict(&self, table: &Table) -> Result<Predictions, PredictError> {
        self.predictor.predict(table)
    }
}
