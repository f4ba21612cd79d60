//! Gathers the rows of many requests in one table.

use crate::dataset::table::LengthMismatch;
use crate::dataset::{Column, Schema, Table};
use crate::protocol::values::ValuesBuilder;

/// The rows of many requests for models with one schema.
#[derive(Debug)]
pub struct Rows {
    names: Vec<String>,
    values: Vec<ValuesBuilder>,
}

impl Rows {
    /// No rows yet.
    #[must_use]
    pub fn new(schema: &Schema) -> Self {
        Self {
            names: schema.inputs.iter().map(|field| field.name.clone()).collect(),
            values: schema.inputs.iter().map(|field| ValuesBuilder::new(field.kind, 0)).collect(),
        }
    }

    /// Appends the rows of a request, whose columns are those of the schema in its
    /// order.
    pub fn append(&mut self, table: &Table) {
        for (values, column) in self.values.iter_mut().zip(table.columns()) {
            values.extend(&column.values);
        }
    }

    /// The rows as one table.
    ///
    /// # Errors
    /// When a table that was appended had fewer columns than the schema.
    pub fn finish(self) -> Result<Table, LengthMismatch> {
        Table::new(self.into_columns())
    }

    pub(super) fn into_columns(self) -> Vec<Column> {
        let columns = self.names.into_iter().zip(self.values);
        columns.map(|(name, values)| Column { name, values: values.finish() }).collect()
    }
}
