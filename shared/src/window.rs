//! A span of time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A span of time; the end is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
}

impl Window {
    /// Whether an instant lies in the window.
    #[must_use]
    pub fn contains(self, instant: Timestamp) -> bool {
        self.start <= instant && instant < self.end
    }

    /// The window in a form that can stand in a key: `20260301T000000Z-20260302T000000Z`.
    #[must_use]
    pub fn id(self) -> String {
        let instant = |time: Timestamp| time.strftime("%Y%m%dT%H%M%SZ").to_string();
        format!("{}-{}", instant(self.start), instant(self.end))
    }
}
