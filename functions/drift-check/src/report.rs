//! What the function answers: one entry for each model.

use std::fmt;

use model_factory::drift::Verdict;
use model_factory::name::{ModelName, Reference, Version};
use model_factory::registry::RetrainingDecision;
use model_factory::window::Window;
use serde::{Deserialize, Serialize};

/// The answer to an event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckReport {
    /// One entry for each model that was checked.
    pub models: Vec<Checked>,
    /// One entry for each model of series whose forecasts were looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forecasts: Vec<ForecastsChecked>,
    /// One entry for each model that was not, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_checked: Vec<NotChecked>,
}

/// A model that was not checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotChecked {
    /// The model.
    pub model: ModelName,
    /// Whose captures were to be compared.
    pub variant: Reference,
    /// Why not.
    pub reason: Reason,
    /// Why not, in words.
    pub detail: String,
}

/// Why a model was not checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No version answers for the variant.
    NoVersion,
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NoVersion => "no version of the model answers for the variant",
        })
    }
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

/// One model's window of forecasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForecastsChecked {
    /// The model.
    pub model: ModelName,
    /// Whose forecasts were looked at.
    pub variant: Reference,
    /// The version that answers for the variant.
    pub version: Version,
    /// When the forecasts were answered.
    pub window: Window,
    /// How many forecasts were captured.
    pub forecasts: usize,
    /// How many steps they are of, each counted once for a version and series.
    pub steps: usize,
    /// Of how many of these the truth is known.
    pub known: usize,
    /// How many captured lines could not be read.
    pub unreadable: usize,
    /// The key of the JSON report.
    pub report: String,
}
