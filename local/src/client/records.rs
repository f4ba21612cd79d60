//! The rows of a file as records of a stream.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model_factory::dataset::write::{instant, text};
use model_factory::dataset::{Blocks, Item, Kind, ReadError, Row, Schema, present};
use serde_json::{Map, Number, Value};

use crate::error::CliError;

/// The rows of a file, as a model with a schema is asked about them.
pub(crate) struct Rows<'s> {
    path: PathBuf,
    blocks: Blocks,
    schema: &'s Schema,
    id: Option<String>,
}

/// A row.
#[derive(Debug, PartialEq)]
pub(crate) struct RowRecord {
    /// Its number in the file, from 1.
    pub(crate) row: u64,
    /// Its id, where a column tells it.
    pub(crate) id: Option<String>,
    /// What it says of the model's inputs.
    pub(crate) inputs: Map<String, Value>,
}

/// Which row is not answered, and why, in words.
pub(crate) type BadRow = String;

impl<'s> Rows<'s> {
    /// Opens a file: CSV, JSON lines or Parquet, plain or packed. The column `id` tells the ids
    /// of the rows, if one is named.
    pub(crate) fn open(
        path: &Path,
        schema: &'s Schema,
        id: Option<String>,
    ) -> Result<Self, CliError> {
        let file = File::open(path).map_err(|source| unreadable(path, source))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let blocks = Blocks::open(&name, Arc::new(file)).map_err(|error| failed(path, error))?;
        Ok(Self { path: path.to_owned(), blocks, schema, id })
    }

    /// Some more rows; `None` after the last one.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<Result<RowRecord, BadRow>>>, CliError> {
        let block = self.blocks.next_block().map_err(|error| failed(&self.path, error))?;
        let Some(block) = block else { return Ok(None) };
        Ok(Some((0..block.rows()).map(|row| self.record(block.row(row))).collect()))
    }

    fn record(&self, row: Row<'_>) -> Result<RowRecord, BadRow> {
        let number = row.number();
        if let Some(defect) = row.defect() {
            return Err(defect.message.clone());
        }
        let (mut id, mut inputs) = (None, Map::new());
        for (item, name) in row.items().zip(self.blocks.names()) {
            if self.id.as_ref() == Some(name) {
                id = words(item);
            }
            if let Some(field) = self.schema.input(name)
                && item != Item::Absent
            {
                inputs.insert(name.clone(), value(item, field.kind, self.blocks.delimiter()));
            }
        }
        match (&self.id, &id) {
            (Some(column), None) => Err(format!("row {number} has no `{column}` to be known by")),
            _ => Ok(RowRecord { row: number, id, inputs }),
        }
    }
}

fn failed(path: &Path, error: ReadError) -> CliError {
    match error {
        ReadError::Rejected(rejection) => CliError::Rows(rejection),
        ReadError::Source(source) => unreadable(path, source),
    }
}

fn unreadable(path: &Path, source: std::io::Error) -> CliError {
    CliError::File { path: path.to_owned(), verb: "read", source }
}

/// A value as JSON. A field of CSV is of its input's type, or else stays the text that it is, so
/// that whoever answers can say what is wrong with it.
fn value(item: Item<'_>, kind: Kind, delimiter: u8) -> Value {
    match item {
        Item::Absent | Item::Missing => Value::Null,
        Item::Boolean(value) => value.into(),
        Item::Integer(value) => value.into(),
        Item::Number(value) => value.into(),
        Item::Instant(microseconds) => instant(microseconds).into(),
        Item::Digits(text) | Item::Nested(text) => serde_json::from_str(text).unwrap_or_default(),
        Item::Text(text) => text.into(),
        Item::Raw(text) => {
            let Some(text) = present(text) else { return Value::Null };
            let typed = match (kind, text) {
                (Kind::Fractional | Kind::Integral, text) if delimiter != b',' => {
                    number(&text.replacen(',', ".", 1))
                }
                (Kind::Fractional | Kind::Integral, text) => number(text),
                (Kind::Boolean, text) => {
                    text.to_lowercase().parse().ok().map(Value::Bool).or_else(|| number(text))
                }
                (Kind::Category | Kind::Date | Kind::Text, _) => None,
            };
            typed.unwrap_or_else(|| text.into())
        }
    }
}

/// A number with its digits as they are, where JSON writes numbers so, too.
fn number(text: &str) -> Option<Value> {
    let as_it_is = serde_json::from_str::<Number>(text).ok();
    as_it_is.or_else(|| Number::from_f64(text.parse().ok()?)).map(Value::Number)
}

/// A value in words; `None` where it is missing, or no single value.
fn words(item: Item<'_>) -> Option<String> {
    match item {
        Item::Nested(_) => None,
        item => Some(text(item).trim().to_owned()).filter(|words| !words.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_of_csv_become_what_the_input_is_or_stay_what_they_are() {
        let of = |text, kind, delimiter| value(Item::Raw(text), kind, delimiter);
        assert_eq!(of(" 3 ", Kind::Integral, b','), json!(3));
        assert_eq!(of("+.5", Kind::Fractional, b','), json!(0.5));
        assert_eq!(of("2,5", Kind::Fractional, b';'), json!(2.5));
        assert_eq!(of("2,5", Kind::Fractional, b','), json!("2,5"), "told as it is");
        assert_eq!(of("TRUE", Kind::Boolean, b','), json!(true));
        assert_eq!(of("1", Kind::Boolean, b','), json!(1));
        assert_eq!(of("far", Kind::Integral, b','), json!("far"));
        assert_eq!(of("007", Kind::Category, b','), json!("007"));
        assert_eq!(value(Item::Digits("1.50"), Kind::Category, b','), json!(1.5));
        assert_eq!(value(Item::Missing, Kind::Date, b','), json!(null));
        for (missing, kind) in
            [("", Kind::Fractional), (" NA ", Kind::Integral), ("n/a", Kind::Text)]
        {
            assert_eq!(of(missing, kind, b','), json!(null), "as in a data set");
        }
    }
}
