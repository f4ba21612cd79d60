//! Blocks of JSON lines.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::super::Limits;
use super::super::defects::{place, shorten};
use super::super::json_lines::{Text, infinite_number, not_an_object};
use super::super::lines::Lines;
use super::super::source::ReadError;
use super::block::{Block, Item};
use crate::dataset::defect::Defect;
use crate::json::with_nulls;

/// How many columns a table of JSON lines may have.
const COLUMNS: usize = 10_000;

/// The lines of a file.
pub(super) struct Reader {
    lines: Lines<Box<dyn Read>>,
    index: HashMap<String, usize>,
}

impl Reader {
    pub(super) fn new(input: Box<dyn Read>, limits: Limits) -> Result<Self, ReadError> {
        Ok(Self { lines: Lines::new(input, limits.row)?, index: HashMap::new() })
    }

    pub(super) fn fill(
        &mut self,
        block: &mut Block,
        names: &mut Vec<String>,
    ) -> Result<(), ReadError> {
        let Self { lines, index } = self;
        while !block.is_full() {
            let Some(length) = lines.line(b'\n')? else { return Ok(()) };
            let line = lines.line;
            let text = lines.bytes().get(..length).unwrap_or_default().trim_ascii();
            if !text.is_empty() {
                let row = block.next_row();
                let mut twice = None;
                let defect = match with_nulls(text) {
                    Err(infinite) => Some(infinite_number(row, line, infinite)),
                    Ok(text) => {
                        let seed = Object { block, names, index, twice: &mut twice };
                        let mut reader = serde_json::Deserializer::from_slice(&text);
                        match seed.deserialize(&mut reader).and_then(|()| reader.end()) {
                            Err(error) => Some(not_an_object(row, line, &error)),
                            Ok(()) => twice.map(|key| given_twice(row, line, &key)),
                        }
                    }
                };
                block.end_row(Some(line), defect.map(|defect| defect.in_row(row)));
            }
            lines.consume(length + 1, 1);
        }
        Ok(())
    }
}

fn given_twice(row: u64, line: u64, key: &str) -> Defect {
    let message = format!(
        "{}, key `{}`: it stands there twice: keys must be unique in a line",
        place(row, Some(line)),
        shorten(key)
    );
    Defect::new("duplicate_column", message)
}

/// Where an object's values go.
struct Object<'a> {
    block: &'a mut Block,
    names: &'a mut Vec<String>,
    index: &'a mut HashMap<String, usize>,
    twice: &'a mut Option<String>,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        // Most lines have the keys of the first one, in its order.
        let mut expected = 0;
        while let Some(Text(key)) = map.next_key()? {
            let column = match self.names.get(expected) {
                Some(name) if *name == key => expected,
                _ => match self.index.get(key.as_ref()) {
                    Some(&column) => column,
                    None if self.names.len() >= COLUMNS => {
                        let message = format!("more than {COLUMNS} keys in all lines so far");
                        return Err(serde::de::Error::custom(message));
                    }
                    None => {
                        self.index.insert(key.clone().into_owned(), self.names.len());
                        self.names.push(key.clone().into_owned());
                        self.names.len() - 1
                    }
                },
            };
            expected = column + 1;
            let value = map.next_value::<&RawValue>()?.get();
            let text;
            let item = match value.as_bytes().first() {
                Some(b'n') => Item::Missing,
                Some(b't') => Item::Boolean(true),
                Some(b'f') => Item::Boolean(false),
                Some(b'"') => {
                    text = unescape(value).map_err(serde::de::Error::custom)?;
                    Item::Text(&text)
                }
                Some(b'[' | b'{') => Item::Nested(value),
                _ => Item::Digits(value),
            };
            if !self.block.put(column, item) {
                self.twice.get_or_insert_with(|| key.into_owned());
            }
        }
        Ok(())
    }
}

/// The text of a JSON string.
fn unescape(quoted: &str) -> serde_json::Result<Cow<'_, str>> {
    match quoted.get(1..quoted.len().saturating_sub(1)) {
        Some(text) if !text.contains('\\') => Ok(Cow::Borrowed(text)),
        _ => serde_json::from_str(quoted).map(Cow::Owned),
    }
}
