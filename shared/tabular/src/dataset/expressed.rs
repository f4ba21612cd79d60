//! Expressions over a [`Table`].

use super::table::{Categories, Column, Table, Values};
use crate::expression::{ColumnValues, Columns, Evaluated};

impl Columns for Table {
    fn rows(&self) -> usize {
        Self::rows(self)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.columns().iter().map(|column: &Column| column.name.as_str())
    }

    fn values(&self, name: &str) -> Option<ColumnValues<'_>> {
        Some(match self.column(name)? {
            Values::Number(numbers) => ColumnValues::Numbers(numbers),
            Values::Category(Categories { codes, levels }) => ColumnValues::Texts { codes, levels },
        })
    }
}

impl From<Evaluated> for Values {
    fn from(evaluated: Evaluated) -> Self {
        match evaluated {
            Evaluated::Numbers(values) | Evaluated::Truths(values) => Self::Number(values),
            Evaluated::Texts { codes, levels } => Self::Category(Categories { codes, levels }),
        }
    }
}
