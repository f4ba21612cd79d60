//! Rows that are not answered.

use serde::{Deserialize, Serialize};

/// How many rejected rows a manifest lists; the file of them has all.
pub const LISTED: usize = 50;

/// A row that is not answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedRow {
    /// Its number in the file, from 1.
    pub row: u64,
    /// The line that it stands on, where there are lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Why.
    pub reason: String,
}
