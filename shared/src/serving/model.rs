//! One version of a model, loaded.

use crate::artifact::Manifest;
use crate::forecasting::Forecaster;
use crate::learners::Predictor;
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
    answerer: Answerer,
}

/// What a version answers with.
#[derive(Debug)]
enum Answerer {
    Rows(Box<Predictor>),
    Series(Box<Forecaster>),
}

impl ServedModel {
    /// Loads a version from its artifact.
    ///
    /// # Errors
    /// When the artifact is damaged or not readable.
    pub fn load(stored: &Stored) -> Result<Self, StoreError> {
        let artifact = stored.open()?;
        let answerer = match artifact.manifest().is_of_series() {
            true => Answerer::Series(Box::new(artifact.forecaster()?)),
            false => Answerer::Rows(Box::new(artifact.predictor()?)),
        };
        Ok(Self {
            version: stored.version,
            manifest: artifact.manifest().clone(),
            answerer,
            size: stored.bytes.len(),
        })
    }

    /// The models of its series; `None` of a version that answers for rows.
    #[must_use]
    pub fn forecaster(&self) -> Option<&Forecaster> {
        match &self.answerer {
            Answerer::Series(forecaster) => Some(forecaster),
            Answerer::Rows(_) => None,
        }
    }

    /// What answers for rows; `None` of a version that forecasts series.
    #[must_use]
    pub fn predictor(&self) -> Option<&Predictor> {
        match &self.answerer {
            Answerer::Rows(predictor) => Some(predictor),
            Answerer::Series(_) => None,
        }
    }
}
