//! Operands of a row each, or of one value for all rows.

/// The rows of columns that are as long as the table, or one value for all rows.
pub(super) fn common_length(lengths: [usize; 3]) -> usize {
    lengths.into_iter().find(|&length| length != 1).unwrap_or(1)
}

/// The value in a row of a column that may be one value for all rows.
pub(super) fn value<T: Copy>(values: &[T], row: usize) -> Option<T> {
    match values {
        [constant] => Some(*constant),
        _ => values.get(row).copied(),
    }
}
