//! `[split]`: which rows are held out, and how folds are made.

use serde::{Deserialize, Serialize};

use super::{SpecError, check};

/// How rows are divided into training and holdout, and training rows into folds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Split {
    /// The share of rows held out for evaluation, in (0, 0.5]. Default 0.2.
    pub holdout: f64,
    /// The seed of the split and of every learner. Default 42.
    pub seed: u64,
    /// How rows are divided. Default: `chronological` with a `time` column,
    /// `grouped` with a `group` column, else `stratified` for classes and `random`
    /// for numbers.
    pub strategy: Option<Strategy>,
}

/// How rows are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    /// By a hash of the row's content.
    Random,
    /// The same, of each class alike.
    Stratified,
    /// By a hash of the group: a group's rows stay together.
    Grouped,
    /// The latest rows are held out; folds go forward in time.
    Chronological,
}

impl Split {
    pub(super) fn validate(&self) -> Result<(), SpecError> {
        let holdout = self.holdout;
        let rule = "it must be above 0 and at most 0.5";
        check(holdout > 0.0 && holdout <= 0.5, "split.holdout", holdout, rule)
    }
}

impl Default for Split {
    fn default() -> Self {
        Self { holdout: 0.2, seed: 42, strategy: None }
    }
}
