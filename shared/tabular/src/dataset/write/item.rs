//! Values as columns of a type hold them.

use std::borrow::Cow;

use crate::boolean;
use crate::dataset::read::{Item, ItemType};

/// A value of a type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Typed<'a> {
    Missing,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Instant(i64),
    Text(Cow<'a, str>),
}

/// The value as a column of the type holds it; missing if it cannot.
pub(super) fn typed(item: Item<'_>, kind: ItemType) -> Typed<'_> {
    let value = match kind {
        ItemType::Boolean => boolean(item).map(Typed::Boolean),
        ItemType::Integer => integer(item).map(Typed::Integer),
        ItemType::Number => number(item).map(Typed::Number),
        ItemType::Instant => match item {
            Item::Instant(microseconds) => Some(Typed::Instant(microseconds)),
            _ => None,
        },
        ItemType::Text => match text(item) {
            text if text.is_empty() && !matches!(item, Item::Text(_)) => None,
            text => Some(Typed::Text(text)),
        },
    };
    value.unwrap_or(Typed::Missing)
}

/// The value in words; empty when it is missing.
#[must_use]
pub fn text(item: Item<'_>) -> Cow<'_, str> {
    match item {
        Item::Absent | Item::Missing => Cow::Borrowed(""),
        Item::Boolean(true) => Cow::Borrowed("true"),
        Item::Boolean(false) => Cow::Borrowed("false"),
        Item::Integer(value) => Cow::Owned(value.to_string()),
        Item::Number(value) => Cow::Owned(value.to_string()),
        Item::Instant(microseconds) => Cow::Owned(instant(microseconds)),
        Item::Digits(text) | Item::Text(text) | Item::Raw(text) | Item::Nested(text) => {
            Cow::Borrowed(text)
        }
    }
}

/// An instant as RFC 3339 writes it.
#[must_use]
pub fn instant(microseconds: i64) -> String {
    jiff::Timestamp::from_microsecond(microseconds)
        .map_or_else(|_| microseconds.to_string(), |instant| instant.to_string())
}

fn boolean(item: Item<'_>) -> Option<bool> {
    match item {
        Item::Boolean(value) => Some(value),
        Item::Raw(text) | Item::Text(text) => boolean::parse(text).or_else(|| truth(item)),
        _ => truth(item),
    }
}

/// What a whole number stands for.
fn truth(item: Item<'_>) -> Option<bool> {
    match integer(item)? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

fn integer(item: Item<'_>) -> Option<i64> {
    match item {
        Item::Integer(value) => Some(value),
        Item::Digits(text) | Item::Raw(text) if text.trim().parse::<i64>().is_ok() => {
            text.trim().parse().ok()
        }
        other => {
            let value = number(other)?;
            // Beyond, not every whole number has its own place among the numbers.
            (value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0).then_some(value as i64)
        }
    }
}

fn number(item: Item<'_>) -> Option<f64> {
    let value = match item {
        Item::Integer(value) => value as f64,
        Item::Number(value) => value,
        Item::Digits(text) => text.parse().ok()?,
        Item::Raw(text) => decimal(text)?,
        _ => return None,
    };
    value.is_finite().then_some(value)
}

/// A number of CSV, whose decimals may follow a comma.
fn decimal(text: &str) -> Option<f64> {
    let text = text.trim();
    text.parse().ok().or_else(|| text.replacen(',', ".", 1).parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_values_are_written_as_such_in_whatever_words_they_came() {
        let words = [Item::Raw("Yes"), Item::Text("t"), Item::Raw("1.0"), Item::Digits("1")];
        for item in words.into_iter().chain([Item::Boolean(true), Item::Integer(1)]) {
            assert_eq!(typed(item, ItemType::Boolean), Typed::Boolean(true), "{item:?}");
        }
        for item in [Item::Raw("maybe"), Item::Text(""), Item::Integer(2), Item::Missing] {
            assert_eq!(typed(item, ItemType::Boolean), Typed::Missing, "{item:?}");
        }
    }
}
