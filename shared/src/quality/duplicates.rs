//! Rows that stand there more than once.

use super::finding::percent;
use crate::dataset::{Defect, Labelled};

/// A warning when more than the share `limit` of the rows repeat an earlier one, target
/// included.
pub(super) fn check(data: &Labelled, limit: f64) -> Option<Defect> {
    let mut hashes = data.row_hashes();
    hashes.sort_unstable();
    hashes.dedup();
    let repeats = data.rows() - hashes.len();
    let share = repeats as f64 / data.rows().max(1) as f64;
    (share > limit).then(|| {
        Defect::new(
            "duplicate_rows",
            format!(
                "{repeats} rows ({}) repeat an earlier one in every column: remove them unless \
                 each stands for something that happened",
                percent(share)
            ),
        )
    })
}
