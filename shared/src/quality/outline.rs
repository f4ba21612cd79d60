//! What is to be remembered of a table before its rows and columns are chosen from.

use crate::dataset::RawTable;
use crate::dataset::{Kind, Values};

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
