//! What one field of a text file holds, and what a column of fields is.

use super::schema::Kind;
use crate::date;

/// The share of a column's values that must be numbers for the rest to be defects.
const MOSTLY: f64 = 0.95;

/// The least number of values on which a column is judged to be mostly numbers.
const ENOUGH: u64 = 20;

/// One field, classified.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell {
    Missing,
    Boolean(bool),
    Integer(f64),
    Number(f64),
    Text,
}

impl Cell {
    /// Classifies a field. With `decimal_comma`, `1,5` is one and a half.
    pub(super) fn parse(field: &str, decimal_comma: bool) -> Self {
        let field = field.trim();
        if is_missing(field) {
            return Self::Missing;
        }
        if field.eq_ignore_ascii_case("true") {
            return Self::Boolean(true);
        }
        if field.eq_ignore_ascii_case("false") {
            return Self::Boolean(false);
        }
        // Rules out words that `f64` reads, such as `infinity`.
        if !field.bytes().all(|byte| byte.is_ascii_digit() || b"+-.,eE".contains(&byte)) {
            return Self::Text;
        }
        let number: Option<f64> = match decimal_comma {
            true if field.contains(',') => field.replacen(',', ".", 1).parse().ok(),
            _ => field.parse().ok(),
        };
        // There is one zero: `-0` is no other value, and no class of its own.
        match number.map(|value| value + 0.0) {
            Some(value) if !value.is_finite() => Self::Text,
            Some(value) if is_integer(field) => Self::Integer(value),
            Some(value) => Self::Number(value),
            None => Self::Text,
        }
    }

    /// A field of a column of texts: `None` when it is missing.
    pub(super) fn text(field: &str) -> Option<&str> {
        let field = field.trim();
        (!is_missing(field)).then_some(field)
    }
}

fn is_missing(field: &str) -> bool {
    field.is_empty()
        || (field.len() <= 4
            && ["na", "n/a", "nan", "null", "none"]
                .iter()
                .any(|marker| field.eq_ignore_ascii_case(marker)))
}

fn is_integer(field: &str) -> bool {
    field.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-' || byte == b'+')
}

/// Counts what a column's fields hold.
#[derive(Debug, Clone, Default)]
pub(super) struct Inference {
    booleans: u64,
    integers: u64,
    numbers: u64,
    comma_numbers: u64,
    dates: u64,
    texts: u64,
}

impl Inference {
    pub(super) fn observe(&mut self, field: &str) {
        match Cell::parse(field, false) {
            Cell::Missing => {}
            Cell::Boolean(_) => self.booleans += 1,
            Cell::Integer(_) => self.integers += 1,
            Cell::Number(_) => self.numbers += 1,
            Cell::Text if matches!(Cell::parse(field, true), Cell::Number(_)) => {
                self.comma_numbers += 1;
            }
            Cell::Text if date::parse(field).is_some() => self.dates += 1,
            Cell::Text => self.texts += 1,
        }
    }

    /// The column's type, and whether its decimals follow a comma. A column
    /// without a value is one of numbers.
    pub(super) fn conclude(&self) -> (Kind, bool) {
        let decimal_comma = self.comma_numbers > 0 && self.numbers == 0;
        let commas = if decimal_comma { self.comma_numbers } else { 0 };
        let numeric = self.integers + self.numbers + commas;
        let others = self.booleans + self.dates + self.texts + (self.comma_numbers - commas);
        let total = numeric + others;
        if self.booleans > 0 && self.booleans == total {
            return (Kind::Boolean, false);
        }
        if self.dates > 0 && self.dates == total {
            return (Kind::Date, false);
        }
        let mostly = total >= ENOUGH && numeric as f64 >= MOSTLY * total as f64;
        if others > 0 && !mostly {
            return (Kind::Category, false);
        }
        let kind = if self.numbers + commas == 0 && self.integers > 0 {
            Kind::Integral
        } else {
            Kind::Fractional
        };
        (kind, decimal_comma)
    }
}
