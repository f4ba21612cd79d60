//! A request as every protocol delivers it.

use std::borrow::Cow;

use super::options::Options;
use super::output::Output;
use super::row_errors::RowErrors;
use crate::dataset::Table;

/// Rows to predict, and how the answer shall look.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The client's own name of the request, which the answer repeats.
    pub id: Option<String>,
    /// The inputs: every column of the schema, in its order.
    pub table: Table,
    /// Which rows do not fit; none unless [`Options::partial`].
    pub errors: RowErrors,
    /// What to tell, in this order; never empty.
    pub outputs: Vec<Output>,
    /// What else the client asked for.
    pub options: Options,
}

impl Request {
    /// The rows that fit: those that a model answers.
    #[must_use]
    pub fn fitting(&self) -> Cow<'_, Table> {
        match self.errors.is_empty() {
            true => Cow::Borrowed(&self.table),
            false => Cow::Owned(self.table.select(&self.errors.fitting(self.table.rows()))),
        }
    }
}
