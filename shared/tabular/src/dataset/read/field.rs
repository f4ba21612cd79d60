//! One value as it is read, and what it must be.

use crate::date::DateOrder;
use crate::spec::ColumnKind;

/// One value as its format gives it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Field<'a> {
    Missing,
    Boolean(bool),
    Number(f64),
    /// A number that its format declares whole.
    Integer(f64),
    /// Seconds since 1970.
    Instant(f64),
    /// A text that its format declares one.
    Text(&'a str),
    /// A text that may stand for anything.
    Raw(&'a str),
}

/// What every value of a column must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Demand {
    pub(super) kind: ColumnKind,
    /// Whether the user says so; else nearly all values do.
    pub(super) declared: bool,
    /// Whether the decimals of a number may follow a comma.
    pub(super) commas: bool,
    /// Which part of a date with strokes comes first.
    pub(super) order: Option<DateOrder>,
    /// Whether dates are held as they are written, as all of them together tell their order.
    pub(super) as_written: bool,
}

impl Demand {
    /// What the user says of a column.
    pub(super) fn declared(kind: ColumnKind, order: Option<DateOrder>) -> Self {
        Self { kind, declared: true, commas: true, order, as_written: false }
    }

    /// What nearly all values of a column are.
    pub(super) fn inferred(kind: ColumnKind, commas: bool) -> Self {
        Self { kind, declared: false, commas, order: None, as_written: false }
    }
}
