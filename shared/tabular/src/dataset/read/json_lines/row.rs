//! One line of JSON into the columns of a table.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use super::super::columns::{Columns, Declared};
use super::super::defects::{At, Defects, place, shorten};
use super::super::field::Field;
use crate::dataset::defect::Defect;

/// Where an object's values go.
pub(super) struct Row<'a> {
    pub(super) row: u64,
    pub(super) line: u64,
    pub(super) columns: &'a mut Columns,
    pub(super) index: &'a mut HashMap<String, usize>,
    pub(super) declared: &'a Declared,
    pub(super) defects: &'a mut Defects,
}

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        // Most lines have the keys of the first one, in its order.
        let mut expected = 0;
        while let Some(Text(key)) = map.next_key()? {
            let column = match self.columns.names.get(expected) {
                Some(name) if *name == key => expected,
                _ => self.column(&key),
            };
            expected = column + 1;
            self.push(column, &map.next_value()?);
        }
        Ok(())
    }
}

impl Row<'_> {
    /// The position of the column called `key`, which is added if there is none.
    fn column(&mut self, key: &str) -> usize {
        if let Some(&column) = self.index.get(key) {
            return column;
        }
        let passed = usize::try_from(self.row - 1).unwrap_or(usize::MAX);
        let column = self.columns.add(key.to_owned(), self.declared, passed);
        self.index.insert(key.to_owned(), column);
        column
    }

    fn push(&mut self, column: usize, value: &Value<'_>) {
        let Self { row, line, .. } = *self;
        let name = self.columns.names.get(column).map_or("", String::as_str);
        let Some(builder) = self.columns.builders.get_mut(column) else { return };
        let defect = |code: &str, what: &str| {
            let place = place(row, Some(line));
            let message = format!("{place}, key `{}`: {what}", shorten(name));
            Defect::new(code, message).in_row(row).in_column(name)
        };
        if !builder.is_skipped() && builder.rows() >= row {
            let what = "it stands there twice: keys must be unique in a line";
            self.defects.push(|| defect("duplicate_column", what));
            return;
        }
        let field = match value {
            Value::Field(field) => *field,
            Value::Text(text) => Field::Text(text),
            Value::Nested => {
                let what = "the value is a list or an object: give each of its parts a key";
                self.defects.push(|| defect("nested_value", what));
                Field::Missing
            }
        };
        builder.push(field, At { row, line: Some(line), column: name }, self.defects);
    }
}

/// A text that is borrowed from the line where it can be.
pub(in crate::dataset::read) struct Text<'de>(pub(in crate::dataset::read) Cow<'de, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Key;
        impl<'de> Visitor<'de> for Key {
            type Value = Text<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Key)
    }
}

enum Value<'de> {
    Field(Field<'static>),
    Text(Cow<'de, str>),
    Nested,
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Field(Field::Missing))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<'de>, E> {
        Ok(Value::Field(Field::Boolean(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value<'de>, E> {
        Ok(Value::Field(Field::Integer(value as f64)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value<'de>, E> {
        Ok(Value::Field(Field::Integer(value as f64)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value<'de>, E> {
        Ok(Value::Field(Field::Number(value)))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value<'de>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Nested)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Nested)
    }
}
