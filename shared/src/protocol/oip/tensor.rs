//! A tensor of a request.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::datatype::Datatype;
use crate::protocol::scan::{Scanner, Token};
use crate::protocol::violation::Reason;

/// How many dimensions of a wrong shape are repeated to the client.
const SHOWN_DIMENSIONS: usize = 8;

/// A tensor of a request.
#[derive(Debug, Deserialize)]
pub(super) struct Tensor<'a> {
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
    pub(super) shape: Vec<u64>,
    pub(super) datatype: Datatype,
    #[serde(borrow)]
    pub(super) data: Data<'a>,
}

/// The data of a tensor.
#[derive(Debug)]
pub(super) struct Data<'a> {
    /// As they are written; valid.
    pub(super) json: &'a str,
    /// The same in row-major order, where they are all numbers (or missing) and were read.
    pub(super) numbers: Vec<f64>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Data<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = <&RawValue>::deserialize(deserializer)?.get();
        Ok(Self { json, numbers: Vec::new() })
    }
}

impl<'a> Tensor<'a> {
    /// The number of rows; the first dimension.
    pub(super) fn rows(&self) -> usize {
        self.shape.first().map_or(0, |&rows| usize::try_from(rows).unwrap_or(usize::MAX))
    }

    /// Whether the shape is that of a column.
    pub(super) fn is_column(&self) -> bool {
        matches!(self.shape.as_slice(), [_] | [_, 1])
    }

    /// Whether the shape is that of a table of `width` columns.
    pub(super) fn is_table(&self, width: usize) -> bool {
        matches!(self.shape.as_slice(), &[_, columns] if columns == width as u64)
    }

    /// Whether there are as many numbers as the shape says, of so many columns.
    pub(super) fn is_complete(&self, width: usize) -> bool {
        let numbers = self.data.numbers.len();
        numbers > 0 && self.rows().checked_mul(width) == Some(numbers)
    }

    /// The shape is not the one that is `expected`.
    pub(super) fn wrong_shape(&self, expected: impl Into<String>) -> Reason {
        let found = self.shape.iter().copied().take(SHOWN_DIMENSIONS).collect();
        Reason::Shape { found, expected: expected.into() }
    }

    /// Hands each datum on in row-major order, and checks that there are as many as the
    /// shape says and nested, if at all, by rows.
    pub(super) fn hand_on(&self, width: usize, sink: &mut impl Sink<'a>) -> Result<(), Reason> {
        let rows = self.rows();
        let (mut row, mut column) = (0, 0);
        // The row at which the open inner list began.
        let mut inner = None;
        let mut nested = None;
        let mut scanner = Scanner::new(self.data.json);
        match scanner.next() {
            Some(Token::ListStart) => {}
            other => return Err(not_a_list(other)),
        }
        for token in scanner {
            match (token, inner) {
                (Token::ListStart, None) if nested != Some(false) => {
                    nested = Some(true);
                    inner = Some(row);
                }
                (Token::ListEnd, Some(start)) if column == 0 && row == start + 1 => inner = None,
                (Token::ListEnd, None) => break,
                (Token::ListStart | Token::ListEnd, _) => return Err(Reason::Nesting),
                (Token::ObjectStart | Token::ObjectEnd, _) => return Err(not_a_list(Some(token))),
                (_, None) if nested == Some(true) => return Err(Reason::Nesting),
                _ => {
                    nested.get_or_insert(false);
                    if row == rows {
                        return Err(wrong_length("more".to_owned(), rows * width));
                    }
                    sink.push(column, token);
                    column += 1;
                    if column == width {
                        (row, column) = (row + 1, 0);
                    }
                }
            }
        }
        if row < rows {
            return Err(wrong_length((row * width + column).to_string(), rows * width));
        }
        Ok(())
    }
}

/// Where a tensor's data go.
pub(super) trait Sink<'a> {
    /// Takes a datum of a column.
    fn push(&mut self, column: usize, token: Token<'a>);
}

fn not_a_list(found: Option<Token<'_>>) -> Reason {
    let found = found.map_or_else(String::new, |token| token.to_string());
    Reason::Mistyped { found, expected: "a list of values" }
}

fn wrong_length(found: String, expected: usize) -> Reason {
    Reason::Length { found, expected }
}
