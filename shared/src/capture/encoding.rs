//! How a body is kept in a line.

use serde::{Deserialize, Serialize};

/// How a body is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Encoding {
    /// CSV as it is.
    Csv,
    /// JSON as it is, in a text.
    Json,
    /// Anything else, as BASE64.
    Base64,
}
