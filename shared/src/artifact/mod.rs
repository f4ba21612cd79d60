//! The artifact: one immutable file, named by the SHA-256 of its bytes, that holds
//! all that serving and drift checks need.
//!
//! It has no time and no version number in it: the same data, spec and seed give
//! the same bytes.

mod container;
mod forecasts;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::dataset::{HashOrder, Schema};
use crate::learners::{Candidate, DecodeError, EncodedPredictor, Predictor};
use crate::metrics::Metric;
use crate::name::ModelName;
use crate::profile::Profile;
use crate::spec::Spec;
use container::Container;

pub use container::ContainerError;
pub use forecasts::{ForecastContents, encode_forecasts};

/// The version of the manifest's format.
const FORMAT: u32 = 1;

/// … of a model that sets figures upright, which code that reads the first one only would leave
/// out without a word.
const UPRIGHT_FORMAT: u32 = 2;

const MANIFEST: &str = "manifest";
const PAYLOAD: &str = "payload";
const PROFILE: &str = "profile";

/// What an artifact says about its model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this format.
    pub format: u32,
    /// The model.
    pub model: ModelName,
    /// Its inputs and task.
    pub schema: Schema,
    /// The learner with its hyper-parameters; for an imported model, as far as its file
    /// tells; `None` for series, of which each has a learner of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate: Option<Candidate>,
    /// The library and format that it was imported from, such as `XGBoost JSON`; `None`
    /// for a model that was trained here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<String>,
    /// The spec that it was trained by.
    pub spec: Spec,
    /// The hash of the data's content.
    pub data_hash: String,
    /// In which order of columns rows were hashed when they were divided.
    #[serde(default = "HashOrder::unsaid")]
    pub hash_order: HashOrder,
    /// How many rows it was trained on.
    pub training_rows: usize,
    /// How many rows were held out.
    pub holdout_rows: usize,
    /// The metric that ranks this model's versions.
    pub metric: Metric,
    /// Its metrics on the holdout.
    pub metrics: BTreeMap<Metric, f64>,
    /// Each input's share in the model's decisions; empty if it cannot tell.
    pub importance: BTreeMap<String, f64>,
    /// The version of the code that trained it.
    pub code_version: String,
    /// Pipeline and model, as [`Predictor::decode`] reads them; nothing for series.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    predictor: serde_json::Value,
}

impl Manifest {
    /// Whether the model forecasts series, and has no answer for single rows.
    #[must_use]
    pub fn is_of_series(&self) -> bool {
        self.candidate.is_none()
    }

    /// What the model does, in a word.
    #[must_use]
    pub fn task(&self) -> &'static str {
        if self.is_of_series() { "forecasting" } else { self.schema.task.name() }
    }
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// What goes into an artifact.
#[derive(Debug)]
pub struct Contents<'a> {
    /// The model.
    pub model: &'a ModelName,
    /// Its inputs and task.
    pub schema: &'a Schema,
    /// The learner with its hyper-parameters.
    pub candidate: &'a Candidate,
    /// The library and format that it was imported from, if it was.
    pub imported: Option<&'a str>,
    /// The fitted pipeline and model.
    pub predictor: &'a Predictor,
    /// The reference profile of inputs and predictions.
    pub profile: &'a Profile,
    /// The spec that it was trained by.
    pub spec: &'a Spec,
    /// The hash of the data's content.
    pub data_hash: String,
    /// How many rows it was trained on.
    pub training_rows: usize,
    /// How many rows were held out.
    pub holdout_rows: usize,
    /// The metric that ranks this model's versions.
    pub metric: Metric,
    /// Its metrics on the holdout.
    pub metrics: BTreeMap<Metric, f64>,
    /// Each input's share in the model's decisions; empty if it cannot tell.
    pub importance: BTreeMap<String, f64>,
}

