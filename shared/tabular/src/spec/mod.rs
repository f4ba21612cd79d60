//! `model.toml`: what a user says about a model. Every key is optional; what is
//! not said is inferred from the data.

mod anomaly;
mod batch;
mod capture;
mod clustering;
mod columns;
mod constraints;
mod data;
mod duration;
mod forecasting;
mod frequency;
mod gate;
mod image;
mod retraining;
mod space;
mod split;
mod thresholds;
mod training;
mod unknown_word;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::expression::Expression;
use crate::plain::plainly;
pub use anomaly::{Anomaly, Contamination, NamedContamination};
pub use batch::{Batch, TableFormat, When};
pub use capture::Capture;
pub use clustering::Clustering;
pub use columns::{
    ColumnKind, ColumnSpec, DatePart, Encode, Fill, Impute, Scale, Transform, Unknown, Weighting,
};
pub use constraints::{ColumnConstraints, Constraints, Severity};
pub use data::{Data, Mode};
pub use duration::{Duration, InvalidDuration};
pub use forecasting::{Duplicates, ForecasterKind, Forecasting, RollingOrigin, Winner};
pub use frequency::{Frequency, InvalidFrequency, Unit};
pub use gate::{Approval, Gate};
pub use image::Image;
pub use retraining::Retraining;
pub use space::{Axis, AxisRange, AxisScale, Spaces};
pub use split::{Split, Strategy};
pub use thresholds::{ThresholdError, Thresholds};
pub use training::{BalanceChoice, Choice, LearnerKind, RunMode, Search, Training};
pub use unknown_word::{UnknownWord, WordRole};

/// The specification of a model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Spec {
    /// The task; inferred from the target column when absent.
    pub task: Option<TaskKind>,
    /// The target column; `target`, `label` or `y`, else the last one, when absent. Of
    /// anomalies it is the column that tells which rows are some, if there is one; clusters
    /// have none.
    pub target: Option<String>,
    /// The column that identifies a row; not an input.
    pub id: Option<String>,
    /// The column that says when a row happened: it orders rows, and is an input
    /// unless it is in `ignore`.
    pub time: Option<String>,
    /// The column whose equal values belong together, such as a customer; not an
    /// input.
    pub group: Option<String>,
    /// Columns that are not inputs, such as identifiers.
    pub ignore: Vec<String>,
    /// Which rows of which objects are learned from.
    pub data: Data,
    /// Columns that are computed from others: an expression by name, such as
    /// `speed = "ride_dist / ride_time"`.
    pub derived: BTreeMap<String, Expression>,
    /// What is said about single columns, by name.
    pub columns: BTreeMap<String, ColumnSpec>,
    /// How far an upload may differ from what the champion was trained on.
    pub constraints: Constraints,
    /// How the data is split.
    pub split: Split,
    /// Which learners compete, and for how long.
    pub training: Training,
    /// What is forecast, and how far. Where it is given, `task` is `forecasting` unless it
    /// says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forecasting: Option<Forecasting>,
    /// What counts as an anomaly.
    pub anomaly: Anomaly,
    /// Which clusters are looked for.
    pub clustering: Clustering,
    /// When a challenger becomes the champion.
    pub gate: Gate,
    /// What is kept of requests and answers.
    pub capture: Capture,
    /// How whole files are scored.
    pub batch: Batch,
    /// How the pixels of a picture become inputs.
    pub image: Image,
    /// When captured traffic counts as drifted.
    pub drift: Drift,
}

/// The kinds of task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskKind {
    /// Predict one of a few classes.
    Classification,
    /// Predict a number.
    Regression,
    /// Predict what comes next in series of numbers.
    Forecasting,
    /// Find the rows that are unlike the others.
    Anomaly,
    /// Find groups of rows that are alike.
    Clustering,
}

impl TaskKind {
    /// Whether it is learned from the inputs alone.
    #[must_use]
    pub fn is_unsupervised(self) -> bool {
        matches!(self, Self::Anomaly | Self::Clustering)
    }
}

/// How traffic is compared with the training data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Drift {
    /// The span of a check that is asked for without a window, in hours, at least
    /// 1. Default 24.
    pub window_hours: u32,
    /// Into how many chunks of time a window is divided at most, so that a change in a
    /// part of it shows; 1 looks at the whole only. Default 4.
    pub chunks: u32,
    /// The level of the tests and the floors of the effects.
    pub thresholds: Thresholds,
    /// Columns whose drift is a warning at most, such as a season that is known.
    pub quiet: Vec<String>,
    /// Until when drift is reported without an alert. Default: never.
    pub silent_until: Option<Timestamp>,
    /// Whether there are metrics of single columns, beside those of the check. Default
    /// `true`.
    pub column_metrics: bool,
    /// When drift is reason enough to train again.
    pub retraining: Retraining,
}

