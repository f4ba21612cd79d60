//! Columns of dates that are written with strokes, such as `8/3/2018`: which part comes first
//! follows from all of their values, from an earlier training, or from model.toml.

use std::collections::BTreeMap;

use super::defect::Defect;
use super::read::RawTable;
use super::schema::Kind;
use super::table::{Categories, Column, Table, Values};
use crate::date::{self, DateOrder, Untold};
use crate::spec::{ColumnKind, Spec};

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

fn levels(texts: &Categories) -> impl Iterator<Item = &str> {
    texts.levels.iter().map(String::as_str)
}

/// Why a column that holds dates with strokes is not read as one of dates, and what to do.
#[must_use]
pub fn why_texts(name: &str, values: &Values) -> Option<String> {
    let Values::Category(texts) = values else { return None };
    date::order(levels(texts)).err().and_then(|untold| remedy(name, untold))
}

/// What to do about dates that do not tell their order.
fn remedy(name: &str, untold: Untold<'_>) -> Option<String> {
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

impl RawTable {
    /// Reads dates with strokes that do not tell their order in the one that an earlier
    /// training read them in, by column, unless the spec says that they are something else.
    pub fn settle_dates(&mut self, known: &BTreeMap<String, DateOrder>, spec: &Spec) {
        let table = std::mem::take(&mut self.table);
        let mut columns = table.into_columns();
        for (column, kind) in columns.iter_mut().zip(&mut self.kinds) {
            let Some(&order) = known.get(&column.name) else { continue };
            let said = spec.columns.get(&column.name).and_then(|said| said.declared_kind());
            if said.is_some_and(|said| said != ColumnKind::Date) {
                continue;
            }
            if let Values::Category(texts) = &column.values {
                let Some(instants) = settled(texts, order) else { continue };
                column.values = Values::Number(instants);
                *kind = Kind::Date;
            }
            if *kind == Kind::Date {
                self.date_orders.entry(column.name.clone()).or_insert(order);
            }
        }
        // The columns are as long as before.
        self.table = Table::new(columns).unwrap_or_default();
    }

    /// What the dates of the columns have told about their order, or do not tell.
    pub(super) fn notes_of_dates(&self, spec: &Spec) -> impl Iterator<Item = String> {
        let unsaid = |name: &String| {
            spec.columns.get(name).is_none_or(|said| said.declared_kind().is_none())
        };
        let told = self.date_orders.iter().filter(move |(name, _)| unsaid(name));
        let told = told.map(|(name, order)| {
            format!(
                "column `{name}` holds {} (inferred; pin it with `columns.{name}.date_order = \
                 \"{}\"`)",
                order.words(),
                order.name()
            )
        });
        let untold = self.table.columns().iter().filter(move |column| unsaid(&column.name));
        told.chain(untold.filter_map(|Column { name, values }| {
            Some(format!("column `{name}` is read as texts: {}", why_texts(name, values)?))
        }))
    }

    /// Columns that the spec says hold dates, and whose dates do not tell their order.
    pub(super) fn untold_dates(&self, spec: &Spec) -> impl Iterator<Item = Defect> {
        let dates = self.table.columns().iter().filter(|column| {
            let said = spec.columns.get(&column.name).and_then(|said| said.declared_kind());
            said == Some(ColumnKind::Date)
        });
        dates.filter_map(|Column { name, values }| {
            let Values::Category(texts) = values else { return None };
            // Beside them there may be dates without any, such as 20180803.
            let with_strokes = levels(texts).filter(|text| date::has_strokes(text));
            let untold = date::order(with_strokes).err()?;
            let message = format!("column `{name}`: {}", remedy(name, untold)?);
            let defect = Defect::new("date_order", message).in_column(name);
            Some(Defect { of_spec: matches!(untold, Untold::Ambiguous(_)), ..defect })
        })
    }
}

#[cfg(test)]
#[path = "dates_tests.rs"]
mod tests;
