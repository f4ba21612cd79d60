//! What a run writes down of its version, by the way in which it came to it.

use std::collections::BTreeMap;

use model_factory::dataset::{Defect, Schema};
use model_factory::forecasting::Board;
use model_factory::learners::Structure;
use model_factory::metrics::{Interval, Metric};
use model_factory::name::ModelName;
use model_factory::registry::Baselines;
use model_factory::runtime::memory;
use model_factory::spec::Spec;
use model_factory::storage::keys;
use model_factory::training::{CameTrue, Contender, Decision, Importances, Leaderboard};
use serde::{Deserialize, Serialize};

use super::{CODE_VERSION, ClassRecord, ObjectRead, Seconds};
use crate::account::Account;
use crate::job::Job;

/// What every run writes down of the version that it is about to register.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VersionFacts {
    /// The run.
    pub run: String,
    /// The model.
    pub model: ModelName,
    /// The objects that were read.
    pub objects: Vec<ObjectRead>,
    /// The hash of the data's content; `None` without data.
    pub data_hash: Option<String>,
    /// How many rows it learned from and was measured on; 0 without data.
    pub rows: usize,
    /// How many inputs the model reads.
    pub columns: usize,
    /// What was inferred and decided, in words.
    pub notes: Vec<String>,
    /// What is wrong with the data and yet no reason not to learn from it.
    pub warnings: Vec<Defect>,
    /// Its inputs and task.
    pub schema: Schema,
    /// The spec that it was trained or judged by.
    pub spec: Spec,
    /// The seed of the split and of every draw.
    pub seed: u64,
    /// The version of the code and its commit, such as `0.1.0+3c9a2bc12ab4`.
    pub code_version: String,
    /// The key of the artifact.
    pub artifact: String,
    /// What the data promises about later data; `None` without rows that could.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baselines: Option<Baselines>,
    /// The metrics on what was held out; empty without data.
    pub metrics: BTreeMap<Metric, f64>,
    /// The 95 % intervals of these.
    pub intervals: BTreeMap<Metric, Interval>,
    /// The naive baseline's metrics on the same rows; of series, the seasonal naive
    /// forecast's.
    pub baseline: BTreeMap<Metric, f64>,
    /// The median time of one row, or the time of one series, in milliseconds; `None` where
    /// it was not measured.
    pub latency_ms: Option<f64>,
    /// What the gate said.
    pub decision: Decision,
    /// How long the parts took until then.
    pub seconds: Seconds,
    /// The most memory that was held until then; `None` where the system does not tell.
    pub peak_memory_bytes: Option<u64>,
}

/// What a run leaves in `runs/{model}/{run}/training.json` before it registers its
/// version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingRecord {
    /// What every run writes down.
    #[serde(flatten)]
    pub facts: VersionFacts,
    /// What the model has found in its rows; `None` where it predicts a target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structure: Option<Structure>,
    /// Every candidate, the best first.
    pub leaderboard: Leaderboard,
    /// Precision, recall and F1 of each class, and what its rows are taken for; empty where
    /// no classes are answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<ClassRecord>,
    /// How much the winner depends on each input.
    pub importances: Importances,
}

/// What a training on series leaves in `runs/{model}/{run}/forecasting.json` before it
/// registers its version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesRecord {
    /// What every run writes down.
    #[serde(flatten)]
    pub facts: VersionFacts,
    /// How many series there are.
    pub series: usize,
    /// Every learner, the best first.
    pub leaderboard: Board,
    /// With which probability the truth was to lie between the outermost quantiles;
    /// `metrics.coverage` says how often it did.
    pub coverage: f64,
    /// How the champion's forecasts of what has become known since came true; `None` where
    /// nothing has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realised: Option<CameTrue>,
    /// How many series have the naive forecast because time was over.
    pub unfinished: usize,
    /// Whether another run goes on with them.
    pub continues: bool,
}

/// What an import leaves in `runs/{model}/{run}/import.json` before it registers its
/// version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportRecord {
    /// What every run writes down.
    #[serde(flatten)]
    pub facts: VersionFacts,
    /// The key of the file that was imported.
    pub file: String,
    /// The library and format that it is of, such as `XGBoost JSON`.
    pub format: String,
    /// Precision, recall and F1 of each class, and what its rows are taken for; empty where
    /// no classes are answered, and without data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<ClassRecord>,
    /// How much the model depends on each input; nothing without data.
    pub importances: Importances,
}

impl VersionFacts {
    /// What is known of a contender before it is registered.
    pub(crate) fn of(job: &Job<'_>, contender: &Contender<'_>, account: &Account) -> Self {
        let Job { run, model, spec, .. } = *job;
        Self {
            run: run.to_owned(),
            model: model.clone(),
            objects: account.lineage.objects.clone(),
            data_hash: contender.data_hash.map(str::to_owned),
            rows: contender.rows,
            columns: contender.schema.inputs.len(),
            notes: Vec::new(),
            warnings: Vec::new(),
            schema: contender.schema.clone(),
            spec: spec.clone(),
            seed: spec.split.seed,
            code_version: CODE_VERSION.to_owned(),
            artifact: keys::artifact(model, contender.sha256),
            baselines: None,
            metrics: contender.metrics.clone(),
            intervals: contender.intervals.clone(),
            baseline: contender.baseline.clone(),
            latency_ms: contender.latency_ms,
            decision: contender.decision.clone(),
            seconds: account.so_far(),
            peak_memory_bytes: memory::peak_bytes(),
        }
    }
}
