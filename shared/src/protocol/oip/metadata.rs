//! What a server and its models say about themselves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::datatype::Datatype;
use crate::dataset::Schema;
use crate::name::{ModelName, Version};
use crate::protocol::error::ProtocolError;
use crate::protocol::json::read_json;
use crate::protocol::limits::Limits;
use crate::protocol::output::Output;

/// The platform of every model: its artifact's format.
pub const PLATFORM: &str = "model-factory_mfa";

/// What this server offers beyond the protocol: an index of the models, aliases wherever
/// a version can stand, options among the parameters of a request, and packed bodies.
pub const EXTENSIONS: [&str; 4] =
    ["repository_index", "model_factory_aliases", "model_factory_options", "gzip"];

/// The answer of `GET /v2`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServerMetadata {
    /// The server's name.
    pub name: &'static str,
    /// The server's version.
    pub version: &'static str,
    /// What it offers beyond the protocol.
    pub extensions: [&'static str; 4],
}

/// The answer of `GET /v2/models/{model}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelMetadata {
    /// The model.
    pub name: ModelName,
    /// Its versions, as texts.
    pub versions: Vec<String>,
    /// The format of its artifact.
    pub platform: &'static str,
    /// Its inputs, in the order of a tensor that holds all of them.
    pub inputs: Vec<TensorMetadata>,
    /// Its outputs.
    pub outputs: Vec<TensorMetadata>,
    /// What else is worth knowing.
    pub properties: BTreeMap<String, String>,
}

/// An input or output of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TensorMetadata {
    /// Its name.
    pub name: String,
    /// Its datatype.
    pub datatype: Datatype,
    /// Its shape; -1 is any number of rows.
    pub shape: Vec<i64>,
}

/// The answer of `GET /v2/health/live`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Live {
    /// Whether the server runs.
    pub live: bool,
}

/// The answer of `GET /v2/health/ready`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Ready {
    /// Whether the server can answer requests.
    pub ready: bool,
}

/// The answer of `GET /v2/models/{model}/ready`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelReady {
    /// The model.
    pub name: ModelName,
    /// Whether it can answer requests.
    pub ready: bool,
}

/// The body of `POST /v2/repository/index`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct IndexRequest {
    /// Whether only ready models are listed.
    pub ready: bool,
}

/// One model of the answer of `POST /v2/repository/index`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IndexEntry {
    /// The model.
    pub name: ModelName,
    /// The version, as text.
    pub version: String,
    /// Whether it can answer requests.
    pub state: ModelState,
    /// Why it cannot; empty when it can.
    pub reason: String,
}

/// Whether a model can answer requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ModelState {
    /// It can.
    Ready,
    /// It cannot.
    Unavailable,
}

impl IndexRequest {
    /// Reads the body of a request, which may be empty.
    ///
    /// # Errors
    /// When the body cannot be read or exceeds the limits.
    pub fn read(body: &[u8], limits: &Limits) -> Result<Self, ProtocolError> {
        if body.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        read_json(super::NAME, body, limits)
    }
}

impl ServerMetadata {
    /// What this server says about itself.
    #[must_use]
    pub fn new() -> Self {
        Self { name: "model-factory", version: env!("CARGO_PKG_VERSION"), extensions: EXTENSIONS }
    }
}

impl Default for ServerMetadata {
    fn default() -> Self {
        Self::new()
    }
}

impl ModelMetadata {
    /// What a model with `schema` and these versions says about itself.
    pub fn new(
        name: ModelName,
        versions: impl IntoIterator<Item = Version>,
        schema: &Schema,
        properties: BTreeMap<String, String>,
    ) -> Self {
        let inputs = schema.inputs.iter().map(|field| TensorMetadata {
            name: field.name.clone(),
            datatype: Datatype::of_kind(field.kind),
            shape: vec![-1],
        });
        let classes = schema.task.classes().len();
        let outputs = Output::of_task(&schema.task).iter().map(|output| TensorMetadata {
            name: output.name().to_owned(),
            datatype: match output {
                Output::Predict if classes > 0 => Datatype::Bytes,
                Output::Outlier => Datatype::Bool,
                Output::Cluster => Datatype::Int32,
                _ => Datatype::Fp64,
            },
            shape: match output {
                Output::Probabilities => vec![-1, i64::try_from(classes).unwrap_or(-1)],
                _ => vec![-1],
            },
        });
        Self {
            versions: versions.into_iter().map(|version| version.to_string()).collect(),
            platform: PLATFORM,
            inputs: inputs.collect(),
            outputs: outputs.collect(),
            name,
            properties,
        }
    }
}
