//! The defects of a table's rows, as many as are listed.

use super::field::{Demand, Field};
use crate::dataset::defect::{Defect, LISTED, Rejection};
use crate::date::DateOrder;
use crate::spec::ColumnKind;

/// How many characters of a name or field a defect shows.
pub(super) const SHOWN: usize = 40;

/// The first defects that were found.
#[derive(Default)]
pub(super) struct Defects(Vec<Defect>);

impl Defects {
    pub(super) fn push(&mut self, defect: impl FnOnce() -> Defect) {
        if !self.is_full() {
            self.0.push(defect());
        }
    }

    /// Whether no more are listed.
    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= LISTED
    }

    /// # Errors
    /// When there are any.
    pub(super) fn check(self) -> Result<(), Rejection> {
        if self.0.is_empty() { Ok(()) } else { Err(Rejection(self.0)) }
    }
}

/// Where a value stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'a> {
    /// The data row, from 1.
    pub(super) row: u64,
    /// The line of the text, from 1, where there are lines.
    pub(super) line: Option<u64>,
    /// The column's name.
    pub(super) column: &'a str,
}

impl At<'_> {
    /// A value that is not what its column demands.
    pub(super) fn not_of_type(self, demand: Demand, field: Field<'_>) -> Defect {
        let shown = match field {
            Field::Raw(text) | Field::Text(text) => shorten(text),
            Field::Boolean(value) => value.to_string(),
            Field::Number(value) | Field::Integer(value) | Field::Instant(value) => {
                value.to_string()
            }
            Field::Missing => String::new(),
        };
        let (code, what) = match (demand.kind, demand.order) {
            (ColumnKind::Boolean, _) => {
                ("not_a_boolean", "`true` or `false`, `yes` or `no`, `t` or `f`, `1` or `0`")
            }
            (ColumnKind::Date, Some(DateOrder::MonthFirst)) => {
                ("not_a_date", "a date such as 8/25/2018, with the month first, or 2018-08-25")
            }
            (ColumnKind::Date, Some(DateOrder::DayFirst)) => {
                ("not_a_date", "a date such as 25/8/2018, with the day first, or 2018-08-25")
            }
            (ColumnKind::Date, None) => ("not_a_date", "a date such as 2018-08-03T05:00:00Z"),
            _ => ("not_a_number", "a finite number"),
        };
        let reason = match demand.declared {
            true => "as model.toml says of the column",
            false => "as nearly all other values of the column are",
        };
        let message = format!(
            "{}, column `{}`: `{shown}` is not {what}, {reason}: correct it or leave it empty",
            place(self.row, self.line),
            shorten(self.column)
        );
        Defect::new(code, message).in_row(self.row).in_column(self.column)
    }
}

/// A row, with its line where there is one.
pub(super) fn place(row: u64, line: Option<u64>) -> String {
    line.map_or_else(|| format!("row {row}"), |line| format!("row {row} (line {line})"))
}

pub(super) fn shorten(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}
