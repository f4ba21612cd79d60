//! What a run writes down about itself.

mod classes;
mod version;

use jiff::Timestamp;
use model_factory::name::{Alias, Version};
use model_factory::training::Durations;
use model_factory::window::Window;
use serde::{Deserialize, Serialize};

use crate::report::Run;

pub use classes::ClassRecord;
pub use version::{ImportRecord, SeriesRecord, TrainingRecord, VersionFacts};

/// The version of the code, and the commit that `build.rs` has found.
pub(crate) const CODE_VERSION: &str =
    concat!(env!("CARGO_PKG_VERSION"), "+", env!("MODEL_FACTORY_COMMIT"));

/// What a run leaves in `runs/{model}/{run}/run.json` when it has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The run and its outcome.
    #[serde(flatten)]
    pub run: Run,
    /// Why it ran.
    pub cause: String,
    /// Whether it ran however young the champion was.
    pub forced: bool,
    /// The key of the data set; `None` when the model has none.
    pub dataset: Option<String>,
    /// The tag of the content that was announced, where it was.
    pub etag: Option<String>,
    /// The window of captured traffic that it learned from too.
    pub window: Option<Window>,
    /// From data to alias.
    pub lineage: Lineage,
    /// How long its parts took.
    pub seconds: Seconds,
    /// The most memory that it held; `None` where the system does not tell.
    pub peak_memory_bytes: Option<u64>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
}

/// Where a version comes from, and where it went.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Lineage {
    /// The objects that were read, as they were then.
    pub objects: Vec<ObjectRead>,
    /// The hash of the rows' content; `None` when they could not be read.
    pub data_hash: Option<String>,
    /// The key of the artifact; `None` when there is none.
    pub artifact: Option<String>,
    /// The version that the run registered.
    pub version: Option<Version>,
    /// The alias that the run moved to it.
    pub alias: Option<Alias>,
}

/// An object that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectRead {
    /// Its key.
    pub key: String,
    /// The tag of its content.
    pub etag: String,
    /// Its version, where the bucket keeps versions and it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its size in bytes.
    pub bytes: u64,
}

/// How long the parts of a run took, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seconds {
    /// To fetch, parse and check the data.
    pub read: f64,
    /// To search, to fit, to evaluate.
    #[serde(flatten)]
    pub training: Durations,
    /// To store the artifact and to register the version.
    pub store: f64,
    /// From the run's begin to its end.
    pub total: f64,
}
