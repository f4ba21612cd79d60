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
    /// The same, of each class alike; as `random` for numbers.
    Stratified,
    /// By a hash of the `group` column's value: a group's rows stay together.
    Grouped,
    /// The latest rows by the `time` column are held out; each fold is validated on a span
    /// of time and trains on all that came before. Rows of one instant stay together.
    Chronological,
}

impl Split {
    pub(super) fn validate(&self, group: bool, time: bool) -> Result<(), SpecError> {
        let holdout = self.holdout;
        let rule = "it must be above 0 and at most 0.5";
        check(holdout > 0.0 && holdout <= 0.5, "split.holdout", holdout, rule)?;
        let key = "split.strategy";
        let grouped = self.strategy == Some(Strategy::Grouped);
        check(group || !grouped, key, "grouped", "`group` names no column")?;
        let chronological = self.strategy == Some(Strategy::Chronological);
        check(time || !chronological, key, "chronological", "`time` names no column")
    }
}

impl Default for Split {
    fn default() -> Self {
        Self { holdout: 0.2, seed: 42, strategy: None }
    }
}
