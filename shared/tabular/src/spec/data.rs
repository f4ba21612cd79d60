//! `[data]`: which rows of which objects a training learns from.

use serde::{Deserialize, Serialize};

use super::duration::Duration;
use super::{SpecError, check};
use crate::expression::Expression;

/// Which rows of which objects a training learns from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// Whether an upload replaces the data set or adds to it. Default `snapshot`.
    pub mode: Mode,
    /// Of an appended data set, how far back objects are read, such as `90d`.
    /// Default: all of them.
    pub window: Option<Duration>,
    /// Rows for which this expression is true are learned from, such as `open == 1`.
    /// Default: all rows.
    pub filter: Option<Expression>,
    /// Only the last rows (by the time column, else in the order of the file) are
    /// learned from. Default: all rows.
    pub last_rows: Option<usize>,
}

impl Data {
    pub(super) fn validate(&self) -> Result<(), SpecError> {
        let last = self.last_rows.unwrap_or(1);
        check(last > 0, "data.last_rows", last, "it must be at least 1: leave it out for all rows")
    }
}

/// How the objects of a data set belong together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Each object is the whole data set.
    #[default]
    Snapshot,
    /// Each object adds rows.
    Append,
}
