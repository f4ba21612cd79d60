//! Dates and instants in texts, as seconds since 1970 in UTC.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::TimeZone};

/// The instant that a text names: a date (`2018-08-03`), a date with a time
/// (`2018-08-03 05:00:00`, taken as UTC), or an instant with an offset (RFC 3339).
/// `None` for any other text.
#[must_use]
pub fn parse(text: &str) -> Option<f64> {
    let text = text.trim();
    // Rules out bare numbers, and all that cannot start as a year does.
    let year = text.get(..5)?.as_bytes();
    if !matches!(year, [a, b, c, d, b'-' | b'/'] if [a, b, c, d].iter().all(|d| d.is_ascii_digit()))
    {
        return None;
    }
    let slashes = text.replace('/', "-");
    if let Ok(instant) = slashes.parse::<Timestamp>() {
        return Some(seconds(instant));
    }
    let civil = slashes
        .parse::<DateTime>()
        .or_else(|_| slashes.parse::<Date>().map(|date| date.at(0, 0, 0, 0)))
        .ok()?;
    TimeZone::UTC.to_timestamp(civil).ok().map(seconds)
}

fn seconds(instant: Timestamp) -> f64 {
    instant.as_second() as f64 + f64::from(instant.subsec_nanosecond()) / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_with_and_without_times_are_instants() {
        for (text, seconds) in [
            ("1970-01-02", 86_400.0),
            ("1970/01/02", 86_400.0),
            ("1970-01-01 01:00:00", 3_600.0),
            ("1970-01-01T01:00:00.5Z", 3_600.5),
            ("1970-01-01T01:00:00+01:00", 0.0),
        ] {
            assert_eq!(parse(text), Some(seconds), "{text}");
        }
        for text in ["", "1970", "19700102", "1970-13-01", "may 1970", "1970-01-02 noon", "-1-2-3"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
