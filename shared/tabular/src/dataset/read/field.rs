//! One value as it is read, and what it must be.

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
}

impl Demand {
    pub(super) fn declared(kind: ColumnKind) -> Self {
        Self { kind, declared: true, commas: true }
    }
}