impl Default for Drift {
    fn default() -> Self {
        Self {
            window_hours: 24,
            chunks: 4,
            thresholds: Thresholds::default(),
            quiet: Vec::new(),
            silent_until: None,
            column_metrics: true,
            retraining: Retraining::default(),
        }
    }
}

/// A spec that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// Not UTF-8.
    #[error("model.toml is not UTF-8 at byte {at}")]
    NotUtf8 {
        /// The first byte that is not.
        at: usize,
    },
    /// A key or a value that does not exist.
    #[error(transparent)]
    UnknownWord(#[from] UnknownWord),
    /// Not TOML, or a value of the wrong type.
    #[error("model.toml: {0}")]
    Syntax(String),
    /// A drift threshold out of its range.
    #[error("model.toml: {0}")]
    Threshold(#[from] ThresholdError),
    /// What is said of a column cannot be done.
    #[error("model.toml: `[columns.{column}]`: {rule}")]
    Column {
        /// The column.
        column: String,
        /// What to say instead.
        rule: &'static str,
    },
    /// A value out of its range.
    #[error("model.toml: `{key}` is {value}, but {rule}")]
    OutOfRange {
        /// The key.
        key: &'static str,
        /// Its value.
        value: String,
        /// What it must be.
        rule: &'static str,
    },
}

impl Spec {
    /// Reads a `model.toml`.
    ///
    /// # Errors
    /// When it is not UTF-8 or TOML, has an unknown key (the nearest known one is
    /// named), or a value out of its range.
    pub fn parse(bytes: &[u8]) -> Result<Self, SpecError> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| SpecError::NotUtf8 { at: error.valid_up_to() })?;
        let spec: Self = toml::from_str(text).map_err(|error| {
            UnknownWord::find(&error, text).map_or_else(
                || SpecError::Syntax(plainly(error.to_string().trim_end())),
                SpecError::UnknownWord,
            )
        })?;
        spec.validate()?;
        Ok(spec)
    }

    /// What is forecast; `None` where the task is another one.
    #[must_use]
    pub fn forecasts(&self) -> Option<Forecasting> {
        match (self.task, &self.forecasting) {
            (None | Some(TaskKind::Forecasting), Some(forecasting)) => Some(forecasting.clone()),
            (Some(TaskKind::Forecasting), None) => Some(Forecasting::default()),
            _ => None,
        }
    }

    fn validate(&self) -> Result<(), SpecError> {
        self.data.validate()?;
        self.split.validate(self.group.is_some(), self.time.is_some())?;
        if let Some(forecasting) = &self.forecasting {
            forecasting.validate()?;
        }
        self.training.validate(self.task)?;
        self.anomaly.validate()?;
        self.clustering.validate()?;
        let unused = self.task != Some(TaskKind::Anomaly) && self.anomaly != Anomaly::default();
        let rule = "only `task = \"anomaly\"` looks for anomalies: write that, too";
        check(!unused, "anomaly", "given", rule)?;
        let unused =
            self.task != Some(TaskKind::Clustering) && self.clustering != Clustering::default();
        let rule = "only `task = \"clustering\"` looks for clusters: write that, too";
        check(!unused, "clustering", "given", rule)?;
        let clusters_have_none = "clusters are found without one: list the column in `ignore`";
        let target = self.target.as_deref().filter(|_| self.task == Some(TaskKind::Clustering));
        check(target.is_none(), "target", target.unwrap_or_default(), clusters_have_none)?;
        self.gate.validate()?;
        self.constraints.validate()?;
        self.capture.validate()?;
        self.batch.validate(self.task)?;
        self.image.validate()?;
        for (column, said) in &self.columns {
            if let Some(rule) = said.contradiction() {
                return Err(SpecError::Column { column: column.clone(), rule });
            }
        }
        let hours = self.drift.window_hours;
        check(
            (1..=24 * 366).contains(&hours),
            "drift.window_hours",
            hours,
            "it must be at least 1 and at most a year",
        )?;
        self.drift.retraining.validate()?;
        let chunks = self.drift.chunks;
        check((1..=16).contains(&chunks), "drift.chunks", chunks, "it must lie between 1 and 16")?;
        Ok(self.drift.thresholds.validate()?)
    }
}

