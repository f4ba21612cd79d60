//! What is told of a file beside its predictions.

use jiff::Timestamp;
use model_factory::batch::{Summary, Wishes};
use model_factory::dataset::Defect;
use model_factory::name::{ModelName, Reference, Version};
use serde::{Deserialize, Serialize};

use crate::report::{Batch, Outcome, OutlierRows};

/// What is left beside a file's predictions, when they are there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// What came of the file.
    pub status: FileStatus,
    /// The model.
    pub model: ModelName,
    /// The version that answered.
    pub version: Version,
    /// The version or alias that was asked.
    pub asked: Reference,
    /// The SHA-256 of the artifact.
    pub artifact: String,
    /// The file.
    pub input: Input,
    /// The predictions; `None` when there are none.
    pub output: Option<Written>,
    /// The rows among them that are unlike the others, written as the predictions are; `None`
    /// without any.
    pub outliers: Option<Written>,
    /// The rows that were not answered, each with its reason; `None` without any.
    pub rejected: Option<Written>,
    /// What was asked for beside the predictions.
    pub wishes: Wishes,
    /// Counts, the first of the rejected rows, and what the outliers' texts say.
    pub summary: Option<Summary>,
    /// Why the file cannot be scored.
    pub reasons: Vec<Defect>,
    /// What to know of the version before its answers are believed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// How long it took, in seconds.
    pub seconds: Seconds,
    /// The most memory that was held; `None` where the system does not tell.
    pub peak_memory_bytes: Option<u64>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
}

/// What came of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileStatus {
    /// Its rows are scored.
    Scored,
    /// It has no row.
    NoData,
    /// It cannot be scored.
    Refused,
}

/// The file that was scored, as it was then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Its key.
    pub key: String,
    /// The tag of its content.
    pub etag: String,
    /// Its version, where the bucket keeps versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its size.
    pub bytes: u64,
}

/// An object that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Its key.
    pub key: String,
    /// Its size.
    pub bytes: u64,
}

/// How long a file took, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Seconds {
    /// To load the model.
    pub load: f64,
    /// To read, to answer and to write all rows.
    pub score: f64,
}

impl Manifest {
    /// What is reported of the file, whose manifest lies under `key`.
    pub(crate) fn outcome(&self, key: String) -> Outcome {
        match (self.status, &self.output, &self.summary) {
            (FileStatus::Scored, Some(output), Some(summary)) => Outcome::Scored {
                version: self.version,
                output: output.key.clone(),
                manifest: key,
                predicted: summary.predicted,
                rejected: summary.rejected,
                outliers: summary.outliers.as_ref().map(|outliers| OutlierRows {
                    rows: outliers.rows,
                    output: self.outliers.as_ref().map(|written| written.key.clone()),
                }),
            },
            (FileStatus::Refused, ..) => Outcome::Refused {
                manifest: Some(key),
                reasons: self.reasons.iter().map(|reason| reason.message.clone()).collect(),
            },
            _ => Outcome::NoData { manifest: key },
        }
    }
}

/// What is left of a request for a day, a prefix or a key, when it has come to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// What came of it.
    #[serde(flatten)]
    pub batch: Batch,
    /// The version or alias that was asked.
    pub asked: Reference,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
}
