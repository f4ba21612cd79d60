//! What the function answers: one entry for each file.

use model_factory::name::{ModelName, Version};
use serde::{Deserialize, Serialize};

use crate::request::Selection;

/// The answer to an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// What was asked for.
    pub batches: Vec<Batch>,
}

/// What was asked for of one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// The model's name, or the key that names none.
    pub subject: String,
    /// Which files; `None` for one that was uploaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection: Option<Selection>,
    /// What came of it.
    pub status: Status,
    /// One entry for each file.
    pub files: Vec<File>,
}

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Every file has come to its end.
    Done,
    /// There is no such file.
    NoData,
    /// The time was over: the files that are left are asked for by an event.
    HandedOn,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// Its key.
    pub key: String,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What came of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Its rows are scored.
    Scored {
        /// The version that answered.
        version: Version,
        /// The key of the predictions.
        output: String,
        /// The key of the manifest.
        manifest: String,
        /// How many rows were answered.
        predicted: u64,
        /// How many were not.
        rejected: u64,
        /// Those among the answered ones that are unlike the others; absent where the model
        /// tells of none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outliers: Option<OutlierRows>,
    },
    /// It has no row.
    NoData {
        /// The key of the manifest.
        manifest: String,
    },
    /// It cannot be scored.
    Refused {
        /// The key of the manifest; `None` where no version can answer.
        manifest: Option<String>,
        /// Why.
        reasons: Vec<String>,
    },
    /// It waits for the end of its day, as `model.toml` says.
    Waiting,
    /// It was replaced before it was read; its successor has an event of its own.
    Superseded,
}

/// Rows of a file that are unlike the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlierRows {
    /// How many there are.
    pub rows: u64,
    /// The key under which they are listed; `None` without any.
    pub output: Option<String>,
}

impl Batch {
    /// A batch of a model.
    pub(crate) fn of(model: &ModelName, selection: Selection, files: Vec<File>) -> Self {
        let status = if files.is_empty() { Status::NoData } else { Status::Done };
        Self { subject: model.to_string(), selection: Some(selection), status, files }
    }
}
