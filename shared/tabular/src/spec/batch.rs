//! `[batch]`: how whole files are scored.

use serde::{Deserialize, Serialize};

use super::{SpecError, TaskKind, check};

/// How whole files are scored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Batch {
    /// When files are scored that nobody asks for by name. Default `upload`.
    pub when: When,
    /// How predictions are written. Default: as the file that they are for.
    pub format: Option<TableFormat>,
    /// The share of true values that the bounds beside a number are to cover, between 0
    /// and 1. Default: no bounds.
    pub interval: Option<f64>,
    /// The columns of texts of which the outliers' most telling sentences are told, of the
    /// tasks `anomaly` and `clustering`; they need not be inputs. Default none.
    pub summarise: Vec<String>,
    /// So many sentences tell of each of them, 1 to 100. Default 3.
    pub sentences: usize,
}

/// When files are scored that nobody asks for by name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// Each file when it is uploaded.
    #[default]
    Upload,
    /// The files of a day together, after it.
    Daily,
}

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableFormat {
    /// Comma-separated values with a header.
    Csv,
    /// One JSON object a line.
    Jsonl,
    /// Parquet.
    Parquet,
}

impl TableFormat {
    /// The format's name, which is its suffix too.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Parquet => "parquet",
        }
    }

    /// The media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Jsonl => "application/jsonlines",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

impl Batch {
    pub(super) fn validate(&self, task: Option<TaskKind>) -> Result<(), SpecError> {
        let interval = self.interval.unwrap_or(0.5);
        check(
            0.0 < interval && interval < 1.0,
            "batch.interval",
            interval,
            "it must lie between 0 and 1",
        )?;
        let rule = "only numbers (`task = \"regression\"`) have intervals: leave it out";
        let others = task.is_some_and(|task| task != TaskKind::Regression);
        check(!(others && self.interval.is_some()), "batch.interval", interval, rule)?;
        check(
            self.summarise.is_empty() || task.is_some_and(TaskKind::is_unsupervised),
            "batch.summarise",
            self.summarise.join(", "),
            "only `task = \"anomaly\"` or `task = \"clustering\"` finds outliers to tell of",
        )?;
        let sentences = self.sentences;
        let rule = "it must be 1 to 100";
        check((1..=100).contains(&sentences), "batch.sentences", sentences, rule)
    }
}

impl Default for Batch {
    fn default() -> Self {
        Self {
            when: When::default(),
            format: None,
            interval: None,
            summarise: Vec::new(),
            sentences: 3,
        }
    }
}
