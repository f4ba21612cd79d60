//! What one field of a text file holds.

use crate::date;

/// One field, classified.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell {
    Missing,
    Boolean(bool),
    /// A whole number, written without a point or an exponent.
    Integer(f64),
    Number(f64),
    /// A number whose decimals follow a comma: `1,5`.
    Comma(f64),
    /// Seconds since 1970.
    Date(f64),
    Text,
}

impl Cell {
    /// Classifies a field.
    pub(super) fn parse(field: &str) -> Self {
        let Some(field) = present(field) else {
            return Self::Missing;
        };
        if field.eq_ignore_ascii_case("true") {
            return Self::Boolean(true);
        }
        if field.eq_ignore_ascii_case("false") {
            return Self::Boolean(false);
        }
        // Rules out words that `f64` reads, such as `infinity`.
        if field.bytes().all(|byte| byte.is_ascii_digit() || b"+-.,eE".contains(&byte)) {
            if let Some(value) = finite(field) {
                let integer = is_integer(field.as_bytes());
                return if integer { Self::Integer(value) } else { Self::Number(value) };
            }
            if field.contains(',')
                && let Some(value) = finite(&field.replacen(',', ".", 1))
            {
                return Self::Comma(value);
            }
        }
        date::parse(field).map_or(Self::Text, Self::Date)
    }
}

/// The number, unless it is infinite. There is one zero: `-0` is no other value, and no
/// class of its own.
fn finite(field: &str) -> Option<f64> {
    field.parse().ok().filter(|value: &f64| value.is_finite()).map(|value| value + 0.0)
}

/// A field without the space around it; `None` when it marks a missing value.
#[must_use]
pub fn present(field: &str) -> Option<&str> {
    let field = field.trim();
    let missing = field.is_empty()
        || (field.len() <= 4
            && ["na", "n/a", "nan", "null", "none"]
                .iter()
                .any(|marker| field.eq_ignore_ascii_case(marker)));
    (!missing).then_some(field)
}

/// Whether a number is written as a whole one.
pub(super) fn is_integer(number: &[u8]) -> bool {
    number.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_what_it_looks_like() {
        use Cell::{Boolean, Comma, Date, Integer, Missing, Number, Text};
        for (field, cell) in [
            ("", Missing),
            (" n/a ", Missing),
            ("NaN", Missing),
            ("True", Boolean(true)),
            (" -3 ", Integer(-3.0)),
            ("1e3", Number(1000.0)),
            ("1.0", Number(1.0)),
            ("1,5", Comma(1.5)),
            ("1,234,567", Text),
            ("inf", Text),
            ("1e999", Text),
            ("1970-01-02", Date(86_400.0)),
            ("1970-01-40", Text),
            ("nano", Text),
            ("-", Text),
            ("nil", Text),
            ("None", Missing),
            (" ", Missing),
            ("NA", Missing),
            ("null", Missing),
            ("not available", Text),
        ] {
            assert_eq!(Cell::parse(field), cell, "{field}");
        }
        assert!(matches!(Cell::parse("-0.0"), Number(zero) if zero.is_sign_positive()));
    }
}
