//! What is to be remembered of a table before its rows and columns are chosen from.

use crate::dataset::RawTable;
use crate::dataset::{Kind, Values, dates};
use crate::date::DateOrder;

/// The columns of a table as it came.
#[derive(Debug)]
pub(super) struct Outline(Vec<Stub>);

/// One column as it came.
#[derive(Debug)]
pub(super) struct Stub {
    pub(super) name: String,
    /// The type of its values; `None` when it has none.
    pub(super) kind: Option<Kind>,
    /// How many distinct texts it has; 0 for numbers.
    pub(super) levels: usize,
    /// Which part comes first in its dates with strokes.
    pub(super) date_order: Option<DateOrder>,
    /// Why its dates are no dates, if they look like some.
    pub(super) no_dates: Option<String>,
}

impl Outline {
    pub(super) fn of(raw: &RawTable) -> Self {
        let stubs = raw.table.columns().iter().zip(&raw.kinds).map(|(column, &kind)| Stub {
            name: column.name.clone(),
            kind: (column.values.missing() < column.values.len()).then_some(kind),
            levels: match &column.values {
                Values::Category(categories) => categories.levels.len(),
                Values::Number(_) => 0,
            },
            date_order: raw.date_orders.get(&column.name).copied(),
            no_dates: dates::why_texts(&column.name, &column.values),
        });
        Self(stubs.collect())
    }

    pub(super) fn column(&self, name: &str) -> Option<&Stub> {
        self.0.iter().find(|stub| stub.name == name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|stub| stub.name.as_str())
    }
}
