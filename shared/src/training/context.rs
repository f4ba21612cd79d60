//! What bounds a run, who watches it, and what it took.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::learners::Deadline;
use crate::metrics::Metric;

/// What bounds a run, and who watches it. A run that no deadline cuts short gives the
/// same artifact in every context.
#[derive(Clone, Copy)]
pub struct TrainingContext<'a> {
    /// When the search has to end, so that its winner can be fitted, measured, stored
    /// and registered in the time that is left.
    pub deadline: Deadline,
    /// When the function ends. What the search has left of the time is for fitting its
    /// winner; where that does not suffice, the next best candidate takes its place. What is
    /// left then bounds how thoroughly the winner's inputs are measured.
    pub end: Deadline,
    /// The most bytes that one candidate may need, unless the spec says otherwise.
    pub memory_bytes: Option<u64>,
    /// Told of every candidate when it has been tried, and of every series when its
    /// learners have been compared.
    pub watch: &'a (dyn Fn(&Progress) + Sync),
}

/// How far a search has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// What is counted.
    #[serde(default)]
    pub unit: Unit,
    /// How many candidates have been tried, or series been compared.
    pub tried: usize,
    /// How many will be at most; `None` when time alone ends the search.
    pub of: Option<usize>,
    /// The metric that ranks candidates.
    pub metric: Metric,
    /// The best mean score so far; `None` while nobody has one.
    pub best: Option<f64>,
    /// The best candidate in a few words; empty while there is none.
    pub candidate: String,
}

/// What the progress of a run is counted in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Candidates that have been tried on all rows.
    #[default]
    Trial,
    /// Series on which all learners have been compared.
    Series,
}

/// How long the parts of a run took, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Durations {
    /// To score candidates by cross-validation.
    pub search: f64,
    /// To fit the winner to all training rows.
    pub fit: f64,
    /// To measure it, judge it, and write the artifact.
    pub evaluate: f64,
}

impl Default for TrainingContext<'_> {
    /// All the time in the world, and nobody watching.
    fn default() -> Self {
        Self {
            deadline: Deadline::default(),
            end: Deadline::default(),
            memory_bytes: None,
            watch: &|_| {},
        }
    }
}

impl fmt::Debug for TrainingContext<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TrainingContext")
            .field("deadline", &self.deadline)
            .field("end", &self.end)
            .field("memory_bytes", &self.memory_bytes)
            .finish_non_exhaustive()
    }
}
