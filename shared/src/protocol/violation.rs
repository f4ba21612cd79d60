//! How a request differs from what its model expects, input by input.

use std::fmt;

use super::oip::Datatype;
use super::row_errors::RowErrors;
use crate::plural::counted;

/// How many violations of one request are listed.
pub const LISTED: usize = 20;

/// How many characters of a client's own words an answer repeats.
const SHOWN: usize = 40;

/// One difference between a request and its model's schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The input, when it is about one.
    pub input: Option<String>,
    /// The row, from 1, when it is about one.
    pub row: Option<usize>,
    /// What is wrong.
    pub reason: Reason,
}

/// What is wrong with an input or a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The model has no such input.
    #[error("not an input of the model{}", hint(.nearest.as_deref()))]
    Unknown {
        /// The model's input with a similar name.
        nearest: Option<String>,
    },
    /// The input has no name.
    #[error("a column without a name, as pandas writes its index: leave it out (`index=False`)")]
    Nameless,
    /// The input or its value is absent, and the training data had a value in every row.
    #[error("missing, though the model was trained with a value in every row")]
    Missing,
    /// The input is there twice.
    #[error("given twice")]
    Duplicate,
    /// The tensor's datatype cannot hold the input's values.
    #[error("datatype {found} where {expected} is expected")]
    Datatype {
        /// The tensor's datatype.
        found: Datatype,
        /// What would be right.
        expected: &'static str,
    },
    /// The tensor's shape is not that of a column or table.
    #[error("shape {found:?} where {expected} is expected")]
    Shape {
        /// The tensor's shape.
        found: Vec<u64>,
        /// What would be right.
        expected: String,
    },
    /// The tensor's data are fewer or more than its shape says.
    #[error("{found} data where the shape asks for {expected}")]
    Length {
        /// How many there are; `more than n` when counting stopped.
        found: String,
        /// How many the shape asks for.
        expected: usize,
    },
    /// The tensor's data are nested in another way than its shape.
    #[error("data nested unlike the shape: give one flat list, or one list a row")]
    Nesting,
    /// A value is not of the input's type.
    #[error("found {found} where {expected} is expected")]
    Mistyped {
        /// The value.
        found: String,
        /// What would be right.
        expected: &'static str,
    },
    /// A text is too long.
    #[error("a text of {found} bytes, more than the {limit} allowed")]
    TextTooLong {
        /// Its bytes.
        found: usize,
        /// The bytes allowed.
        limit: usize,
    },
    /// A row has another number of values than there are columns.
    #[error("{} for {}", counted(*.found, "value"), counted(*.expected, "column"))]
    RowLength {
        /// The values of the row.
        found: usize,
        /// The columns.
        expected: usize,
    },
    /// The model has no finite answer to the row.
    #[error(
        "the model has no finite answer to these values: send none that is far beyond those of \
         the training data"
    )]
    Overflow,
}

/// All differences of one request, of which the first [`LISTED`] are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations {
    listed: Vec<Violation>,
    total: usize,
    /// Where those of single rows are kept, when they are no hindrance.
    of_rows: Option<RowErrors>,
}

impl Violation {
    /// A violation of an input as a whole.
    pub(super) fn of_input(input: &str, reason: Reason) -> Self {
        Self { input: Some(shorten(input)), row: None, reason }
    }

    /// The violation of a value. `row` counts from 0.
    pub(super) fn of_value(input: &str, row: usize, reason: Reason) -> Self {
        Self { input: Some(shorten(input)), row: Some(row + 1), reason }
    }

    /// The violation of a row as a whole. `row` counts from 0.
    pub(super) fn of_row(row: usize, reason: Reason) -> Self {
        Self { input: None, row: Some(row + 1), reason }
    }
}

impl Violation {
    /// In words, where the row is told by other means.
    fn without_row(self) -> String {
        Self { row: None, ..self }.to_string()
    }
}

impl Violations {
    /// Those that are listed, in the order of the request.
    #[must_use]
    pub fn listed(&self) -> &[Violation] {
        &self.listed
    }

    /// None yet. With `partial`, those of single rows are told apart.
    pub(super) fn new(partial: bool) -> Self {
        Self { of_rows: partial.then(RowErrors::default), ..Self::default() }
    }

    /// Adds one, of a row (counted from 0) unless it is about all.
    pub(super) fn push(&mut self, row: Option<usize>, violation: impl FnOnce() -> Violation) {
        if let (Some(row), Some(of_rows)) = (row, &mut self.of_rows) {
            return of_rows.add(row, || violation().without_row());
        }
        self.total += 1;
        if self.listed.len() < LISTED {
            self.listed.push(violation());
        }
    }

    /// What is wrong with single rows, unless more is wrong.
    pub(super) fn into_row_errors(self) -> Result<RowErrors, Self> {
        match self.total {
            0 => Ok(self.of_rows.unwrap_or_default()),
            _ => Err(self),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.input, self.row) {
            (Some(input), Some(row)) => write!(formatter, "input `{input}`, row {row}: ")?,
            (Some(input), None) => write!(formatter, "input `{input}`: ")?,
            (None, Some(row)) => write!(formatter, "row {row}: ")?,
            (None, None) => {}
        }
        self.reason.fmt(formatter)
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for violation in self.listed.iter().take(3) {
            write!(formatter, "{separator}{violation}")?;
            separator = "; ";
        }
        match self.total.saturating_sub(3) {
            0 => Ok(()),
            more => write!(formatter, "; and {more} more"),
        }
    }
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; the nearest is `{nearest}`"))
}

/// The beginning of a client's own words.
pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_violations_are_told_and_the_rest_counted() {
        let mut violations = Violations::default();
        for row in 0..50 {
            violations.push(Some(row), || Violation::of_value("x", row, Reason::Missing));
        }
        assert_eq!(violations.listed().len(), LISTED);
        let told = violations.to_string();
        assert!(told.starts_with("input `x`, row 1: missing"), "{told}");
        assert!(told.ends_with("; and 47 more"), "{told}");
    }

    #[test]
    fn long_words_of_a_client_are_cut_between_characters() {
        assert_eq!(shorten("short"), "short");
        assert_eq!(shorten(&"ä".repeat(1_000)), format!("{}…", "ä".repeat(SHOWN)));
    }
}
