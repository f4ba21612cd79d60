//! Texts that may be dates with strokes, such as `8/3/2018`, column by column.

use super::table::{Categories, Values};
use crate::date::{self, DateOrder, Untold};

/// The instants that texts name; `None` where one of them is no date in this order.
pub(super) fn instants(texts: &Categories, order: Option<DateOrder>) -> Option<Vec<f64>> {
    by_level(texts, |text| date::read(text, order))
}

/// A number for each row's text, `NaN` where it has none; `None` where a text has no number.
pub(super) fn by_level(
    texts: &Categories,
    number: impl Fn(&str) -> Option<f64>,
) -> Option<Vec<f64>> {
    let levels: Vec<Option<f64>> = texts.levels.iter().map(|text| number(text)).collect();
    let codes = texts.codes.iter();
    codes.map(|&code| levels.get(code as usize).copied().unwrap_or(Some(f64::NAN))).collect()
}

/// The instants of texts all of which are dates in either order, in the order given.
pub(super) fn settled(texts: &Categories, order: DateOrder) -> Option<Vec<f64>> {
    match date::order(levels(texts)) {
        Err(Untold::Ambiguous(_)) => instants(texts, Some(order)),
        _ => None,
    }
}

pub(super) fn levels(texts: &Categories) -> impl Iterator<Item = &str> {
    texts.levels.iter().map(String::as_str)
}

/// Why a column that holds dates with strokes is not read as one of dates, and what to do.
#[must_use]
pub fn why_texts(name: &str, values: &Values) -> Option<String> {
    let Values::Category(texts) = values else { return None };
    date::order(levels(texts)).err().and_then(|untold| remedy(name, untold))
}

/// What to do about dates that do not tell their order.
pub(super) fn remedy(name: &str, untold: Untold<'_>) -> Option<String> {
    match untold {
        Untold::NoDate(_) => None,
        Untold::Both { month_first, day_first } => Some(format!(
            "its dates are in two orders, as `{month_first}` has the month first and \
             `{day_first}` the day: write them alike, or as 2018-08-03"
        )),
        Untold::Ambiguous(text) => Some(format!(
            "which part of its dates is the month cannot be told, as of `{text}`: say \
             `columns.{name}.date_order = \"month_first\"` or `\"day_first\"` in model.toml, or \
             write them as 2018-08-03"
        )),
    }
}
