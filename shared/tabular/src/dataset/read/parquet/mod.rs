//! Tables as Parquet: flat columns of any type that is a number, a text, a boolean or an
//! instant.

mod chunks;
mod meaning;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::DataType;
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::schema::types::ColumnDescriptor;

use super::builder::Builder;
use super::columns::{Columns, Declared};
use super::defects::{At, Defects};
use super::field::Field;
use super::source::{ReadError, Source};
use super::{Limits, RawTable};
use crate::dataset::defect::{Defect, Rejection};
pub(super) use chunks::Chunks;
pub(super) use meaning::Meaning;

/// How many values are decoded at a time.
const BATCH: usize = 8192;

/// Reads a table, one column after the other.
///
/// # Errors
/// When the source fails, the file is damaged, or a column is nested or of a type that
/// is no input.
pub(super) fn read(
    source: Arc<dyn Source>,
    limits: Limits,
    declared: &Declared,
) -> Result<RawTable, ReadError> {
    // The decoder trusts the lengths in a file, and panics where they are wrong.
    let read = catch_unwind(AssertUnwindSafe(|| table(source, limits, declared)));
    read.unwrap_or_else(|_| Err(damaged("its pages contradict each other").into()))
}

fn table(
    source: Arc<dyn Source>,
    limits: Limits,
    declared: &Declared,
) -> Result<RawTable, ReadError> {
    let file = SerializedFileReader::new(Chunks::new(source)).map_err(read_error)?;
    let metadata = file.metadata();
    let bytes = metadata.row_groups().iter().map(|group| group.total_byte_size().max(0) as u64);
    if bytes.sum::<u64>() > limits.bytes {
        return Err(super::source::too_large(limits.bytes).into());
    }
    let schema = metadata.file_metadata().schema_descr();
    let meanings = meanings(schema.root_schema().get_fields(), schema.columns())?;
    let names = schema.columns().iter().map(|column| column.name().to_owned()).collect();
    Columns::new(names, declared).read(|columns, defects| {
        let mut rows = 0;
        for (index, meaning) in meanings.iter().enumerate() {
            let (Some(builder), Some(name)) =
                (columns.builders.get_mut(index), columns.names.get(index))
            else {
                continue;
            };
            if builder.is_skipped() {
                continue;
            }
            let mut target = Target { builder, name, rows: 0, defects };
            for group in 0..file.num_row_groups() {
                let group = file.get_row_group(group).map_err(read_error)?;
                let reader = group.get_column_reader(index).map_err(read_error)?;
                target.read(reader, *meaning).map_err(read_error)?;
                limits.check(target.rows, meanings.len())?;
            }
            rows = target.rows;
        }
        Ok(rows)
    })
}

/// What the values of each column stand for.
///
/// # Errors
/// When a column is nested, or of a type that is no input.
pub(super) fn meanings(
    fields: &[::parquet::schema::types::TypePtr],
    columns: &[::parquet::schema::types::ColumnDescPtr],
) -> Result<Vec<Meaning>, Rejection> {
    let mut defects = Vec::new();
    for field in fields {
        let repeated =
            field.get_basic_info().repetition() == ::parquet::basic::Repetition::REPEATED;
        if field.is_group() || repeated {
            let name = field.name();
            let message = format!(
                "column `{name}` holds lists or structures: give each of its parts a column"
            );
            defects.push(Defect::new("nested_value", message).in_column(name));
        }
    }
    let mut meanings = Vec::new();
    if defects.is_empty() {
        for column in columns {
            match Meaning::of(column) {
                Some(meaning) => meanings.push(meaning),
                None => defects.push(unsupported(column)),
            }
        }
    }
    if defects.is_empty() { Ok(meanings) } else { Err(Rejection::of(defects)) }
}

fn unsupported(column: &ColumnDescriptor) -> Defect {
    let message = format!(
        "column `{}` is of the type {} ({}), which is no number, text, boolean or instant: \
         leave it out or write it as one of them",
        column.name(),
        column.physical_type(),
        column.converted_type()
    );
    Defect::new("unsupported_column", message).in_column(column.name())
}