/// Refuses a value out of its range.
fn check(
    holds: bool,
    key: &'static str,
    value: impl ToString,
    rule: &'static str,
) -> Result<(), SpecError> {
    if holds { Ok(()) } else { Err(SpecError::OutOfRange { key, value: value.to_string(), rule }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_spec_is_the_default() {
        assert_eq!(Spec::parse(b"").unwrap(), Spec::default());
    }

    #[test]
    fn an_unknown_key_names_the_nearest_known_one() {
        let error = Spec::parse(b"tarket = 'y'").unwrap_err().to_string();
        assert_eq!(error, "model.toml: unknown key `tarket` on line 1; did you mean `target`?");
        let error = Spec::parse(b"[split]\nholdout = 0.1\nsede = 1\n").unwrap_err().to_string();
        assert_eq!(error, "model.toml: unknown key `sede` on line 3; did you mean `seed`?");
    }

    #[test]
    fn an_unknown_value_names_the_nearest_known_one() {
        let error = Spec::parse(b"[columns.age]\nscale = 'stanard'").unwrap_err().to_string();
        let expected = "model.toml: unknown value `stanard` on line 2; did you mean `standard`? \
                        Known are none, standard, min_max, robust, deviation, l2";
        assert_eq!(error, expected);
        let error = Spec::parse(b"[training]\nlearners = ['linear', 'bosting']").unwrap_err();
        assert!(error.to_string().contains("did you mean `boosting`? Known are "), "{error}");
    }

    #[test]
    fn keys_that_could_have_no_effect_are_refused() {
        for (text, says) in [
            ("training.seconds = 1e30", "`training.seconds` is 1000000000000000000000000000000"),
            ("training.trial_seconds = 1e30", "it must be above 0 and at most a year (31536000)"),
            ("training.memory_mib = 0", "leave it out for no limit"),
            ("forecasting.quantiles = []", "leave it out for 0.1, 0.5 and 0.9"),
            (
                "task = 'clustering'\nbatch.interval = 0.9",
                "`batch.interval` is 0.9, but only numbers (`task = \"regression\"`) have",
            ),
            ("data.last_rows = 0", "`data.last_rows` is 0, but it must be at least 1"),
            ("[clustering]\neps = 0.3", "`clustering` is given, but only `task = \"clustering\"`"),
            ("[anomaly]\ncontamination = 0.1", "`anomaly` is given, but only `task = \"anomaly\"`"),
            ("task = 'regression'\ntraining.balance = 'smote'", "`training.balance` is smote"),
        ] {
            let error = Spec::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        assert!(Spec::parse(b"task = 'regression'\ntraining.balance = 'none'").is_ok());
    }

    #[test]
    fn values_out_of_range_say_what_is_allowed() {
        let error = Spec::parse(b"[split]\nholdout = 0.9").unwrap_err().to_string();
        assert_eq!(
            error,
            "model.toml: `split.holdout` is 0.9, but it must be above 0 and at most 0.5"
        );
        let error = Spec::parse(b"[columns.age]\nfill = 3").unwrap_err().to_string();
        let rule = "`impute = \"constant\"` and `fill` need each other";
        assert_eq!(error, format!("model.toml: `[columns.age]`: {rule}"));
        assert!(Spec::parse(b"[columns.note]\nbuckets = 0").is_err());
        let error = Spec::parse(b"[forecasting]\nhorizon = -1").unwrap_err().to_string();
        assert!(error.ends_with("integer `-1`, expected a whole number from 0 on"), "{error}");
        let error =
            Spec::parse(b"[drift.retraining]\ndrifted = 3\nof = 2").unwrap_err().to_string();
        let rule = "it must be at least 1 and at most `drift.retraining.of`";
        assert_eq!(error, format!("model.toml: `drift.retraining.drifted` is 3, but {rule}"));
        let error = Spec::parse(b"task = 'anomaly'\n[anomaly]\ncontamination = 0.9").unwrap_err();
        let rule = "it must be above 0 and at most 0.5";
        assert_eq!(
            error.to_string(),
            format!("model.toml: `anomaly.contamination` is 0.9, but {rule}")
        );
        assert!(Spec::parse(b"task = 'clustering'\ntarget = 'y'").is_err());
        assert!(Spec::parse(b"[clustering]\neps = 0.0").is_err());
        let summary = "[batch]\nsummarise = ['comment']\nsentences = 5";
        let error = Spec::parse(summary.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("`batch.summarise` is comment, but only `task"), "{error}");
        let spec = Spec::parse(format!("task = 'anomaly'\n{summary}").as_bytes()).unwrap();
        assert_eq!((spec.batch.summarise, spec.batch.sentences), (vec!["comment".to_owned()], 5));
        assert!(Spec::parse(b"[batch]\nsentences = 0").is_err());
        let error = Spec::parse(b"[training]\nmode = 'train-run'").unwrap_err().to_string();
        assert!(error.contains("`task = \"anomaly\"` or `task = \"clustering\"`"), "{error}");
        assert!(Spec::parse(b"task = 'sorting'").unwrap_err().to_string().contains("sorting"));
        assert!(matches!(Spec::parse(b"\xff"), Err(SpecError::NotUtf8 { at: 0 })));
    }

    #[test]
    fn an_expression_that_cannot_be_read_says_where() {
        let error = Spec::parse(b"[derived]\nspeed = 'dist / (time'").unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
        assert!(error.contains("in `dist / (time`, at character 13: expected"), "{error}");
        let spec = Spec::parse(b"[data]\nfilter = 'open == 1'").unwrap();
        assert_eq!(spec.data.filter.unwrap().text(), "open == 1");
    }

    #[test]
    fn a_forecasting_section_makes_the_task_forecasting() {
        let text = "[forecasting]\nseries = ['store']\nfrequency = 'day'\ncv.folds = 3\n";
        let spec = Spec::parse(text.as_bytes()).unwrap();
        let forecasting = spec.forecasts().unwrap();
        assert_eq!((forecasting.horizon, forecasting.cv.folds), (7, Some(3)));
        assert_eq!(forecasting.frequency, Some(Frequency::every(Unit::Day)));
        assert!(Spec::parse(b"task = 'forecasting'").unwrap().forecasts().is_some());
        assert!(Spec::parse(b"").unwrap().forecasts().is_none());
        for wrong in ["horizon = 0", "quantiles = [1.0]", "seasons = [1]", "cv.period = 0"] {
            assert!(Spec::parse(format!("[forecasting]\n{wrong}").as_bytes()).is_err(), "{wrong}");
        }
        let error = Spec::parse(b"[forecasting]\nhorzon = 3").unwrap_err().to_string();
        assert!(error.contains("did you mean `horizon`?"), "{error}");
        let error = Spec::parse(b"[forecasting]\nholidays.x = ['noon']").unwrap_err().to_string();
        assert!(error.contains("`forecasting.holidays` is noon"), "{error}");
    }

    #[test]
    fn a_task_without_a_target_has_keys_of_its_own() {
        let text = "task = 'clustering'\n[clustering]\neps = 0.3\nmin_samples = 10\n\
                    [training]\nlearners = ['dbscan']\nmode = 'train-run'\n";
        let spec = Spec::parse(text.as_bytes()).unwrap();
        assert_eq!(spec.task, Some(TaskKind::Clustering));
        assert_eq!(spec.clustering.eps, Some(0.3));
        assert_eq!(spec.clustering.min_samples, 10);
        assert_eq!(spec.training.mode, RunMode::TrainRun);
        assert_eq!(spec.training.learners, [LearnerKind::Dbscan]);
        let spec = Spec::parse(b"task = 'anomaly'\n[anomaly]\ncontamination = 0.15").unwrap();
        assert_eq!(spec.anomaly.contamination, Contamination::Share(0.15));
        let auto = Spec::parse(b"[anomaly]\ncontamination = 'auto'").unwrap();
        assert_eq!(auto.anomaly, Anomaly::default());
        let other = Spec::parse(b"task = 'anomaly'\n[training]\nlearners = ['linear']");
        let rule = "is linear, but `task = \"anomaly\"` has `isolation_forest` and `robust_z`";
        assert!(other.unwrap_err().to_string().contains(rule));
    }

    #[test]
    fn a_full_spec_reads_back() {
        let text = "task = 'regression'\ntarget = 'ride_time'\nignore = ['ride_id']\n\
                    [split]\nholdout = 0.3\nseed = 7\n\
                    [training]\nlearners = ['boosting']\nmetric = 'mae'\n\
                    [gate]\nmin_improvement = 0.01\nconfidence = 0.9\n\
                    [derived]\nspeed = 'ride_dist / ride_time'\n";
        let spec = Spec::parse(text.as_bytes()).unwrap();
        assert_eq!(spec.task, Some(TaskKind::Regression));
        assert_eq!(spec.training.learners, [LearnerKind::Boosting]);
        assert_eq!(spec.split, Split { holdout: 0.3, seed: 7, strategy: None });
        let again: Spec = serde_json::from_value(serde_json::to_value(&spec).unwrap()).unwrap();
        assert_eq!(again, spec);
    }
}
