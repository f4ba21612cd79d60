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

    /// The window in a form that can stand in a key: `20260301T000000Z-20260302T000000Z`,
    /// with fractions of a second where there are any.
    #[must_use]
    pub fn id(self) -> String {
        let instant = |time: Timestamp| time.strftime("%Y%m%dT%H%M%S%.fZ").to_string();
        format!("{}-{}", instant(self.start), instant(self.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(start: &str, end: &str) -> Result<Window, EmptyWindow> {
        Window::new(start.parse().unwrap(), end.parse().unwrap())
    }

    #[test]
    fn windows_that_differ_have_ids_that_differ() {
        let whole = window("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z").unwrap();
        assert_eq!(whole.id(), "20260301T000000Z-20260302T000000Z");
        let fraction = window("2026-03-01T00:00:00Z", "2026-03-02T00:00:00.25Z").unwrap();
        assert_eq!(fraction.id(), "20260301T000000Z-20260302T000000.25Z");
    }

    #[test]
    fn an_empty_window_is_refused_also_when_it_is_read() {
        assert!(window("2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z").is_err());
        let backwards = r#"{"start": "2026-03-02T00:00:00Z", "end": "2026-03-01T00:00:00Z"}"#;
        let error = serde_json::from_str::<Window>(backwards).unwrap_err().to_string();
        assert!(error.starts_with("the window ends at 2026-03-01T00:00:00Z"), "{error}");
    }

    #[test]
    fn the_end_is_exclusive() {
        let window = window("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z").unwrap();
        assert!(window.contains(window.start) && !window.contains(window.end));
    }
}
