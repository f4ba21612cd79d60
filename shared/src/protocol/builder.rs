//! Builds the table of a request, and collects what is wrong with it.

use super::domain::Domain;
use super::error::ProtocolError;
use super::limits::Limits;
use super::lookup::Lookup;
use super::row_errors::RowErrors;
use super::scan::Token;
use super::sent::Rules;
use super::values::ValuesBuilder;
use super::violation::{LISTED, Reason, Violation, Violations, shorten};
use crate::dataset::{self, CategoryEncoder, Column, Field, Item, Table};

/// Builds a table with the columns of a schema. A value that is refused leaves a
/// missing one in its place, so that all others can be checked too.
#[derive(Debug)]
pub(super) struct TableBuilder<'a> {
    limits: &'a Limits,
    lookup: Lookup<'a>,
    columns: Vec<ColumnBuilder<'a>>,
    violations: Violations,
    /// The row that is being read, of a request that goes row by row.
    row: Option<usize>,
    /// How often a name that is meant for an unknown one may still be looked for.
    hints: usize,
}

#[derive(Debug)]
struct ColumnBuilder<'a> {
    field: &'a Field,
    domain: Domain,
    /// Whether each row must have a value.
    needed: bool,
    claimed: bool,
    len: usize,
    values: ValuesBuilder,
}

/// Why a value is refused.
#[derive(Debug, Clone, Copy)]
enum Refusal {
    Missing,
    Mistyped,
    TextTooLong(usize),
}

impl<'a> TableBuilder<'a> {
    /// A table to which about `rows` rows will be pushed. With `partial`, what is wrong
    /// with single rows is told apart.
    pub(super) fn new(rules: Rules<'a>, rows: usize, partial: bool) -> Self {
        let Rules { schema, limits, gaps } = rules;
        let columns = schema.inputs.iter();
        let columns = columns.map(|field| ColumnBuilder::new(field, rows, gaps)).collect();
        let lookup = Lookup::new(&schema.inputs);
        let violations = Violations::new(partial);
        Self { limits, lookup, columns, violations, row: None, hints: LISTED }
    }

    /// Lets the decimals of numbers in words follow a comma.
    pub(super) fn with_decimal_commas(mut self, commas: bool) -> Self {
        for column in self.columns.iter_mut().filter(|column| column.field.kind.is_number()) {
            column.domain.commas = commas;
        }
        self
    }

