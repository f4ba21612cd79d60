//! Artifacts of series: the models of all of them in one section.

use std::collections::BTreeMap;

use super::{
    Artifact, ArtifactError, FORMAT, MANIFEST, Manifest, PAYLOAD, PROFILE, container, json,
};
use crate::dataset::{HashOrder, Schema};
use crate::forecasting::{EncodedForecaster, Forecaster};
use crate::metrics::Metric;
use crate::name::ModelName;
use crate::profile::Profile;
use crate::spec::Spec;

const SERIES: &str = "series";

/// What goes into an artifact of series.
#[derive(Debug)]
pub struct ForecastContents<'a> {
    /// The model.
    pub model: &'a ModelName,
    /// Its columns; the inputs are those that name a series, say when, and are known ahead.
    pub schema: &'a Schema,
    /// The models of all series.
    pub forecaster: &'a Forecaster,
    /// The reference profile of the target.
    pub profile: &'a Profile,
    /// The spec that they were trained by.
    pub spec: &'a Spec,
    /// The hash of the data's content.
    pub data_hash: String,
    /// How many steps were learned from before the last ones were held out.
    pub training_rows: usize,
    /// How many steps were held out.
    pub holdout_rows: usize,
    /// The metric that ranks this model's versions.
    pub metric: Metric,
    /// The metrics of what was held out.
    pub metrics: BTreeMap<Metric, f64>,
}

/// Writes an artifact of series.
///
/// # Errors
/// When the models cannot be encoded.
pub fn encode_forecasts(contents: &ForecastContents<'_>) -> Result<Vec<u8>, ArtifactError> {
    let EncodedForecaster { models, payload } = contents.forecaster.encode()?;
    let manifest = Manifest {
        format: FORMAT,
        model: contents.model.clone(),
        schema: contents.schema.clone(),
        candidate: None,
        imported: None,
        spec: contents.spec.clone(),
        data_hash: contents.data_hash.clone(),
        hash_order: HashOrder::default(),
        training_rows: contents.training_rows,
        holdout_rows: contents.holdout_rows,
        metric: contents.metric,
        metrics: contents.metrics.clone(),
        importance: BTreeMap::new(),
        code_version: env!("CARGO_PKG_VERSION").to_owned(),
        predictor: serde_json::Value::Null,
    };
    Ok(container::write(&[
        (MANIFEST, &json(MANIFEST, &manifest)?),
        (SERIES, &models),
        (PAYLOAD, &payload),
        (PROFILE, &json(PROFILE, contents.profile)?),
    ]))
}

impl Artifact<'_> {
    /// The models of all series.
    ///
    /// # Errors
    /// When the model is one of rows, or they cannot be decoded.
    pub fn forecaster(&self) -> Result<Forecaster, ArtifactError> {
        if !self.manifest.is_of_series() {
            return Err(ArtifactError::OtherKind("answers for rows, and forecasts no series"));
        }
        let (models, payload) = (self.container.section(SERIES)?, self.container.section(PAYLOAD)?);
        Ok(Forecaster::decode(models, payload)?)
    }
}
