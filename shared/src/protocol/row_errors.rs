//! What is wrong with single rows of a request.

use std::collections::BTreeMap;

/// What is wrong with single rows of a request whose other rows are answered. A row's
/// values that were refused are missing in the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowErrors(BTreeMap<usize, String>);

impl RowErrors {
    /// Whether every row fits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with a row, counted from 0.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&str> {
        self.0.get(&row).map(String::as_str)
    }

    /// Of so many rows, those that fit.
    #[must_use]
    pub fn fitting(&self, rows: usize) -> Vec<usize> {
        (0..rows).filter(|row| !self.0.contains_key(row)).collect()
    }

    /// With what is wrong with rows that were held to fit.
    #[must_use]
    pub fn and(mut self, later: Self) -> Self {
        for (row, error) in later.0 {
            self.add(row, || error);
        }
        self
    }

    /// Keeps what is found first.
    pub(super) fn add(&mut self, row: usize, error: impl FnOnce() -> String) {
        self.0.entry(row).or_insert_with(error);
    }
}
