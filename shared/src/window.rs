//! A span of time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A span of time; the end is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Bounds")]
pub struct Window {
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
}

/// A window that ends before it starts, or at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the window ends at {end}, which is not after its start at {start}")]
pub struct EmptyWindow {
    start: Timestamp,
    end: Timestamp,
}

#[derive(Deserialize)]
struct Bounds {
    start: Timestamp,
    end: Timestamp,
}

impl TryFrom<Bounds> for Window {
    type Error = EmptyWindow;

    fn try_from(Bounds { start, end }: Bounds) -> Result<Self, EmptyWindow> {
        Self::new(start, end)
    }
}

impl Window {
    /// The window from `start` to before `end`.
    ///
    /// # Errors
    /// When it is empty.
    pub fn new(start: Timestamp, end: Timestamp) -> Result<Self, EmptyWindow> {
        if start < end { Ok(Self { start, end }) } else { Err(EmptyWindow { start, end }) }
    }

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
