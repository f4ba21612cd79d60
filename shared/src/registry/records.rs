//! What the registry holds.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::traffic::Traffic;
use crate::learners::Structure;
use crate::metrics::Metric;
use crate::name::{Alias, ModelName, Reference, Version};

/// A registered version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VersionRecord {
    /// Its number.
    pub version: Version,
    /// What was registered.
    #[serde(flatten)]
    pub registered: NewVersion,
}

impl std::ops::Deref for VersionRecord {
    type Target = NewVersion;

    fn deref(&self) -> &NewVersion {
        &self.registered
    }
}

/// A version before it has a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewVersion {
    /// The model.
    pub model: ModelName,
    /// The SHA-256 of its artifact, in hexadecimal.
    pub artifact: String,
    /// The size of its artifact in bytes.
    pub artifact_bytes: u64,
    /// The training run that made it.
    pub run: String,
    /// The key of the data set that it learned from.
    pub dataset: String,
    /// The hash of the data's content.
    pub data_hash: String,
    /// How many rows it learned from and was measured on.
    pub rows: u64,
    /// How many inputs it reads.
    pub columns: u64,
    /// How long its run took until it was registered, in seconds.
    pub seconds: f64,
    /// The learner with its hyper-parameters.
    pub learner: String,
    /// The metric that the gate compared.
    pub metric: Metric,
    /// Its metrics on the holdout.
    pub metrics: BTreeMap<Metric, f64>,
    /// What it has found in its training rows; `None` where it predicts a target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structure: Option<Structure>,
    /// What its training data promises about later data; `None` where it came
    /// without data.
    pub baselines: Option<Baselines>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// The gate's decision: whether it was promoted, and why.
    pub decision: String,
}

/// The keys of a version's baselines, under SageMaker Model Monitor's names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baselines {
    /// `statistics.json`.
    pub statistics: String,
    /// `constraints.json`.
    pub constraints: String,
}

/// The wish to point an alias at a new version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promotion {
    /// The alias: `champion`, or `challenger` for a version that waits for approval.
    pub alias: Alias,
    /// Where the alias points until then; `None` when it does not exist. For the
    /// champion, this is the version that the new one was compared with.
    pub expected: Option<Version>,
    /// Who moves it, and why.
    pub cause: Cause,
}

/// Who decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Actor {
    /// The gate, at the end of a training.
    Gate,
    /// A person, by the command line.
    Cli,
}

/// Who decided, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Who.
    pub by: Actor,
    /// Why.
    pub reason: String,
}

/// The wish to point an alias at a version that is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The model.
    pub model: ModelName,
    /// The alias.
    pub alias: Alias,
    /// Where it points until then; `None` when it does not exist.
    pub expected: Option<Version>,
    /// Where it shall point.
    pub to: Version,
    /// Who moves it, and why.
    pub cause: Cause,
    /// Whether it moves even to a version that was rejected.
    pub force: bool,
}

/// A decision that a version must not serve. It stays, whatever becomes of the
/// version later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectionRecord {
    /// The model.
    pub model: ModelName,
    /// The version.
    pub version: Version,
    /// When it was rejected.
    pub at: Timestamp,
    /// Who rejected it, and why.
    #[serde(flatten)]
    pub cause: Cause,
}

/// What came of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registered {
    /// The version's number.
    pub version: Version,
    /// Whether this call registered it, or an earlier one of the same run.
    pub newly: bool,
}

/// Where an alias points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasRecord {
    /// The model.
    pub model: ModelName,
    /// The alias.
    pub alias: Alias,
    /// The version that it points at.
    pub version: Version,
    /// The SHA-256 of that version's artifact, so that one read finds it.
    pub artifact: String,
    /// When it was moved there.
    pub moved_at: Timestamp,
    /// Which other versions see its requests.
    #[serde(default, skip_serializing_if = "Traffic::is_plain")]
    pub traffic: Traffic,
}

/// One move of an alias, or, from a version to itself, another sharing of its requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// The model.
    pub model: ModelName,
    /// The alias.
    pub alias: Alias,
    /// Where it pointed; `None` when it is new.
    pub from: Option<Version>,
    /// Where it points now.
    pub to: Version,
    /// Which other versions see its requests from then on.
    #[serde(default, skip_serializing_if = "Traffic::is_plain")]
    pub traffic: Traffic,
    /// When it was moved.
    pub at: Timestamp,
    /// Who moved it, and why.
    #[serde(flatten)]
    pub cause: Cause,
}

/// The verdict on one window of a model's traffic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriftRecord {
    /// The model.
    pub model: ModelName,
    /// The version or alias that was asked; the champion in records that do not say.
    #[serde(default)]
    pub variant: Reference,
    /// The version whose profile was the reference.
    pub version: Version,
    /// The window's start.
    pub start: Timestamp,
    /// The window's end, exclusive.
    pub end: Timestamp,
    /// `no_data`, `too_little_data`, `stable` or `drift`.
    pub verdict: String,
    /// How many rows were compared.
    pub rows: u64,
    /// The columns that drifted, the strongest first.
    pub columns: Vec<String>,
    /// How far each column had moved, the most severe first.
    #[serde(default)]
    pub trends: Vec<ColumnTrend>,
    /// How well the model did, where that is known.
    #[serde(default)]
    pub score: Option<ScoreTrend>,
    /// What was decided about a retraining; `None` where there was no drift.
    #[serde(default)]
    pub retraining: Option<RetrainingDecision>,
    /// The key of the JSON report.
    pub report: String,
    /// When it was checked.
    pub checked_at: Timestamp,
}

/// How far one column had moved in a window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnTrend {
    /// The column's name.
    pub name: String,
    /// The largest significant effect as a multiple of the value from which it counts;
    /// 0 where no difference was significant.
    pub strength: f64,
    /// The share of missing values.
    pub missing_rate: f64,
}

/// How well a model did in a window, by the metric that ranks its versions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScoreTrend {
    /// The metric.
    pub metric: Metric,
    /// Its value on the holdout.
    pub reference: f64,
    /// By labels.
    pub realised: Option<f64>,
    /// Estimated without labels.
    pub estimated: Option<f64>,
    /// The lower end of the band around the estimate, else around what labels say.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// Whether drift has asked for a retraining, and why, or why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetrainingDecision {
    /// Whether it has.
    pub requested: bool,
    /// Why, or why not.
    pub reason: String,
}
