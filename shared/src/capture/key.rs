//! Where captured lines are kept.

use jiff::{SignedDuration, Timestamp};

use crate::name::{ModelName, Reference};

const HOUR: i64 = 3600;

/// The key of a file of lines: `capture/{model}/{variant}/{yyyy}/{mm}/{dd}/{hh}/{id}.jsonl`,
/// in universal time. The `id` must be unique and free of slashes.
#[must_use]
pub fn key(model: &ModelName, variant: &Reference, time: Timestamp, id: &str) -> String {
    format!("{}{id}.jsonl", hour_prefix(model, variant, time))
}

/// The prefixes under which the lines from `start` to before `end` are kept, one an
/// hour. The first and last hour may hold lines outside of that time too.
pub fn hour_prefixes(
    model: &ModelName,
    variant: &Reference,
    start: Timestamp,
    end: Timestamp,
) -> impl Iterator<Item = String> {
    let first = Timestamp::from_second(start.as_second().div_euclid(HOUR) * HOUR).ok();
    std::iter::successors(first, |hour| hour.checked_add(SignedDuration::from_hours(1)).ok())
        .take_while(move |hour| start < end && *hour < end)
        .map(move |hour| hour_prefix(model, variant, hour))
}

fn hour_prefix(model: &ModelName, variant: &Reference, time: Timestamp) -> String {
    format!("capture/{model}/{variant}/{}/", time.strftime("%Y/%m/%d/%H"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefixes(start: &str, end: &str) -> Vec<String> {
        let (model, variant) = ("taxi".parse().unwrap(), Reference::default());
        hour_prefixes(&model, &variant, start.parse().unwrap(), end.parse().unwrap()).collect()
    }

    #[test]
    fn a_key_names_the_hour_in_universal_time() {
        let (model, variant) = ("taxi".parse().unwrap(), "3".parse().unwrap());
        let time = "2026-03-01T00:59:59.9+02:00".parse().unwrap();
        assert_eq!(
            key(&model, &variant, time, "0198-7"),
            "capture/taxi/3/2026/02/28/22/0198-7.jsonl"
        );
    }

    #[test]
    fn a_window_covers_every_hour_that_it_touches() {
        assert_eq!(
            prefixes("2025-12-31T22:30:00Z", "2026-01-01T00:00:01Z"),
            [
                "capture/taxi/champion/2025/12/31/22/",
                "capture/taxi/champion/2025/12/31/23/",
                "capture/taxi/champion/2026/01/01/00/",
            ]
        );
        assert_eq!(prefixes("2026-01-01T05:00:00Z", "2026-01-01T06:00:00Z").len(), 1);
        assert!(prefixes("2026-01-01T05:30:00Z", "2026-01-01T05:30:00Z").is_empty());
        assert!(prefixes("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z").is_empty());
        assert_eq!(prefixes("1969-12-31T23:59:00Z", "1970-01-01T00:00:00Z").len(), 1);
    }
}
