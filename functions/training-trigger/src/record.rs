//! What a run writes down about itself.

use std::collections::BTreeMap;
use std::time::Instant;

use jiff::Timestamp;
use model_factory::dataset::{Defect, Schema};
use model_factory::forecasting::Board;
use model_factory::learners::Structure;
use model_factory::metrics::{Interval, Metric};
use model_factory::name::{Alias, ModelName, Version};
use model_factory::registry::Baselines;
use model_factory::runtime::memory;
use model_factory::spec::Spec;
use model_factory::training::{Decision, Durations, Importances, Leaderboard};
use model_factory::window::Window;
use serde::{Deserialize, Serialize};

use crate::report::{Outcome, Run};

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

/// What a run leaves in `runs/{model}/{run}/training.json` before it registers its
/// version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingRecord {
    /// The run.
    pub run: String,
    /// The model.
    pub model: ModelName,
    /// The objects that it learned from.
    pub objects: Vec<ObjectRead>,
    /// The hash of the rows' content.
    pub data_hash: String,
    /// How many rows it learned from and was measured on.
    pub rows: usize,
    /// How many inputs the model reads.
    pub columns: usize,
    /// What was done about the data, in words.
    pub notes: Vec<String>,
    /// What is wrong with the data and yet no reason not to train.
    pub warnings: Vec<Defect>,
    /// Its inputs and task.
    pub schema: Schema,
    /// The spec that it was trained by.
    pub spec: Spec,
    /// The seed of the split and of every learner.
    pub seed: u64,
    /// The version of the code.
    pub code_version: String,
    /// The key of the artifact.
    pub artifact: String,
    /// What the training data promises about later data.
    pub baselines: Option<Baselines>,
    /// What the model has found in its rows; `None` where it predicts a target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structure: Option<Structure>,
    /// Every candidate, the best first.
    pub leaderboard: Leaderboard,
    /// The winner's metrics on the holdout.
    pub metrics: BTreeMap<Metric, f64>,
    /// The 95 % interval of each metric.
    pub intervals: BTreeMap<Metric, Interval>,
    /// The naive baseline's metrics on the holdout.
    pub baseline: BTreeMap<Metric, f64>,
    /// How much the winner depends on each input.
    pub importances: Importances,
    /// The median time of one row, in milliseconds.
    pub latency_ms: Option<f64>,
    /// What the gate said.
    pub decision: Decision,
    /// How long the parts took until then.
    pub seconds: Seconds,
    /// The most memory that was held until then.
    pub peak_memory_bytes: Option<u64>,
}

/// What a training on series leaves in `runs/{model}/{run}/forecasting.json` before it
/// registers its version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesRecord {
    /// The run.
    pub run: String,
    /// The model.
    pub model: ModelName,
    /// The objects that it learned from.
    pub objects: Vec<ObjectRead>,
    /// The hash of the series' content.
    pub data_hash: String,
    /// How many rows were read.
    pub rows: usize,
    /// How many series there are.
    pub series: usize,
    /// What was done about the data, in words.
    pub notes: Vec<String>,
    /// What is wrong with the data and yet no reason not to train.
    pub warnings: Vec<Defect>,
    /// The columns that matter.
    pub schema: Schema,
    /// The spec that it was trained by.
    pub spec: Spec,
    /// The seed of every draw.
    pub seed: u64,
    /// The version of the code.
    pub code_version: String,
    /// The key of the artifact.
    pub artifact: String,
    /// Every learner, the best first.
    pub leaderboard: Board,
    /// The metrics of the last horizon, which was held out.
    pub metrics: BTreeMap<Metric, f64>,
    /// The 95 % intervals of these.
    pub intervals: BTreeMap<Metric, Interval>,
    /// The seasonal naive forecast's metrics on the same steps.
    pub baseline: BTreeMap<Metric, f64>,
    /// With which probability the truth was to lie between the outermost quantiles;
    /// `metrics.coverage` says how often it did.
    pub coverage: f64,
    /// How long one series takes to be forecast, in milliseconds.
    pub latency_ms: f64,
    /// What the gate said.
    pub decision: Decision,
    /// How many series have the naive forecast because time was over.
    pub unfinished: usize,
    /// Whether another run goes on with them.
    pub continues: bool,
    /// How long the parts took until then.
    pub seconds: Seconds,
    /// The most memory that was held until then.
    pub peak_memory_bytes: Option<u64>,
}

