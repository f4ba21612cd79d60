//! The values of an output, row by row.

use serde::{Serialize, Serializer};

use super::row_errors::RowErrors;

/// The values of an output, row-major, `width` of each row; those of rows that do not
/// fit are told as `null`.
#[derive(Debug)]
pub(super) struct Cells<'a, T> {
    pub(super) values: &'a [T],
    pub(super) width: usize,
    pub(super) errors: &'a RowErrors,
}

impl<T: Serialize> Serialize for Cells<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { values, width, errors } = *self;
        if errors.is_empty() {
            return serializer.collect_seq(values);
        }
        let rows = values.chunks(width.max(1)).enumerate();
        serializer.collect_seq(rows.flat_map(|(row, cells)| {
            let fits = errors.get(row).is_none();
            cells.iter().map(move |cell| fits.then_some(cell))
        }))
    }
}
