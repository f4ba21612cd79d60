//! The windows before a window.

use jiff::Timestamp;

use super::report::Verdict;
use crate::registry::DriftRecord;

/// Whether the record tells of drift.
pub(super) fn is_drift(record: &DriftRecord) -> bool {
    record.verdict == Verdict::Drift.name()
}

/// `current` and the windows of the same variant before it that have a verdict, none of
/// which overlaps a later one, the newest first.
pub(super) fn windows<'a>(
    past: &'a [DriftRecord],
    current: &'a DriftRecord,
) -> impl Iterator<Item = &'a DriftRecord> {
    let judged =
        |record: &DriftRecord| is_drift(record) || record.verdict == Verdict::Stable.name();
    let mut earlier: Vec<&DriftRecord> = past
        .iter()
        .filter(|record| record.variant == current.variant && judged(record))
        .filter(|record| record.end <= current.start)
        .collect();
    // Of several checks of a window that of the newest version counts.
    earlier.sort_by_key(|record| (record.end, record.start, record.version));
    let mut next_start = current.start;
    let earlier = earlier.into_iter().rev().filter(move |record| {
        let apart = record.end <= next_start;
        if apart {
            next_start = record.start;
        }
        apart
    });
    std::iter::once(current).chain(earlier)
}

/// Since when there has been drift in every window, and in how many.
#[must_use]
pub fn drifting_since(past: &[DriftRecord], current: &DriftRecord) -> (Timestamp, usize) {
    let run = windows(past, current).take_while(|record| is_drift(record));
    run.fold((current.start, 0), |(_, count), record| (record.start, count + 1))
}
