//! Columns of dates that are written with strokes, such as `8/3/2018`: which part comes first
//! follows from all of their values, from an earlier training, or from model.toml.

use std::collections::BTreeMap;

use super::dates::{levels, remedy, settled, why_texts};
use super::defect::Defect;
use super::read::RawTable;
use super::schema::Kind;
use super::table::{Column, Table, Values};
use crate::date::{self, DateOrder, Untold};
use crate::spec::{ColumnKind, Spec};

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
#[path = "date_columns_tests.rs"]
mod tests;
