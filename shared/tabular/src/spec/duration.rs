//! A span of time in a spec: `90d`, `36h`, `2 days`.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::{Deserialize, Serialize};

/// A span of time, not negative; a day has 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Duration(SignedDuration);

/// A text is not a span of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a span of time: write it as `90d`, `36h` or `2 days`")]
pub struct InvalidDuration(String);

impl Duration {
    /// The span as the clock measures it.
    #[must_use]
    pub fn get(self) -> SignedDuration {
        self.0
    }
}

impl From<SignedDuration> for Duration {
    /// The span as long as `duration`, whatever its sign.
    fn from(duration: SignedDuration) -> Self {
        Self(duration.abs())
    }
}

impl FromStr for Duration {
    type Err = InvalidDuration;

    fn from_str(text: &str) -> Result<Self, InvalidDuration> {
        let invalid = || InvalidDuration(text.to_owned());
        let span: Span = text.parse().map_err(|_| invalid())?;
        let duration =
            span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| invalid())?;
        if duration.is_negative() { Err(invalid()) } else { Ok(Self(duration)) }
    }
}

impl TryFrom<String> for Duration {
    type Error = InvalidDuration;

    fn try_from(text: String) -> Result<Self, InvalidDuration> {
        text.parse()
    }
}

impl From<Duration> for String {
    fn from(duration: Duration) -> Self {
        duration.to_string()
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, rest) = (self.0.as_hours(), self.0.as_secs() % 3600);
        match (hours % 24, rest) {
            (0, 0) => write!(formatter, "{}d", hours / 24),
            (_, 0) => write!(formatter, "{hours}h"),
            _ => write!(formatter, "{:#}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_written() {
        for (text, hours) in [("90d", 2160), ("36h", 36), ("2 days", 48), ("1w", 168), ("0d", 0)] {
            let duration: Duration = text.parse().unwrap();
            assert_eq!(duration.get().as_hours(), hours, "{text}");
            assert_eq!(duration.to_string().parse(), Ok(duration), "{text}");
        }
        let odd: Duration = "1h 30m".parse().unwrap();
        assert_eq!(odd.to_string().parse(), Ok(odd));
    }

    #[test]
    fn what_is_no_span_says_how_to_write_one() {
        for text in ["soon", "-2d", "1 month"] {
            let error = text.parse::<Duration>().unwrap_err().to_string();
            assert!(error.contains("write it as `90d`"), "{error}");
        }
    }
}