/// Where a column's values go.
struct Target<'a> {
    builder: &'a mut Builder,
    name: &'a str,
    rows: u64,
    defects: &'a mut Defects,
}

impl Target<'_> {
    fn read(&mut self, reader: ColumnReader, meaning: Meaning) -> Result<(), ParquetError> {
        match reader {
            ColumnReader::BoolColumnReader(reader) => {
                self.each(reader, |target, value| target.push(Field::Boolean(*value)))
            }
            ColumnReader::Int32ColumnReader(reader) => {
                self.each(reader, |target, value| target.push(meaning.of_i32(*value)))
            }
            ColumnReader::Int64ColumnReader(reader) => {
                self.each(reader, |target, value| target.push(meaning.of_i64(*value)))
            }
            ColumnReader::Int96ColumnReader(reader) => self.each(reader, |target, value| {
                target.push(Field::Instant(value.to_nanos() as f64 / 1e9));
            }),
            ColumnReader::FloatColumnReader(reader) => {
                self.each(reader, |target, value| target.push(Field::Number(f64::from(*value))))
            }
            ColumnReader::DoubleColumnReader(reader) => {
                self.each(reader, |target, value| target.push(Field::Number(*value)))
            }
            ColumnReader::ByteArrayColumnReader(reader) => {
                self.each(reader, |target, value| target.push_bytes(value.data(), meaning))
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                self.each(reader, |target, value| target.push_bytes(value.data(), meaning))
            }
        }
    }

    fn each<T: DataType>(
        &mut self,
        mut reader: ColumnReaderImpl<T>,
        push: impl Fn(&mut Self, &T::T),
    ) -> Result<(), ParquetError> {
        let (mut levels, mut values) = (Vec::new(), Vec::new());
        loop {
            levels.clear();
            values.clear();
            let (records, ..) = reader.read_records(BATCH, Some(&mut levels), None, &mut values)?;
            if records == 0 {
                return Ok(());
            }
            let mut present = values.iter();
            // A column that cannot be missing has no levels.
            let mut levels = levels.iter();
            for _ in 0..records {
                match levels.next() {
                    Some(0) => self.push(Field::Missing),
                    _ => match present.next() {
                        Some(value) => push(self, value),
                        None => self.push(Field::Missing),
                    },
                }
            }
        }
    }

    fn push(&mut self, field: Field<'_>) {
        self.rows += 1;
        let at = At { row: self.rows, line: None, column: self.name };
        self.builder.push(field, at, self.defects);
    }

    fn push_bytes(&mut self, bytes: &[u8], meaning: Meaning) {
        if let Some(field) = meaning.of_bytes(bytes) {
            return self.push(field);
        }
        if meaning == Meaning::Uuid {
            return self.push(Field::Text(&hex::encode(bytes)));
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.push(Field::Text(text)),
            Err(_) => {
                self.push(Field::Missing);
                let (row, name) = (self.rows, self.name);
                self.defects.push(|| {
                    let message = format!(
                        "row {row}, column `{name}` holds bytes that are not UTF-8: write texts, \
                         or leave the column out"
                    );
                    Defect::new("not_utf8", message).in_row(row).in_column(name)
                });
            }
        }
    }
}

/// A file whose parts contradict each other.
pub(super) fn damaged(what: &str) -> Defect {
    Defect::new("damaged", format!("the Parquet file cannot be read ({what}): write it again"))
}

/// Tells a source that failed from a damaged file.
pub(super) fn read_error(error: ParquetError) -> ReadError {
    let message = error.to_string();
    match error {
        ParquetError::External(error) => match error.downcast::<std::io::Error>() {
            Ok(error) => ReadError::from_source(*error).unwrap_or_else(|| damaged(&message).into()),
            Err(_) => damaged(&message).into(),
        },
        _ => damaged(&message).into(),
    }
}

#[cfg(test)]
mod tests;
