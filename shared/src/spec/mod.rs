//! `model.toml`: what a user says about a model. Every key is optional; what is
//! not said is inferred from the data.

mod thresholds;
mod unknown_key;

use serde::{Deserialize, Serialize};

pub use thresholds::{ThresholdError, Thresholds};
pub use unknown_key::UnknownKey;

/// The specification of a model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Spec {
    /// The task; inferred from the target column when absent.
    pub task: Option<TaskKind>,
    /// The target column; `target`, `label` or `y`, else the last one, when absent.
    pub target: Option<String>,
    /// Columns that are not inputs, such as identifiers.
    pub ignore: Vec<String>,
    /// How the data is split.
    pub split: Split,
    /// Which learners compete, and for how long.
    pub training: Training,
    /// When a challenger becomes the champion.
    pub gate: Gate,
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
}

/// How rows are divided into training and holdout.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Split {
    /// The share of rows held out for evaluation, in (0, 0.5]. Default 0.2.
    pub holdout: f64,
    /// The seed of the split and of every learner. Default 42.
    pub seed: u64,
}

/// Which candidates are trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Training {
    /// The learners that compete. Default all.
    pub learners: Vec<LearnerKind>,
    /// The metric that ranks candidates, as scikit-learn names it. Default:
    /// `roc_auc` for two classes, `log_loss` for more, `rmse` for numbers.
    pub metric: Option<String>,
}

/// The learners by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LearnerKind {
    /// Gradient-boosted trees.
    Boosting,
    /// Logistic regression, or ridge regression for numbers.
    Linear,
    /// The class frequencies, or the mean: always on the leaderboard.
    Baseline,
}

/// When a challenger replaces the champion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gate {
    /// The least improvement of the primary metric, as a share of the champion's
    /// value. Default 0.
    pub min_improvement: f64,
    /// The confidence with which the challenger must be better (paired bootstrap
    /// over the holdout's rows). Default 0.95.
    pub confidence: f64,
}

/// How traffic is compared with the training data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Drift {
    /// The span of a check that is asked for without a window, in hours, at least
    /// 1. Default 24.
    pub window_hours: u32,
    /// The level of the tests and the floors of the effects.
    pub thresholds: Thresholds,
}

impl Default for Drift {
    fn default() -> Self {
        Self { window_hours: 24, thresholds: Thresholds::default() }
    }
}

impl Default for Split {
    fn default() -> Self {
        Self { holdout: 0.2, seed: 42 }
    }
}

impl Default for Training {
    fn default() -> Self {
        Self {
            learners: vec![LearnerKind::Boosting, LearnerKind::Linear, LearnerKind::Baseline],
            metric: None,
        }
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self { min_improvement: 0.0, confidence: 0.95 }
    }
}

impl LearnerKind {
    /// The learner's name in a spec and on the leaderboard.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Boosting => "boosting",
            Self::Linear => "linear",
            Self::Baseline => "baseline",
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
    /// A key that does not exist.
    #[error(transparent)]
    UnknownKey(#[from] UnknownKey),
    /// Not TOML, or a value of the wrong type.
    #[error("model.toml: {0}")]
    Syntax(String),
    /// A drift threshold out of its range.
    #[error("model.toml: {0}")]
    Threshold(#[from] ThresholdError),
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
            UnknownKey::find(&error, text).map_or_else(
                || SpecError::Syntax(error.to_string().trim_end().to_owned()),
                SpecError::UnknownKey,
            )
        })?;
        spec.validate()?;
        Ok(spec)
    }

    fn validate(&self) -> Result<(), SpecError> {
        let check = |holds: bool, key, value: String, rule| {
            if holds { Ok(()) } else { Err(SpecError::OutOfRange { key, value, rule }) }
        };
        let Split { holdout, .. } = self.split;
        check(
            holdout > 0.0 && holdout <= 0.5,
            "split.holdout",
            holdout.to_string(),
            "it must be above 0 and at most 0.5",
        )?;
        let Gate { min_improvement, confidence } = self.gate;
        check(
            (0.0..1.0).contains(&min_improvement),
            "gate.min_improvement",
            min_improvement.to_string(),
            "it must be at least 0 and below 1",
        )?;
        check(
            (0.5..1.0).contains(&confidence),
            "gate.confidence",
            confidence.to_string(),
            "it must be at least 0.5 and below 1",
        )?;
        check(
            !self.training.learners.is_empty(),
            "training.learners",
            "empty".to_owned(),
            "at least one learner must compete",
        )?;
        let hours = self.drift.window_hours;
        check(
            (1..=24 * 366).contains(&hours),
            "drift.window_hours",
            hours.to_string(),
            "it must be at least 1 and at most a year",
        )?;
        Ok(self.drift.thresholds.validate()?)
    }
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
    fn values_out_of_range_say_what_is_allowed() {
        let error = Spec::parse(b"[split]\nholdout = 0.9").unwrap_err().to_string();
        assert_eq!(
            error,
            "model.toml: `split.holdout` is 0.9, but it must be above 0 and at most 0.5"
        );
        assert!(Spec::parse(b"task = 'sorting'").unwrap_err().to_string().contains("sorting"));
        assert!(matches!(Spec::parse(b"\xff"), Err(SpecError::NotUtf8 { at: 0 })));
    }

    #[test]
    fn a_full_spec_reads_back() {
        let text = "task = 'regression'\ntarget = 'ride_time'\nignore = ['ride_id']\n\
                    [split]\nholdout = 0.3\nseed = 7\n\
                    [training]\nlearners = ['boosting']\nmetric = 'mae'\n\
                    [gate]\nmin_improvement = 0.01\nconfidence = 0.9\n";
        let spec = Spec::parse(text.as_bytes()).unwrap();
        assert_eq!(spec.task, Some(TaskKind::Regression));
        assert_eq!(spec.training.learners, [LearnerKind::Boosting]);
        assert_eq!(spec.split, Split { holdout: 0.3, seed: 7 });
        let again: Spec = serde_json::from_value(serde_json::to_value(&spec).unwrap()).unwrap();
        assert_eq!(again, spec);
    }
}
