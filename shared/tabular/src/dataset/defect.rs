//! What is wrong with a data set, in words that a user can act on.

use serde::{Deserialize, Serialize};

/// How many defects of one data set are listed in full.
pub const LISTED: usize = 50;

/// One reason to reject a data set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Defect {
    /// A stable identifier of the kind of defect, such as `ragged_row`.
    pub code: String,
    /// What is wrong, where, and what to do.
    pub message: String,
    /// The data row, from 1 (the header does not count).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub row: Option<u64>,
    /// The column's name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<String>,
    /// Whether what model.toml says does not fit the data set: either may be wrong.
    #[serde(skip)]
    pub of_spec: bool,
}

/// A data set that cannot be trained on, with every reason that was found (at
/// most [`LISTED`]).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the data set is rejected: {}", summary(.0))]
pub struct Rejection(pub Vec<Defect>);

impl Defect {
    /// A defect of the data set as a whole.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            row: None,
            column: None,
            of_spec: false,
        }
    }

    /// A defect of the data set as a whole, if what model.toml says is right.
    pub fn of_spec(code: &str, message: impl Into<String>) -> Self {
        Self { of_spec: true, ..Self::new(code, message) }
    }

    /// The same, in a row.
    #[must_use]
    pub fn in_row(mut self, row: u64) -> Self {
        self.row = Some(row);
        self
    }

    /// The same, in a column.
    #[must_use]
    pub fn in_column(mut self, column: &str) -> Self {
        self.column = Some(column.to_owned());
        self
    }
}

impl Rejection {
    /// At most [`LISTED`] of the defects, which a file that is no table has by the
    /// thousand.
    #[must_use]
    pub fn of(mut defects: Vec<Defect>) -> Self {
        defects.truncate(LISTED);
        Self(defects)
    }

    /// Whether another model.toml would take every reason away.
    #[must_use]
    pub fn is_of_spec(&self) -> bool {
        self.0.iter().all(|defect| defect.of_spec)
    }

    /// The first reasons in a sentence.
    #[must_use]
    pub fn summary(&self) -> String {
        summary(&self.0)
    }
}

impl From<Defect> for Rejection {
    fn from(defect: Defect) -> Self {
        Self(vec![defect])
    }
}

fn summary(defects: &[Defect]) -> String {
    let shown: Vec<&str> = defects.iter().take(3).map(|defect| defect.message.as_str()).collect();
    match defects.len().saturating_sub(shown.len()) {
        0 => shown.join("; "),
        more => format!("{}; and {more} more", shown.join("; ")),
    }
}
