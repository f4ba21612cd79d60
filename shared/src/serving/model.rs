//! One version of a model, loaded.

use crate::artifact::{Artifact, ArtifactError, Manifest};
use crate::dataset::Table;
use crate::learners::{PredictError, Predictions, Predictor};
use crate::name::Version;

/// A version that can answer.
#[derive(Debug)]
pub struct ServedModel {
    /// The version.
    pub version: Version,
    /// What its artifact says.
    pub manifest: Manifest,
    /// The bytes of its artifact, as a measure of the memory that it takes.
    pub(super) size: usize,
    predictor: Predictor,
}

impl ServedModel {
    /// Loads a version from its artifact's bytes.
    ///
    /// # Errors
    /// When the artifact is damaged or not readable.
    pub fn load(version: Version, sha256: &str, bytes: &[u8]) -> Result<Self, ArtifactError> {
        let artifact = Artifact::open(bytes, sha256)?;
        Ok(Self {
            version,
            manifest: artifact.manifest().clone(),
            predictor: artifact.predictor()?,
            size: bytes.len(),
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
