//! Which values a column can hold, and how they are read.

use std::borrow::Cow;

use super::scan::Token;
use crate::boolean;
use crate::dataset::{Field, Kind, present};
use crate::date::{self, DateOrder};

/// The numbers that a column can hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Domain {
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) whole: bool,
    pub(super) truth: bool,
    pub(super) date: bool,
    /// Which part comes first in dates with strokes.
    pub(super) order: Option<DateOrder>,
    /// Whether numbers are texts.
    pub(super) numerals: bool,
    /// Whether the decimals of a number in words may follow a comma.
    pub(super) commas: bool,
    /// Its values in words.
    pub(super) words: &'static str,
}

impl Domain {
    /// The values of an input.
    pub(super) fn of(field: &Field) -> Self {
        let domain = match Self::of_kind(field.kind) {
            texts if field.numerals => {
                Self { numerals: true, words: "a text or a number", ..texts }
            }
            domain => domain,
        };
        match field.date_order.filter(|_| domain.date) {
            None => domain,
            Some(order) => Self {
                order: Some(order),
                words: match order {
                    DateOrder::MonthFirst => {
                        "a date such as 8/25/2018 (month first) or 2018-08-25T05:00:00Z"
                    }
                    DateOrder::DayFirst => {
                        "a date such as 25/8/2018 (day first) or 2018-08-25T05:00:00Z"
                    }
                },
                ..domain
            },
        }
    }

    /// The values of a kind of column.
    pub(crate) fn of_kind(kind: Kind) -> Self {
        let all = Self {
            min: f64::MIN,
            max: f64::MAX,
            whole: false,
            truth: false,
            date: false,
            order: None,
            numerals: false,
            commas: false,
            words: "",
        };
        match kind {
            Kind::Fractional => Self { words: "a number", ..all },
            Kind::Integral => Self { whole: true, words: "a whole number", ..all },
            Kind::Boolean => {
                Self { min: 0.0, max: 1.0, whole: true, truth: true, words: "true or false", ..all }
            }
            Kind::Category | Kind::Text => Self { words: "a text", ..all },
            Kind::Date => Self { date: true, words: "a date such as 2018-08-03T05:00:00Z", ..all },
        }
    }

    /// The number of a JSON value; `NaN` when it is missing, `None` when it is no
    /// value of this domain.
    pub(super) fn number(&self, token: Token<'_>) -> Option<f64> {
        match token {
            Token::Number(text) => self.admit(text.parse().ok()?),
            Token::Null => Some(f64::NAN),
            Token::Bool(value) if self.truth => Some(f64::from(u8::from(value))),
            Token::Text(quoted) => {
                let text = quoted.unescape()?;
                present(&text).map_or(Some(f64::NAN), |text| self.named(text))
            }
            _ => None,
        }
    }

    /// The text of a JSON value: `Some(None)` when it is missing, `None` when it is no value of
    /// this domain. That of a number is as it stands, as in a data set.
    pub(super) fn text<'a>(&self, token: Token<'a>) -> Option<Option<Cow<'a, str>>> {
        match token {
            Token::Number(text) if self.numerals => Some(Some(Cow::Borrowed(text))),
            token => text(token),
        }
    }

    /// The number that a text names which is no number itself: an instant, or a truth value.
    pub(super) fn named(&self, text: &str) -> Option<f64> {
        if self.truth {
            return boolean::parse(text).map(|value| f64::from(u8::from(value)));
        }
        if self.date { date::read(text, self.order) } else { None }
    }

    /// The number that a text stands for, by the rules of a data set's fields.
    pub(crate) fn number_of_text(&self, text: &str) -> Option<f64> {
        let Some(text) = present(text) else {
            return Some(f64::NAN);
        };
        if let Some(number) = self.named(text) {
            return Some(number);
        }
        let text = match self.commas && text.contains(',') {
            true => &*text.replacen(',', ".", 1),
            false => text,
        };
        // Rules out words that `f64` reads, such as `infinity`.
        if !text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) {
            return None;
        }
        self.admit(text.parse().ok()?)
    }

    /// The number, if it is a value of this domain.
    pub(super) fn admit(&self, value: f64) -> Option<f64> {
        let inside = self.min <= value && value <= self.max;
        (inside && (!self.whole || value.fract() == 0.0)).then_some(value)
    }
}

/// The text of a JSON value: `Some(None)` when it is missing, `None` when it is no
/// text.
pub(super) fn text(token: Token<'_>) -> Option<Option<Cow<'_, str>>> {
    match token {
        Token::Null => Some(None),
        Token::Text(quoted) => quoted.unescape().map(Some),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Values, csv};

    #[test]
    fn a_number_is_written_as_in_a_data_set() {
        let domain = Domain::of_kind(Kind::Fractional);
        for field in ["1", " -2.5 ", "+3e-2", "1e999", "infinity", "0x10", "1,5", "1_000", "é"] {
            let data = format!("c;d\n\"{field}\";1\n");
            let raw = csv::read(data.as_bytes()).unwrap();
            let trained = match raw.table.column("c") {
                Some(Values::Number(values)) if field != "1,5" => values.first().copied(),
                _ => None,
            };
            assert_eq!(domain.number_of_text(field), trained, "{field:?}");
        }
    }

    #[test]
    fn each_kind_of_column_admits_its_own_numbers_only() {
        let number = |kind, json| Domain::of_kind(kind).number(Token::Number(json));
        assert_eq!(number(Kind::Fractional, "0.1"), Some(0.1));
        assert_eq!(number(Kind::Fractional, "1e999"), None);
        assert_eq!(number(Kind::Integral, "3.0"), Some(3.0));
        assert_eq!(number(Kind::Integral, "3.5"), None);
        assert_eq!(number(Kind::Boolean, "1"), Some(1.0));
        assert_eq!(number(Kind::Boolean, "2"), None);
        let truth = |kind| Domain::of_kind(kind).number(Token::Bool(true));
        assert_eq!(truth(Kind::Boolean), Some(1.0));
        assert_eq!(truth(Kind::Integral), None);
    }
}
