//! What is wrong with an expression, and where.

use super::{MAX_DEPTH, MAX_LENGTH};

/// At most this many characters of an expression stand in a message.
const SHOWN: usize = 80;

/// An expression that cannot be read or evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("in `{expression}`, at character {at}: {problem}")]
pub struct ExpressionError {
    /// The expression as written, shortened if it is long.
    pub expression: String,
    /// The character that it is about, from 1.
    pub at: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What can be wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A character that the language does not use.
    #[error("`{0}` has no meaning here")]
    Character(char),
    /// A quote, backquote or bracket that is not closed.
    #[error("`{0}` is not closed")]
    Unclosed(char),
    /// Not a finite number.
    #[error("`{0}` is not a number")]
    NotANumber(String),
    /// Something else should stand here.
    #[error("expected {expected}, found {found}")]
    Unexpected {
        /// What may stand here.
        expected: &'static str,
        /// What does.
        found: String,
    },
    /// A comparison of a comparison.
    #[error("comparisons cannot be chained: write `a < b and b < c`")]
    Chained,
    /// A function that does not exist.
    #[error(
        "there is no function `{name}`{}",
        nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default()
    )]
    UnknownFunction {
        /// Its name.
        name: String,
        /// The function that is spelled most like it.
        nearest: Option<&'static str>,
    },
    /// A function called with too few or too many arguments.
    #[error("`{function}` takes {takes}, not {found}")]
    Arguments {
        /// The function.
        function: &'static str,
        /// What it takes.
        takes: &'static str,
        /// How many there are.
        found: usize,
    },
    /// Longer than [`MAX_LENGTH`].
    #[error("it is longer than {MAX_LENGTH} bytes")]
    TooLong,
    /// Deeper than [`MAX_DEPTH`].
    #[error("it is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// A column that does not exist.
    #[error(
        "there is no column `{name}`{}",
        nearest.as_ref().map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default()
    )]
    UnknownColumn {
        /// Its name.
        name: String,
        /// The column that is spelled most like it.
        nearest: Option<String>,
    },
    /// A value of the wrong type.
    #[error("expected {expected}, found {found}")]
    WrongType {
        /// The type that is needed.
        expected: &'static str,
        /// The type that it has.
        found: &'static str,
    },
}

impl ExpressionError {
    /// `at` is a byte of `expression`.
    pub(super) fn new(expression: &str, at: usize, problem: Problem) -> Self {
        let before = expression.char_indices().take_while(|(byte, _)| *byte < at).count();
        let mut shown: String = expression.chars().take(SHOWN).collect();
        if shown.len() < expression.len() {
            shown.push('…');
        }
        Self { expression: shown, at: before + 1, problem }
    }
}
