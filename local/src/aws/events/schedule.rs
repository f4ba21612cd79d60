//! Schedules: `rate(…)` expressions and what they trigger.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::event::Event;
use crate::aws::arn;

/// A function that is invoked again and again.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// The schedule's name, unique in a stack.
    pub name: String,
    /// How often.
    pub rate: Rate,
    /// The function to invoke.
    pub function: String,
    /// What the function gets instead of the "Scheduled Event".
    pub input: Option<Value>,
}

impl Schedule {
    /// What the function gets at `time`.
    pub(super) fn payload(
        &self,
        region: &str,
        time: Timestamp,
    ) -> Result<String, serde_json::Error> {
        match &self.input {
            Some(input) => serde_json::to_string(input),
            None => {
                let event = Event::new("aws.events", "Scheduled Event", region, time);
                let resources = vec![arn::rule(region, &self.name)];
                serde_json::to_string(&Event { resources, ..event })
            }
        }
    }
}

/// How often a schedule fires.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rate(Duration);

/// Why a text is no rate.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` is not a rate, write `rate(1 minute)`, `rate(5 minutes)`, `rate(12 hours)` or `rate(7 days)`"
)]
pub struct RateError(String);

impl Rate {
    /// A rate that EventBridge's expressions cannot state, for tests and
    /// demonstrations that do not wait for minutes; at least a millisecond.
    #[must_use]
    pub fn every(period: Duration) -> Self {
        Self(period.max(Duration::from_millis(1)))
    }

    pub(super) fn period_ms(self) -> i64 {
        i64::try_from(self.0.as_millis()).unwrap_or(i64::MAX)
    }
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text)
            .map(|seconds| Self(Duration::from_secs(seconds)))
            .ok_or_else(|| RateError(text.to_owned()))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "every {:?}", self.0)
    }
}

fn parse(text: &str) -> Option<u64> {
    let (value, unit) = text.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
    let value: u64 = value.parse().ok().filter(|value| *value > 0)?;
    // EventBridge insists on the right number.
    let unit = match (unit, value) {
        ("minute", 1) => 60,
        ("hour", 1) => 60 * 60,
        ("day", 1) => 24 * 60 * 60,
        ("minutes", 2..) => 60,
        ("hours", 2..) => 60 * 60,
        ("days", 2..) => 24 * 60 * 60,
        _ => return None,
    };
    value.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::{Duration, Rate};

    #[test]
    fn a_rate_has_a_positive_number_and_a_unit_that_agrees() {
        let rate = |text: &str| text.parse::<Rate>().ok();
        assert_eq!(rate("rate(1 minute)"), Some(Rate(Duration::from_secs(60))));
        assert_eq!(rate("rate(5 minutes)"), Some(Rate(Duration::from_secs(300))));
        assert_eq!(rate("rate(12 hours)"), Some(Rate(Duration::from_secs(43_200))));
        assert_eq!(rate("rate(7 days)"), Some(Rate(Duration::from_secs(604_800))));
        for text in
            ["rate(0 minutes)", "rate(1 minutes)", "rate(2 minute)", "rate(5 seconds)", "5 minutes"]
        {
            assert_eq!(rate(text), None, "{text}");
        }
    }
}