    /// The number of columns.
    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }

    /// The column that the input called `name`, at `position` in the request (or in
    /// one of its rows), belongs to.
    pub(super) fn locate(&mut self, position: usize, name: &str) -> Option<usize> {
        let found = self.lookup.find(position, name);
        if found.is_none() {
            let Self { row, lookup, hints, violations, .. } = self;
            violations.push(*row, || {
                if name.is_empty() {
                    return Violation::of_input(name, Reason::Nameless);
                }
                let searched = *hints > 0;
                *hints = hints.saturating_sub(1);
                let nearest = searched.then(|| lookup.nearest(name)).flatten().map(shorten);
                Violation::of_input(name, Reason::Unknown { nearest })
            });
        }
        found
    }

    /// Like [`Self::locate`], of an input that stands for its whole column.
    pub(super) fn claim(&mut self, position: usize, name: &str) -> Option<usize> {
        let found = self.locate(position, name)?;
        let column = self.columns.get_mut(found)?;
        if column.claimed {
            self.violations.push(None, || Violation::of_input(name, Reason::Duplicate));
            return None;
        }
        column.claimed = true;
        Some(found)
    }

    /// The input that a column is made for.
    pub(super) fn field(&self, column: usize) -> Option<&'a Field> {
        self.columns.get(column).map(|column| column.field)
    }

    /// Changes which numbers a column admits.
    pub(super) fn set_domain(&mut self, column: usize, domain: Domain) {
        if let Some(column) = self.columns.get_mut(column) {
            column.domain = domain;
        }
    }

    /// Appends a JSON value to a column. Of a list or object, `token` is the start.
    pub(super) fn push(&mut self, column: usize, token: Token<'_>) {
        let Some(column) = self.columns.get_mut(column) else { return };
        if let Err(refusal) = column.push(token, self.limits.text_bytes) {
            column.refuse(refusal, token, self.limits, &mut self.violations);
        }
    }

    /// Fills an empty column with numbers (`NaN` is missing), and tells whether it could: a
    /// column takes all of them or none.
    pub(super) fn push_column(&mut self, column: usize, numbers: &mut Vec<f64>) -> bool {
        let column = self.columns.get_mut(column);
        column.is_some_and(|column| column.push_numbers(numbers))
    }

    /// Appends whole rows of numbers, and tells whether it could: the table takes all of them
    /// or none.
    pub(super) fn push_rows(&mut self, numbers: &[f64]) -> bool {
        let width = self.columns.len();
        let of = |column: usize| numbers.iter().skip(column).step_by(width).copied();
        let mut columns = self.columns.iter().enumerate();
        let admitted = columns.all(|(at, column)| column.admits(of(at)));
        if admitted {
            for (at, column) in self.columns.iter_mut().enumerate() {
                column.fill_with(of(at).collect());
            }
        }
        admitted
    }

    /// Appends the value that a text stands for.
    pub(super) fn push_text(&mut self, column: usize, text: &str) {
        let Some(column) = self.columns.get_mut(column) else { return };
        if let Err(refusal) = column.push_text(text, self.limits.text_bytes) {
            column.refuse(
                refusal,
                format_args!("`{}`", shorten(text)),
                self.limits,
                &mut self.violations,
            );
        }
    }

    /// Appends a value of a file.
    pub(super) fn push_item(&mut self, column: usize, item: Item<'_>) {
        let Some(column) = self.columns.get_mut(column) else { return };
        if let Err(refusal) = column.push_item(item, self.limits.text_bytes) {
            let found = match item {
                Item::Text(text) => format!("\"{}\"", shorten(text)),
                Item::Raw(text) => format!("`{}`", shorten(text)),
                Item::Digits(text) => shorten(text),
                Item::Boolean(value) => value.to_string(),
                Item::Integer(value) => value.to_string(),
                Item::Number(value) => value.to_string(),
                Item::Instant(_) => "an instant".to_owned(),
                Item::Nested(_) => "a list or an object".to_owned(),
                Item::Absent | Item::Missing => String::new(),
            };
            column.refuse(refusal, found, self.limits, &mut self.violations);
        }
    }

    /// Refuses what stands for a whole column, as it is no list.
    pub(super) fn refuse_column(&mut self, column: usize, token: Token<'_>) {
        let Some(field) = self.field(column) else { return };
        let reason = || Reason::Mistyped { found: token.to_string(), expected: "a list of values" };
        self.violations.push(None, || Violation::of_input(&field.name, reason()));
    }

    /// Refuses a second value in `row` of a column.
    pub(super) fn refuse_repeated(&mut self, column: usize, row: usize) {
        let Some(field) = self.field(column) else { return };
        self.violations
            .push(Some(row), || Violation::of_value(&field.name, row, Reason::Duplicate));
    }

    /// Refuses something.
    pub(super) fn refuse(&mut self, violation: Violation) {
        self.violations.push(None, || violation);
    }

    /// Whether a column has a value in `row`.
    pub(super) fn holds(&self, column: usize, row: usize) -> bool {
        self.columns.get(column).is_some_and(|column| column.len > row)
    }

    /// Begins a row of a request that goes row by row.
    pub(super) fn start_row(&mut self, row: usize) -> Result<(), ProtocolError> {
        self.row = Some(row);
        self.limits.admit_rows(row + 1, self.columns.len())
    }

    /// Ends a row whose values were named: a column without a value gets a missing
    /// one.
    pub(super) fn end_record(&mut self, row: usize) {
        for column in self.columns.iter_mut().filter(|column| column.len == row) {
            column.push_missing();
            if !column.field.nullable {
                let name = &column.field.name;
                self.violations.push(Some(row), || Violation::of_value(name, row, Reason::Missing));
            }
        }
    }

    /// Ends a row that was refused as a whole.
    pub(super) fn abandon_row(&mut self, row: usize, reason: Reason) {
        for column in self.columns.iter_mut().filter(|column| column.len == row) {
            column.push_missing();
        }
        self.violations.push(Some(row), || Violation::of_row(row, reason));
    }

    /// The table, when nothing is wrong with it or (with `partial`) only with single rows.
    pub(super) fn finish(mut self) -> Result<(Table, RowErrors), ProtocolError> {
        let rows = self.columns.iter().map(|column| column.len).max().unwrap_or(0);
        self.limits.admit_rows(rows, self.columns.len())?;
        for column in self.columns.iter_mut().filter(|column| column.len == 0 && !column.claimed) {
            if column.field.nullable {
                column.fill(rows);
            } else {
                let name = &column.field.name;
                self.violations.push(None, || Violation::of_input(name, Reason::Missing));
            }
        }
        let errors = self.violations.into_row_errors().map_err(ProtocolError::Mismatch)?;
        if rows == 0 {
            return Err(ProtocolError::NoRows);
        }
        let table = Table::new(self.columns.into_iter().map(ColumnBuilder::finish).collect())?;
        Ok((table, errors))
    }
}

impl<'a> ColumnBuilder<'a> {
    fn new(field: &'a Field, rows: usize, gaps: bool) -> Self {
        Self {
            field,
            domain: Domain::of(field),
            needed: !field.nullable && !gaps,
            claimed: false,
            len: 0,
            values: ValuesBuilder::new(field.kind, rows),
        }
    }

    fn push(&mut self, token: Token<'_>, text_bytes: usize) -> Result<(), Refusal> {
        match &mut self.values {
            ValuesBuilder::Number(values) => {
                values.push(present(self.domain.number(token), self.needed)?);
            }
            ValuesBuilder::Category(encoder) => {
                let text = self.domain.text(token).ok_or(Refusal::Mistyped)?;
                encode(encoder, text.as_deref(), text_bytes, self.needed)?;
            }
        }
        self.len += 1;
        Ok(())
    }