/// What an import leaves in `runs/{model}/{run}/import.json` before it registers its
/// version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportRecord {
    /// The run.
    pub run: String,
    /// The model.
    pub model: ModelName,
    /// The key of the file that was imported.
    pub file: String,
    /// The library and format that it is of, such as `XGBoost JSON`.
    pub format: String,
    /// The objects that were read.
    pub objects: Vec<ObjectRead>,
    /// The hash of the labelled rows' content; `None` without such rows.
    pub data_hash: Option<String>,
    /// How many rows it was measured and profiled on.
    pub rows: usize,
    /// How many inputs the model reads.
    pub columns: usize,
    /// What was inferred about the data, in words.
    pub notes: Vec<String>,
    /// Its inputs and task.
    pub schema: Schema,
    /// The spec that it was judged by.
    pub spec: Spec,
    /// The version of the code.
    pub code_version: String,
    /// The key of the artifact.
    pub artifact: String,
    /// What the labelled data promises about later data.
    pub baselines: Option<Baselines>,
    /// The metrics on the holdout; empty without labelled rows.
    pub metrics: BTreeMap<Metric, f64>,
    /// The 95 % intervals of the metrics.
    pub intervals: BTreeMap<Metric, Interval>,
    /// Whether it may become the champion.
    pub passed: bool,
    /// Why, in words.
    pub reasons: Vec<String>,
    /// How long the parts took until then.
    pub seconds: Seconds,
    /// The most memory that was held until then.
    pub peak_memory_bytes: Option<u64>,
}

/// What is measured while a run goes on.
pub(crate) struct Account {
    began: Instant,
    started_at: Timestamp,
    /// How long its parts took so far.
    pub(crate) seconds: Seconds,
    /// What is known of its lineage so far.
    pub(crate) lineage: Lineage,
    /// Whether an earlier delivery has done the work, and may have written its record.
    pub(crate) done_before: bool,
}

impl Account {
    /// Begins to measure.
    pub(crate) fn open(started_at: Timestamp) -> Self {
        memory::forget_peak();
        Self {
            began: Instant::now(),
            started_at,
            seconds: Seconds::default(),
            lineage: Lineage::default(),
            done_before: false,
        }
    }

    /// How long the run took so far, in parts.
    pub(crate) fn so_far(&self) -> Seconds {
        Seconds { total: self.began.elapsed().as_secs_f64(), ..self.seconds }
    }

    /// The record of a run that ends now.
    pub(crate) fn close(mut self, run: Run, told: Told, ended_at: Timestamp) -> RunRecord {
        if let Outcome::Registered { version, promoted, awaits_approval, .. } = &run.outcome {
            self.lineage.version = Some(*version);
            self.lineage.alias = match (promoted, awaits_approval) {
                (true, _) => Some(Alias::champion()),
                (_, true) => Some(Alias::challenger()),
                _ => None,
            };
        }
        let seconds = self.so_far();
        let Told { cause, forced, dataset, etag, window } = told;
        RunRecord {
            run,
            cause,
            forced,
            dataset,
            etag,
            window,
            lineage: self.lineage,
            seconds,
            peak_memory_bytes: memory::peak_bytes(),
            started_at: self.started_at,
            ended_at,
        }
    }
}

/// What the trigger told of a run.
pub(crate) struct Told {
    pub(crate) cause: String,
    pub(crate) forced: bool,
    pub(crate) dataset: Option<String>,
    pub(crate) etag: Option<String>,
    pub(crate) window: Option<Window>,
}
