//! How often a series is observed: `hour`, `15min`, `day`, `2 weeks`, `month`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The time from one observation to the next: a number of units, at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Frequency {
    /// The unit.
    pub unit: Unit,
    /// How many of it.
    pub count: u32,
}

/// A unit of time. The first five have the same length always, the others are of the
/// calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// 1 s.
    Second,
    /// 60 s.
    Minute,
    /// 3,600 s.
    Hour,
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// A month of the calendar.
    Month,
    /// Three months.
    Quarter,
    /// Twelve months.
    Year,
}

/// A text is not a frequency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a frequency: write `hour`, `15min`, `day`, `week`, `month`, `quarter` or `year`"
)]
pub struct InvalidFrequency(String);

impl Unit {
    /// The seconds of a unit of fixed length; `None` for those of the calendar.
    #[must_use]
    pub fn seconds(self) -> Option<i64> {
        match self {
            Self::Second => Some(1),
            Self::Minute => Some(60),
            Self::Hour => Some(3_600),
            Self::Day => Some(86_400),
            Self::Week => Some(604_800),
            Self::Month | Self::Quarter | Self::Year => None,
        }
    }

    /// The months of a unit of the calendar; 0 for the others.
    #[must_use]
    pub fn months(self) -> i64 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
            _ => 0,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }
}

impl Frequency {
    /// Every one of a unit.
    #[must_use]
    pub fn every(unit: Unit) -> Self {
        Self { unit, count: 1 }
    }
}

impl FromStr for Frequency {
    type Err = InvalidFrequency;

    /// Reads a count and a unit; also pandas' abbreviations, such as `h` and `15min`.
    fn from_str(text: &str) -> Result<Self, InvalidFrequency> {
        let invalid = || InvalidFrequency(text.to_owned());
        let trimmed = text.trim();
        let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
        let (count, unit) = trimmed.split_at(digits);
        let count = if count.is_empty() { 1 } else { count.parse().map_err(|_| invalid())? };
        let unit = match unit.trim().to_ascii_lowercase().as_str() {
            "s" | "second" | "seconds" => Unit::Second,
            "min" | "minute" | "minutes" => Unit::Minute,
            "h" | "hour" | "hours" | "hourly" => Unit::Hour,
            "d" | "day" | "days" | "daily" => Unit::Day,
            "w" | "week" | "weeks" | "weekly" => Unit::Week,
            "month" | "months" | "monthly" | "ms" | "me" => Unit::Month,
            "quarter" | "quarters" | "quarterly" | "qs" | "qe" => Unit::Quarter,
            "y" | "year" | "years" | "yearly" | "ys" | "ye" => Unit::Year,
            _ => return Err(invalid()),
        };
        if count == 0 { Err(invalid()) } else { Ok(Self { unit, count }) }
    }
}

impl TryFrom<String> for Frequency {
    type Error = InvalidFrequency;

    fn try_from(text: String) -> Result<Self, InvalidFrequency> {
        text.parse()
    }
}

impl From<Frequency> for String {
    fn from(frequency: Frequency) -> Self {
        frequency.to_string()
    }
}

impl fmt::Display for Frequency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            1 => formatter.write_str(self.unit.name()),
            count => write!(formatter, "{count} {}s", self.unit.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frequency_reads_back_as_it_is_written() {
        for (text, written) in
            [("h", "hour"), ("15min", "15 minutes"), ("2 weeks", "2 weeks"), ("MS", "month")]
        {
            let frequency: Frequency = text.parse().unwrap();
            assert_eq!(frequency.to_string(), written);
            assert_eq!(written.parse(), Ok(frequency));
        }
        for text in ["", "0 days", "fortnight", "-1 day"] {
            assert!(text.parse::<Frequency>().is_err(), "{text}");
        }
    }
}