    /// Whether it is an empty column of numbers that can hold all of these.
    fn admits(&self, mut numbers: impl Iterator<Item = f64>) -> bool {
        // `NaN` is in no domain.
        let admitted = |number: f64| self.domain.admit(number).is_some();
        matches!(&self.values, ValuesBuilder::Number(values) if values.is_empty())
            && match self.needed {
                true => numbers.all(admitted),
                false => numbers.all(|number| number.is_nan() || admitted(number)),
            }
    }

    fn push_numbers(&mut self, numbers: &mut Vec<f64>) -> bool {
        let admitted = self.admits(numbers.iter().copied());
        if admitted {
            self.fill_with(std::mem::take(numbers));
        }
        admitted
    }

    /// Takes numbers that it admits for all of its values.
    fn fill_with(&mut self, numbers: Vec<f64>) {
        self.len = numbers.len();
        self.values = ValuesBuilder::Number(numbers);
    }

    fn push_text(&mut self, text: &str, text_bytes: usize) -> Result<(), Refusal> {
        match &mut self.values {
            ValuesBuilder::Number(values) => {
                values.push(present(self.domain.number_of_text(text), self.needed)?);
            }
            ValuesBuilder::Category(encoder) => {
                encode(encoder, Some(text), text_bytes, self.needed)?;
            }
        }
        self.len += 1;
        Ok(())
    }

    /// Appends a value of a file, by the rules by which data sets are read.
    fn push_item(&mut self, item: Item<'_>, text_bytes: usize) -> Result<(), Refusal> {
        let Self { domain, needed, .. } = *self;
        match &mut self.values {
            ValuesBuilder::Number(values) => {
                let value = match item {
                    Item::Absent | Item::Missing => Some(f64::NAN),
                    Item::Raw(text) => domain.number_of_text(text),
                    Item::Digits(text) => text.parse().ok().and_then(|value| domain.admit(value)),
                    Item::Boolean(value) if domain.truth => Some(f64::from(u8::from(value))),
                    Item::Integer(value) => domain.admit(value as f64),
                    Item::Number(value) => domain.admit(value),
                    Item::Instant(microseconds) if domain.date => Some(microseconds as f64 / 1e6),
                    Item::Text(text) if dataset::present(text).is_none() => Some(f64::NAN),
                    Item::Text(text) => domain.named(text),
                    Item::Boolean(_) | Item::Instant(_) | Item::Nested(_) => None,
                };
                values.push(present(value, needed)?);
            }
            ValuesBuilder::Category(encoder) => match item {
                Item::Absent | Item::Missing => encode(encoder, None, text_bytes, needed)?,
                Item::Raw(text) | Item::Text(text) | Item::Digits(text) => {
                    encode(encoder, Some(text), text_bytes, needed)?;
                }
                Item::Boolean(value) => encoder.push(Some(if value { "true" } else { "false" })),
                Item::Integer(value) => encoder.push(Some(&value.to_string())),
                Item::Number(value) => encoder.push(Some(&value.to_string())),
                Item::Instant(_) | Item::Nested(_) => return Err(Refusal::Mistyped),
            },
        }
        self.len += 1;
        Ok(())
    }

    fn push_missing(&mut self) {
        self.values.push_missing();
        self.len += 1;
    }

    fn fill(&mut self, rows: usize) {
        for _ in self.len..rows {
            self.push_missing();
        }
    }

    #[cold]
    fn refuse(
        &mut self,
        refusal: Refusal,
        found: impl std::fmt::Display,
        limits: &Limits,
        violations: &mut Violations,
    ) {
        let reason = || match refusal {
            Refusal::Missing => Reason::Missing,
            Refusal::Mistyped => {
                Reason::Mistyped { found: found.to_string(), expected: self.domain.words }
            }
            Refusal::TextTooLong(bytes) => {
                Reason::TextTooLong { found: bytes, limit: limits.text_bytes }
            }
        };
        let row = self.len;
        violations.push(Some(row), || Violation::of_value(&self.field.name, row, reason()));
        self.push_missing();
    }

    fn finish(self) -> Column {
        Column { name: self.field.name.clone(), values: self.values.finish() }
    }
}

/// A number that was read, if it is one; `NaN` is a missing one.
fn present(read: Option<f64>, needed: bool) -> Result<f64, Refusal> {
    let number = read.ok_or(Refusal::Mistyped)?;
    if needed && number.is_nan() { Err(Refusal::Missing) } else { Ok(number) }
}

fn encode(
    encoder: &mut CategoryEncoder,
    text: Option<&str>,
    text_bytes: usize,
    needed: bool,
) -> Result<(), Refusal> {
    if let Some(text) = text.filter(|text| text.len() > text_bytes) {
        return Err(Refusal::TextTooLong(text.len()));
    }
    let text = text.and_then(dataset::present);
    if needed && text.is_none() {
        return Err(Refusal::Missing);
    }
    encoder.push(text);
    Ok(())
}
