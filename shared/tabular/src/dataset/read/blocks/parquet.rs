//! Blocks of Parquet: all columns side by side.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::DataType;
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, SerializedFileReader};

use super::super::field::Field;
use super::super::parquet::{Chunks, Meaning, damaged, meanings, read_error};
use super::super::source::{ReadError, Source};
use super::block::{Block, Item};
use super::windows::Windows;
use super::{ItemType, ROWS};
use crate::dataset::defect::Defect;

/// A file, and how far each column of it is read.
pub(super) struct Reader {
    file: SerializedFileReader<Chunks>,
    meanings: Vec<Meaning>,
    /// The row group that comes next.
    group: usize,
    columns: Vec<ColumnReader>,
    /// How many rows of the row group before are left.
    left: usize,
}

/// The values of one column of a block.
type Values = Vec<Value>;

enum Value {
    Item(Item<'static>),
    Text(String),
    NotUtf8,
}

impl Reader {
    pub(super) fn new(source: Arc<dyn Source>) -> Result<Self, ReadError> {
        guarded(|| {
            let metadata = SerializedFileReader::new(Chunks::new(Arc::clone(&source)));
            let columns = metadata
                .map_err(read_error)?
                .metadata()
                .file_metadata()
                .schema_descr()
                .num_columns();
            let windows: Arc<dyn Source> = Arc::new(Windows::new(source, columns));
            let file = SerializedFileReader::new(Chunks::new(windows)).map_err(read_error)?;
            let schema = file.metadata().file_metadata().schema_descr();
            let meanings = meanings(schema.root_schema().get_fields(), schema.columns())?;
            Ok(Self { meanings, file, group: 0, columns: Vec::new(), left: 0 })
        })
    }

    pub(super) fn names(&self) -> Vec<String> {
        let schema = self.file.metadata().file_metadata().schema_descr();
        schema.columns().iter().map(|column| column.name().to_owned()).collect()
    }

    pub(super) fn types(&self) -> Vec<ItemType> {
        use ::parquet::basic::Type;
        let schema = self.file.metadata().file_metadata().schema_descr();
        let of = |(column, meaning): (&::parquet::schema::types::ColumnDescPtr, &Meaning)| match (
            meaning,
            column.physical_type(),
        ) {
            (Meaning::Days | Meaning::Instant { .. }, _) | (_, Type::INT96) => ItemType::Instant,
            (_, Type::BOOLEAN) => ItemType::Boolean,
            (Meaning::Plain | Meaning::Unsigned, Type::INT32 | Type::INT64) => ItemType::Integer,
            (Meaning::Plain | Meaning::Uuid, Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY) => {
                ItemType::Text
            }
            _ => ItemType::Number,
        };
        schema.columns().iter().zip(&self.meanings).map(of).collect()
    }

    pub(super) fn fill(&mut self, block: &mut Block) -> Result<(), ReadError> {
        guarded(|| self.rows(block))
    }

    fn rows(&mut self, block: &mut Block) -> Result<(), ReadError> {
        while self.left == 0 {
            if self.group >= self.file.num_row_groups() {
                return Ok(());
            }
            let group = self.file.get_row_group(self.group).map_err(read_error)?;
            self.left = usize::try_from(group.metadata().num_rows()).unwrap_or_default();
            let columns = 0..self.meanings.len();
            self.columns = columns
                .map(|column| group.get_column_reader(column))
                .collect::<Result<_, _>>()
                .map_err(read_error)?;
            self.group += 1;
        }
        let rows = self.left.min(ROWS);
        let columns = self.columns.iter_mut().zip(&self.meanings);
        let columns: Vec<Values> = columns
            .map(|(reader, meaning)| values(reader, *meaning, rows))
            .collect::<Result<_, _>>()
            .map_err(read_error)?;
        if columns.iter().any(|values| values.len() != rows) {
            return Err(damaged("its columns differ in length").into());
        }
        let names = self.names();
        for row in 0..rows {
            let mut defect = None;
            for (column, name) in columns.iter().zip(&names) {
                block.push(match column.get(row) {
                    Some(Value::Item(item)) => *item,
                    Some(Value::Text(text)) => Item::Text(text),
                    Some(Value::NotUtf8) => {
                        let message = format!("column `{name}` holds bytes that are not UTF-8");
                        defect.get_or_insert_with(|| Defect::new("not_utf8", message));
                        Item::Missing
                    }
                    None => Item::Absent,
                });
            }
            block.end_row(None, defect);
        }
        self.left -= rows;
        Ok(())
    }
}

/// The decoder trusts the lengths in a file, and panics where they are wrong.
fn guarded<T>(read: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(damaged("its pages contradict each other").into()))
}

