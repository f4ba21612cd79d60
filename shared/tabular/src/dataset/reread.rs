//! The rows of a data set as an earlier model read them.
//!
//! Which columns are inputs, and of which type, follows from spec and data, and may be
//! another thing each time. A model that was trained before still reads its own columns, and
//! its rows were divided by their content in these.

use std::borrow::Cow;

use super::cell::Cell;
use super::dates;
use super::hash::HashOrder;
use super::labelled::Labelled;
use super::roles;
use super::schema::{Field, Kind, Schema};
use super::table::{Categories, Column, MISSING, Table, Values};
use crate::boolean;
use crate::date;
use crate::spec::Spec;

/// A column of another model cannot be read from a data set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// There is none.
    #[error("column `{0}` is not in the data set")]
    Missing(String),
    /// It is what is to be predicted.
    #[error("column `{0}`, which it reads, is the target now")]
    Target(String),
    /// It holds something else.
    #[error("column `{column}` holds {now} where it reads {then}")]
    OtherType {
        /// The column.
        column: String,
        /// What the model reads.
        then: &'static str,
        /// What the data set holds.
        now: &'static str,
    },
}

impl Unread {
    /// The column.
    #[must_use]
    pub fn column(&self) -> &str {
        match self {
            Self::Missing(column) | Self::Target(column) | Self::OtherType { column, .. } => column,
        }
    }
}

impl Labelled {
    /// The inputs of another model, whether they are inputs here or not. Texts are read as
    /// numbers, dates or booleans where the model reads such.
    ///
    /// # Errors
    /// With every input that is not there, or is of another type.
    pub fn read_inputs(&self, fields: &[Field]) -> Result<Table, Vec<Unread>> {
        let (mut columns, mut unread) = (Vec::with_capacity(fields.len()), Vec::new());
        for field in fields {
            match self.read_input(field) {
                Ok(values) => columns.push(Column { name: field.name.clone(), values }),
                Err(error) => unread.push(error),
            }
        }
        // All columns are as long as the rows are many.
        if unread.is_empty() { Ok(Table::new(columns).unwrap_or_default()) } else { Err(unread) }
    }

    /// The same rows as a model read them that was trained to `schema` by `spec`: its inputs,
    /// and what they were divided by, their hashes in its order of columns. `own` is the spec
    /// that these rows were read by.
    ///
    /// # Errors
    /// When one of its columns is not there, or is of another type.
    pub fn as_read_by(
        &self,
        schema: &Schema,
        spec: &Spec,
        own: &Spec,
        hash_order: HashOrder,
    ) -> Result<Cow<'_, Self>, Unread> {
        let alike =
            |(theirs, ours): (&Field, &Field)| theirs.name == ours.name && theirs.kind == ours.kind;
        let same_inputs = schema.inputs.len() == self.schema.inputs.len()
            && schema.inputs.iter().zip(&self.schema.inputs).all(alike);
        if same_inputs
            && hash_order == self.hash_order
            && spec.time == own.time
            && spec.group == own.group
        {
            return Ok(Cow::Borrowed(self));
        }
        for field in &schema.inputs {
            let now = self.schema.input(&field.name).map_or(field.kind, |ours| ours.kind);
            if now.is_number() && (now == Kind::Date) != (field.kind == Kind::Date) {
                return Err(other_type(field, now.words()));
            }
        }
        let inputs =
            self.read_inputs(&schema.inputs).map_err(|mut unread| unread.swap_remove(0))?;
        let times = spec.time.as_deref().map(|time| match self.values(time)? {
            Values::Number(times) => Ok(times.clone()),
            Values::Category(_) => Err(Unread::OtherType {
                column: time.to_owned(),
                then: Kind::Date.words(),
                now: Kind::Category.words(),
            }),
        });
        let groups = spec.group.as_deref().map(|group| self.values(group).map(roles::groups_of));
        let read = Self {
            inputs,
            target: self.target.clone(),
            schema: Schema { inputs: schema.inputs.clone(), ..self.schema.clone() },
            notes: Vec::new(),
            groups: None,
            times: times.transpose()?,
            unused: Vec::new(),
            hash_order,
        };
        Ok(Cow::Owned(read.grouped(groups.transpose()?)))
    }

    fn read_input(&self, field: &Field) -> Result<Values, Unread> {
        let values = self.values(&field.name)?;
        match (values, field.kind.is_number()) {
            (Values::Number(_), true) | (Values::Category(_), false) => Ok(values.clone()),
            (Values::Category(texts), true) => numbers(texts, field)
                .map(Values::Number)
                .ok_or_else(|| other_type(field, Kind::Category.words())),
            // A column without any value is one of numbers.
            (Values::Number(_), false) if values.missing() == values.len() => {
                let codes = vec![MISSING; values.len()];
                Ok(Values::Category(Categories { codes, levels: Vec::new() }))
            }
            // How the texts were written, numbers do not tell: `007` is 7.
            (Values::Number(_), false) => Err(other_type(field, Kind::Fractional.words())),
        }
    }

    /// The values of a column beside the target.
    fn values(&self, name: &str) -> Result<&Values, Unread> {
        if self.schema.target.as_deref() == Some(name) {
            return Err(Unread::Target(name.to_owned()));
        }
        let unused = || self.unused.iter().find(|(column, _)| column.name == name);
        self.inputs
            .column(name)
            .or_else(|| unused().map(|(column, _)| &column.values))
            .ok_or_else(|| Unread::Missing(name.to_owned()))
    }
}

fn other_type(field: &Field, now: &'static str) -> Unread {
    Unread::OtherType { column: field.name.clone(), then: field.kind.words(), now }
}

/// What texts stand for in a column of the field's type; `None` where one of them is of another.
fn numbers(texts: &Categories, field: &Field) -> Option<Vec<f64>> {
    dates::by_level(texts, |text| match (field.kind, Cell::parse(text)) {
        (_, Cell::Missing) => Some(f64::NAN),
        (Kind::Date, Cell::Date(value)) => Some(value),
        (Kind::Date, Cell::Text) => date::read(text, field.date_order),
        (Kind::Boolean, Cell::Boolean(value)) => Some(f64::from(u8::from(value))),
        (Kind::Boolean, Cell::Text) => boolean::parse(text).map(|it| f64::from(u8::from(it))),
        (Kind::Fractional | Kind::Integral, Cell::Boolean(value)) => {
            Some(f64::from(u8::from(value)))
        }
        (
            Kind::Boolean | Kind::Fractional | Kind::Integral,
            Cell::Integer(value) | Cell::Number(value) | Cell::Comma(value),
        ) => Some(value),
        _ => None,
    })
}

#[cfg(test)]
#[path = "reread_tests.rs"]
mod tests;
