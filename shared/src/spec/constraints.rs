//! `[constraints]`: how far an upload may differ from what the champion was trained
//! on.

use serde::{Deserialize, Serialize};

/// How far an upload may differ from what the champion was trained on. A hard break
/// quarantines it, a soft one is noted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Constraints {
    /// Whether uploads are held against the champion's constraints. Default true.
    pub enforce: bool,
    /// By how much the share of present values of a column may fall before it is a
    /// hard break; a quarter of it is a soft one. Default 0.2.
    pub completeness: f64,
    /// The share of values outside of a column's domain, or of another type, above
    /// which it is a hard break; a quarter of it is a soft one. Default 0.2.
    pub domain: f64,
    /// The share of rows that stand there more than once, above which it is noted.
    /// Default 0.05.
    pub duplicates: f64,
    /// What becomes of a column that determines the target. Default `warn`.
    pub leakage: Severity,
}

/// What a break leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing.
    Allow,
    /// A note in the run's record and in the event.
    Warn,
    /// The data set is quarantined.
    Reject,
}

impl Default for Constraints {
    fn default() -> Self {
        Self {
            enforce: true,
            completeness: 0.2,
            domain: 0.2,
            duplicates: 0.05,
            leakage: Severity::Warn,
        }
    }
}
