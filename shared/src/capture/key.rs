//! Where captured lines are kept.

use jiff::Timestamp;

use crate::name::{ModelName, Reference};

/// The key of a file of lines: `capture/{model}/{variant}/{yyyy}/{mm}/{dd}/{hh}/{id}.jsonl`,
/// in universal time. The `id` must be unique and free of slashes.
#[must_use]
pub fn key(model: &ModelName, variant: &Reference, time: Timestamp, id: &str) -> String {
    format!("{}{id}.jsonl", hour_prefix(model, variant, time))
}

/// The prefix under which the lines of an instant's hour are kept.
#[must_use]
pub fn hour_prefix(model: &ModelName, variant: &Reference, time: Timestamp) -> String {
    format!("capture/{model}/{variant}/{}/", time.strftime("%Y/%m/%d/%H"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_the_hour_in_universal_time() {
        let (model, variant) = ("taxi".parse().unwrap(), "3".parse().unwrap());
        let time = "2026-03-01T00:59:59.9+02:00".parse().unwrap();
        assert_eq!(
            key(&model, &variant, time, "0198-7"),
            "capture/taxi/3/2026/02/28/22/0198-7.jsonl"
        );
    }
}
