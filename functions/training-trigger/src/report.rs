//! What the function answers: one entry for each training that an event asked for.

use model_factory::name::Version;
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

/// What came of a training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// A version is registered.
    Registered {
        /// Its number.
        version: Version,
        /// Whether the gate made it the champion.
        promoted: bool,
        /// Whether it passed the gate and waits for a person's approval.
        awaits_approval: bool,
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
    /// No training was needed yet.
    Skipped {
        /// Why.
        reason: String,
    },
    /// The object was replaced before it was read; its successor has an event of its
    /// own.
    Superseded,
}
