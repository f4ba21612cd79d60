//! What the function answers: one entry for each training that an event asked for.

use jiff::Timestamp;
use model_factory::name::Version;
use model_factory::window::Window;
use serde::{Deserialize, Serialize};

/// The answer to an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// One entry for each training.
    pub runs: Vec<Run>,
}

/// One training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its id, the same for every delivery of its event.
    pub run: String,
    /// The model's name, or the key that names none.
    pub subject: String,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What a run leaves in `runs/{model}/{run}/run.json` when it has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The run and its outcome.
    #[serde(flatten)]
    pub run: Run,
    /// Why it ran.
    pub cause: String,
    /// The key of the data set; `None` when the model has none.
    pub dataset: Option<String>,
    /// The tag of the content that was announced, where it was.
    pub etag: Option<String>,
    /// The window of captured traffic that it learned from too.
    pub window: Option<Window>,
    /// When it ended.
    pub ended_at: Timestamp,
}

/// What came of a training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// A version is registered.
    Registered {
        /// Its number.
        version: Version,
        /// Whether it is the champion now.
        promoted: bool,
        /// The gate's reasons.
        reasons: Vec<String>,
    },
    /// The data set lies in quarantine.
    Rejected {
        /// Where it lies; `None` when it was gone before it could be read.
        quarantine: Option<String>,
        /// Why.
        reasons: Vec<String>,
    },
    /// No model could be trained.
    Failed {
        /// Why.
        reason: String,
    },
    /// The object was replaced before it was read; its successor has an event of its
    /// own.
    Superseded,
}
