//! A span of time.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The seconds of an hour.
const HOUR: i64 = 3600;

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

    /// The hours of universal time that the window touches: the start of each, and its
    /// part of the window.
    pub fn hours(self) -> impl Iterator<Item = (Timestamp, Self)> {
        let hour = SignedDuration::from_hours(1);
        let next = move |start: &Timestamp| start.checked_add(hour).ok();
        std::iter::successors(whole_hour(self.start), next)
            .take_while(move |start| *start < self.end)
            .map(move |start| {
                let end = next(&start).unwrap_or(Timestamp::MAX);
                (start, Self { start: start.max(self.start), end: end.min(self.end) })
            })
    }

    /// The window in a form that can stand in a key: `20260301T000000Z-20260302T000000Z`,
    /// with fractions of a second where there are any.
    #[must_use]
    pub fn id(self) -> String {
        let instant = |time: Timestamp| time.strftime("%Y%m%dT%H%M%S%.fZ").to_string();
        format!("{}-{}", instant(self.start), instant(self.end))
    }
}

/// The start of an instant's hour of universal time; `None` before all time.
#[must_use]
pub fn whole_hour(instant: Timestamp) -> Option<Timestamp> {
    let second = instant.as_second() - i64::from(instant.subsec_nanosecond() < 0);
    Timestamp::from_second(second.div_euclid(HOUR) * HOUR).ok()
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

    fn hours(start: &str, end: &str) -> Vec<String> {
        let hours = window(start, end).unwrap().hours();
        hours.map(|(start, part)| format!("{start} {}", part.id())).collect()
    }

    #[test]
    fn a_window_covers_every_hour_that_it_touches() {
        assert_eq!(
            hours("2025-12-31T22:30:00Z", "2026-01-01T00:00:01Z"),
            [
                "2025-12-31T22:00:00Z 20251231T223000Z-20251231T230000Z",
                "2025-12-31T23:00:00Z 20251231T230000Z-20260101T000000Z",
                "2026-01-01T00:00:00Z 20260101T000000Z-20260101T000001Z",
            ]
        );
        assert_eq!(hours("2026-01-01T05:00:00Z", "2026-01-01T06:00:00Z").len(), 1);
        let before_the_epoch = hours("1969-12-31T23:59:59.5Z", "1970-01-01T00:00:00Z");
        assert_eq!(before_the_epoch, ["1969-12-31T23:00:00Z 19691231T235959.5Z-19700101T000000Z"]);
    }

    #[test]
    fn the_end_is_exclusive() {
        let window = window("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z").unwrap();
        assert!(window.contains(window.start) && !window.contains(window.end));
    }
}
