//! What the function answers: one entry for each model.

use model_factory::drift::Verdict;
use model_factory::name::{ModelName, Reference, Version};
use model_factory::registry::RetrainingDecision;
use model_factory::window::Window;
use serde::{Deserialize, Serialize};

/// The answer to an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckReport {
    /// One entry for each model that has a champion.
    pub models: Vec<Checked>,
}

/// One model's window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checked {
    /// The model.
    pub model: ModelName,
    /// Whose captures were compared.
    pub variant: Reference,
    /// The version whose profile was the reference.
    pub version: Version,
    /// The window.
    pub window: Window,
    /// What was found.
    pub verdict: Verdict,
    /// How many rows were compared.
    pub rows: u64,
    /// How many captured requests could not be read.
    pub unreadable: usize,
    /// The columns that drifted, the strongest first.
    pub columns: Vec<String>,
    /// What was decided about a retraining; `None` where there was no drift.
    pub retraining: Option<RetrainingDecision>,
    /// The key of the HTML report.
    pub report: String,
}