/// An artifact cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// Its bytes are not those that its name promises.
    #[error("the artifact is damaged: its SHA-256 is {found}, not {expected}")]
    Checksum {
        /// The hash in its name.
        expected: String,
        /// The hash of its bytes.
        found: String,
    },
    /// It is not an artifact.
    #[error(transparent)]
    Container(#[from] ContainerError),
    /// It was written by a later version.
    #[error(
        "the artifact has format {0}, this code reads up to {UPRIGHT_FORMAT}: update the functions"
    )]
    Format(u32),
    /// A section is not what it should be.
    #[error("the artifact's {section} cannot be read")]
    Section {
        /// Which section.
        section: &'static str,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The model cannot be written or read.
    #[error("the artifact's model cannot be read")]
    Predictor(#[from] DecodeError),
    /// The models of its series cannot be written or read.
    #[error("the artifact's series cannot be read")]
    Forecaster(#[from] crate::forecasting::DecodeError),
    /// It answers for rows where series are asked for, or the other way round.
    #[error("the artifact is of a model that {0}")]
    OtherKind(&'static str),
}

/// The SHA-256 of an artifact's bytes, in hexadecimal: its name.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Writes an artifact.
///
/// # Errors
/// When the model cannot be encoded.
pub fn encode(contents: &Contents<'_>) -> Result<Vec<u8>, ArtifactError> {
    let EncodedPredictor { header, payload } = contents.predictor.encode()?;
    let manifest = Manifest {
        format: if contents.predictor.sets_upright() { UPRIGHT_FORMAT } else { FORMAT },
        model: contents.model.clone(),
        schema: contents.schema.clone(),
        candidate: Some(contents.candidate.clone()),
        imported: contents.imported.map(str::to_owned),
        spec: contents.spec.clone(),
        data_hash: contents.data_hash.clone(),
        hash_order: HashOrder::default(),
        training_rows: contents.training_rows,
        holdout_rows: contents.holdout_rows,
        metric: contents.metric,
        metrics: contents.metrics.clone(),
        importance: contents.importance.clone(),
        code_version: env!("CARGO_PKG_VERSION").to_owned(),
        predictor: header,
    };
    Ok(container::write(&[
        (MANIFEST, &json(MANIFEST, &manifest)?),
        (PAYLOAD, &payload),
        (PROFILE, &json(PROFILE, contents.profile)?),
    ]))
}

fn json<T: Serialize>(section: &'static str, content: &T) -> Result<Vec<u8>, ArtifactError> {
    serde_json::to_vec(content).map_err(|source| ArtifactError::Section { section, source })
}

/// An artifact in memory; each part is decoded when it is asked for, so that
/// serving does not read the profile.
#[derive(Debug)]
pub struct Artifact<'a> {
    container: Container<'a>,
    manifest: Manifest,
}

impl<'a> Artifact<'a> {
    /// Opens an artifact whose name promises `sha256`.
    ///
    /// # Errors
    /// When the bytes are others than promised, or are not an artifact.
    pub fn open(bytes: &'a [u8], sha256: &str) -> Result<Self, ArtifactError> {
        let found = self::sha256(bytes);
        if found != sha256 {
            return Err(ArtifactError::Checksum { expected: sha256.to_owned(), found });
        }
        let container = Container::read(bytes)?;
        let section = container.section(MANIFEST)?;
        let unreadable = |source| ArtifactError::Section { section: MANIFEST, source };
        // A later format may have other members: it is told before they are read.
        let Format { format } = serde_json::from_slice(section).map_err(unreadable)?;
        if !(FORMAT..=UPRIGHT_FORMAT).contains(&format) {
            return Err(ArtifactError::Format(format));
        }
        let manifest = serde_json::from_slice(section).map_err(unreadable)?;
        Ok(Self { container, manifest })
    }

    /// What the artifact says about its model.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The fitted pipeline and model.
    ///
    /// # Errors
    /// When they cannot be decoded.
    pub fn predictor(&self) -> Result<Predictor, ArtifactError> {
        if self.manifest.is_of_series() {
            return Err(ArtifactError::OtherKind("forecasts series"));
        }
        let payload = self.container.section(PAYLOAD)?;
        let Manifest { predictor, schema, .. } = &self.manifest;
        Ok(Predictor::decode(predictor.clone(), payload, &schema.task)?)
    }

    /// The reference profile.
    ///
    /// # Errors
    /// When it cannot be decoded.
    pub fn profile(&self) -> Result<Profile, ArtifactError> {
        serde_json::from_slice(self.container.section(PROFILE)?)
            .map_err(|source| ArtifactError::Section { section: PROFILE, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_format_is_told_whatever_else_it_changed() {
        let file = container::write(&[(MANIFEST, br#"{"format": 3, "members": "others"}"#)]);
        let opened = Artifact::open(&file, &sha256(&file));
        assert!(matches!(opened, Err(ArtifactError::Format(3))), "{opened:?}");
    }
}