/// The next values of a column.
fn values(
    reader: &mut ColumnReader,
    meaning: Meaning,
    rows: usize,
) -> Result<Values, ParquetError> {
    let plain = matches!(meaning, Meaning::Plain | Meaning::Unsigned);
    let integer = |value: i64| match plain && (meaning == Meaning::Plain || value >= 0) {
        true => Value::Item(Item::Integer(value)),
        false => Value::Item(item(meaning.of_i64(value))),
    };
    match reader {
        ColumnReader::BoolColumnReader(reader) => {
            each(reader, rows, |value| Value::Item(Item::Boolean(*value)))
        }
        ColumnReader::Int32ColumnReader(reader) => each(reader, rows, |value| match meaning {
            Meaning::Unsigned => integer(i64::from(value.cast_unsigned())),
            _ => integer(i64::from(*value)),
        }),
        ColumnReader::Int64ColumnReader(reader) => each(reader, rows, |value| integer(*value)),
        ColumnReader::Int96ColumnReader(reader) => {
            each(reader, rows, |value| Value::Item(Item::Instant(value.to_nanos() / 1000)))
        }
        ColumnReader::FloatColumnReader(reader) => {
            each(reader, rows, |value| Value::Item(number(f64::from(*value))))
        }
        ColumnReader::DoubleColumnReader(reader) => {
            each(reader, rows, |value| Value::Item(number(*value)))
        }
        ColumnReader::ByteArrayColumnReader(reader) => {
            each(reader, rows, |value| text(value.data(), meaning))
        }
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            each(reader, rows, |value| text(value.data(), meaning))
        }
    }
}

fn text(bytes: &[u8], meaning: Meaning) -> Value {
    if let Some(field) = meaning.of_bytes(bytes) {
        return Value::Item(item(field));
    }
    if meaning == Meaning::Uuid {
        return Value::Text(hex::encode(bytes));
    }
    std::str::from_utf8(bytes).map_or(Value::NotUtf8, |text| Value::Text(text.to_owned()))
}

/// A value whose type its format tells.
fn item(field: Field<'_>) -> Item<'static> {
    match field {
        Field::Boolean(value) => Item::Boolean(value),
        Field::Number(value) | Field::Integer(value) => number(value),
        Field::Instant(seconds) => Item::Instant((seconds * 1e6).round() as i64),
        Field::Missing | Field::Text(_) | Field::Raw(_) => Item::Missing,
    }
}

fn number(value: f64) -> Item<'static> {
    if value.is_nan() { Item::Missing } else { Item::Number(value) }
}

fn each<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    value: impl Fn(&T::T) -> Value,
) -> Result<Values, ParquetError> {
    let mut all = Vec::with_capacity(rows);
    let (mut levels, mut present) = (Vec::new(), Vec::new());
    while all.len() < rows {
        levels.clear();
        present.clear();
        let wanted = rows - all.len();
        let (records, ..) = reader.read_records(wanted, Some(&mut levels), None, &mut present)?;
        if records == 0 {
            break;
        }
        let mut present = present.iter();
        // A column that cannot be missing has no levels.
        let mut levels = levels.iter();
        for _ in 0..records {
            let next = match levels.next() {
                Some(0) => None,
                _ => present.next(),
            };
            all.push(next.map_or(Value::Item(Item::Missing), &value));
        }
    }
    Ok(all)
}
