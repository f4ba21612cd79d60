//! Expressions over the columns of a table: derived columns and filters.
//!
//! `ride_dist / ride_time`, `open == 1 and not is_missing(sales)`,
//! ``if(`emp.var.rate` < 0, "falling", lower([job title]))``.
//!
//! - Values are numbers (dates are seconds since 1970), texts and truths. A truth counts
//!   as 1 and 0, and a number other than 0 is true.
//! - A column is named bare (letters, digits, `_` and `.`), or in backquotes or brackets.
//!   Texts stand in single or double quotes, doubled inside.
//! - `or`, `and`, `not`, then comparisons, `+ -`, `* / %`, the sign, and `^` bind ever
//!   tighter. Comparisons are not chained.
//! - What is missing makes missing whatever is computed from it; so does a result that is
//!   no finite number, such as that of a division by zero. `and` and `or` follow SQL's
//!   three-valued logic; [`Function`] lists what else treats missing values.

mod error;
mod evaluate;
mod function;
mod node;
mod parse;
mod rows;
mod texts;
mod token;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use error::{ExpressionError, Problem};
pub use function::Function;
use node::Node;

/// The longest expression, in bytes.
pub const MAX_LENGTH: usize = 2_000;

/// The deepest nesting of operators and calls.
pub const MAX_DEPTH: usize = 100;

/// A parsed expression. It is serialised as its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Expression {
    text: String,
    root: Node,
}

/// A table that expressions can be evaluated over.
pub trait Columns {
    /// The number of rows.
    fn rows(&self) -> usize;

    /// The names of all columns.
    fn names(&self) -> impl Iterator<Item = &str>;

    /// The values of one column.
    fn values(&self, name: &str) -> Option<ColumnValues<'_>>;
}

/// The values of a column, one a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ColumnValues<'a> {
    /// Numbers; `NaN` is missing.
    Numbers(&'a [f64]),
    /// `levels[codes[row]]`; a code that is no index is missing.
    Texts {
        /// One code a row.
        codes: &'a [u32],
        /// The texts.
        levels: &'a [String],
    },
}

/// The values of an expression, one a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Evaluated {
    /// Numbers; `NaN` is missing.
    Numbers(Vec<f64>),
    /// 1, 0, or `NaN` where it is missing.
    Truths(Vec<f64>),
    /// `levels[codes[row]]`; [`u32::MAX`] is missing.
    Texts {
        /// One code a row.
        codes: Vec<u32>,
        /// The distinct texts.
        levels: Vec<String>,
    },
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// When it does not follow the language, calls an unknown function or with the wrong
    /// number of arguments, or is longer than [`MAX_LENGTH`] or deeper than [`MAX_DEPTH`].
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        Ok(Self { root: parse::parse(text)?, text: text.to_owned() })
    }

    /// The expression as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The columns that it reads.
    #[must_use]
    pub fn columns(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.root.collect_columns(&mut names);
        names
    }

    /// Its value in every row.
    ///
    /// # Errors
    /// When a column does not exist (the nearest one is named), or a text stands where a
    /// number is needed or the reverse. Whether it fails does not depend on the rows: over
    /// no rows, this checks the types.
    pub fn evaluate(&self, table: &impl Columns) -> Result<Evaluated, ExpressionError> {
        evaluate::evaluate(&self.root, table)
            .map_err(|(at, problem)| ExpressionError::new(&self.text, at, problem))
    }

    /// The rows in which it is true (neither false nor missing), in order.
    ///
    /// # Errors
    /// As [`Self::evaluate`]; and when its value is a text.
    pub fn matching(&self, table: &impl Columns) -> Result<Vec<usize>, ExpressionError> {
        match self.evaluate(table)? {
            Evaluated::Numbers(values) | Evaluated::Truths(values) => {
                let chosen = (0..).zip(values).filter(|(_, v)| !v.is_nan() && *v != 0.0);
                Ok(chosen.map(|(row, _)| row).collect())
            }
            Evaluated::Texts { .. } => {
                let problem = Problem::WrongType { expected: "a truth", found: "a text" };
                Err(ExpressionError::new(&self.text, 0, problem))
            }
        }
    }
}

impl TryFrom<String> for Expression {
    type Error = ExpressionError;

    fn try_from(text: String) -> Result<Self, ExpressionError> {
        Self::parse(&text)
    }
}

impl From<Expression> for String {
    fn from(expression: Expression) -> Self {
        expression.text
    }
}

#[cfg(test)]
mod tests;
