//! The columns of a table while it is read, and the passes that reading takes.

use std::collections::BTreeMap;

use super::RawTable;
use super::builder::{Builder, Finished};
use super::defects::Defects;
use super::field::Demand;
use super::source::ReadError;
use crate::dataset::defect::{Defect, Rejection};
use crate::dataset::schema::Kind;
use crate::dataset::table::{Column, Table, Values};
use crate::spec::ColumnSpec;

/// What the spec says about columns.
pub(super) type Declared = BTreeMap<String, ColumnSpec>;

/// The type that the spec says a column has.
pub(super) fn demand(declared: &Declared, name: &str) -> Option<Demand> {
    let column = declared.get(name)?;
    Some(Demand::declared(column.declared_kind()?, column.date_order))
}

/// The columns of a table by position.
#[derive(Default)]
pub(super) struct Columns {
    pub(super) names: Vec<String>,
    pub(super) builders: Vec<Builder>,
}

impl Columns {
    pub(super) fn new(names: Vec<String>, declared: &Declared) -> Self {
        let builders = names.iter().map(|name| Builder::new(demand(declared, name), 0)).collect();
        Self { names, builders }
    }

    /// Adds a column of which `missing` values have passed: its position.
    pub(super) fn add(&mut self, name: String, declared: &Declared, missing: usize) -> usize {
        self.builders.push(Builder::new(demand(declared, &name), missing));
        self.names.push(name);
        self.names.len() - 1
    }

    /// Reads all rows by `scan`, which returns their number; then again, into those
    /// columns whose values contradicted each other.
    pub(super) fn read(
        mut self,
        mut scan: impl FnMut(&mut Self, &mut Defects) -> Result<u64, ReadError>,
    ) -> Result<RawTable, ReadError> {
        let mut done: Vec<Option<(Column, Kind)>> = Vec::new();
        let mut date_orders = BTreeMap::new();
        loop {
            let mut defects = Defects::default();
            if scan(&mut self, &mut defects)? == 0 {
                defects.push(|| {
                    let message = "the object has no data row: upload the rows too";
                    Defect::new("no_rows", message)
                });
            }
            defects.check()?;
            done.resize_with(self.names.len(), || None);
            let mut again = false;
            let columns = self.builders.iter_mut().zip(&mut done).zip(&self.names);
            for ((builder, done), name) in columns {
                match std::mem::replace(builder, Builder::skipped()).finish() {
                    Finished::Skipped => {}
                    Finished::Again(demand) => {
                        again = true;
                        *builder = Builder::new(Some(demand), 0);
                    }
                    Finished::Column(values, kind) => {
                        *done = Some((Column { name: name.clone(), values }, kind));
                    }
                    Finished::Dates(instants, order) => {
                        let values = Values::Number(instants);
                        *done = Some((Column { name: name.clone(), values }, Kind::Date));
                        date_orders.extend(order.map(|order| (name.clone(), order)));
                    }
                }
            }
            if !again {
                let (columns, kinds) = done.into_iter().flatten().unzip();
                let uneven = |error: crate::dataset::table::LengthMismatch| {
                    Rejection::from(Defect::new("ragged_row", error.to_string()))
                };
                let table = Table::new(columns).map_err(uneven)?;
                return Ok(RawTable { table, kinds, date_orders, notes: Vec::new() });
            }
        }
    }
}
