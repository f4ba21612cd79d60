//! Rows as Parquet.

use std::io;
use std::sync::Arc;

use ::parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::types::{Type, TypePtr};

use super::item::{self, Typed};
use super::{Layout, OutputColumn};
use crate::dataset::read::{Block, Item, ItemType};
use crate::dataset::table::{Table, Values};

/// How many rows a row group has, but for those of its last block.
const GROUP: usize = 64 << 10;

/// Some rows by column.
#[derive(Debug)]
pub(super) struct Part {
    rows: usize,
    columns: Vec<Filled>,
}

/// The values of a column that are there, and which are.
#[derive(Debug)]
struct Filled {
    present: Vec<i16>,
    values: Held,
}

#[derive(Debug)]
enum Held {
    Booleans(Vec<bool>),
    Integers(Vec<i64>),
    Numbers(Vec<f64>),
    Texts(Vec<ByteArray>),
}

pub(super) fn encode(layout: &Layout, block: &Block, rows: &[usize], added: &Table) -> Part {
    let mut columns: Vec<Filled> =
        layout.columns.iter().map(|column| Filled::new(column.kind, rows.len())).collect();
    for &row in rows {
        let mut items = block.row(row).items();
        for (filled, column) in columns.iter_mut().zip(&layout.columns) {
            filled.push(item::typed(items.next().unwrap_or(Item::Absent), column.kind));
        }
    }
    for (column, OutputColumn { kind, .. }) in added.columns().iter().zip(&layout.added) {
        let mut filled = Filled::new(*kind, rows.len());
        for place in 0..rows.len() {
            filled.push(match &column.values {
                Values::Number(values) => {
                    let value = values.get(place).copied().unwrap_or(f64::NAN);
                    item::typed(Item::Number(value), *kind)
                }
                Values::Category(texts) => {
                    item::typed(texts.get(place).map_or(Item::Missing, Item::Text), *kind)
                }
            });
        }
        columns.push(filled);
    }
    Part { rows: rows.len(), columns }
}

impl Filled {
    fn new(kind: ItemType, rows: usize) -> Self {
        let values = match kind {
            ItemType::Boolean => Held::Booleans(Vec::with_capacity(rows)),
            ItemType::Integer | ItemType::Instant => Held::Integers(Vec::with_capacity(rows)),
            ItemType::Number => Held::Numbers(Vec::with_capacity(rows)),
            ItemType::Text => Held::Texts(Vec::with_capacity(rows)),
        };
        Self { present: Vec::with_capacity(rows), values }
    }

    fn push(&mut self, value: Typed<'_>) {
        let pushed = match (&mut self.values, value) {
            (Held::Booleans(values), Typed::Boolean(value)) => {
                values.push(value);
                true
            }
            (Held::Integers(values), Typed::Integer(value) | Typed::Instant(value)) => {
                values.push(value);
                true
            }
            (Held::Numbers(values), Typed::Number(value)) => {
                values.push(value);
                true
            }
            (Held::Texts(values), Typed::Text(text)) => {
                values.push(text.as_bytes().to_vec().into());
                true
            }
            _ => false,
        };
        self.present.push(i16::from(pushed));
    }

    fn write(
        &self,
        column: &mut ::parquet::file::writer::SerializedColumnWriter<'_>,
    ) -> Result<(), ParquetError> {
        fn batch<T: DataType>(
            column: &mut ::parquet::file::writer::SerializedColumnWriter<'_>,
            values: &[T::T],
            present: &[i16],
        ) -> Result<(), ParquetError> {
            column.typed::<T>().write_batch(values, Some(present), None).map(drop)
        }
        match &self.values {
            Held::Booleans(values) => batch::<BoolType>(column, values, &self.present),
            Held::Integers(values) => batch::<Int64Type>(column, values, &self.present),
            Held::Numbers(values) => batch::<DoubleType>(column, values, &self.present),
            Held::Texts(values) => batch::<ByteArrayType>(column, values, &self.present),
        }
    }
}

/// A file while it is written.
pub(super) struct Writer {
    file: SerializedFileWriter<Vec<u8>>,
    parts: Vec<Part>,
}

impl Writer {
    pub(super) fn new(layout: &Layout) -> io::Result<Self> {
        let fields = layout.all().map(field).collect::<Result<Vec<_>, _>>().map_err(broken)?;
        let schema =
            Type::group_type_builder("rows").with_fields(fields).build().map_err(broken)?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let file = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties));
        Ok(Self { file: file.map_err(broken)?, parts: Vec::new() })
    }

    /// Appends rows: the bytes that are ready.
    pub(super) fn push(&mut self, part: Part) -> io::Result<Vec<u8>> {
        self.parts.push(part);
        if self.parts.iter().map(|part| part.rows).sum::<usize>() >= GROUP {
            self.write_group().map_err(broken)?;
        }
        Ok(std::mem::take(self.file.inner_mut()))
    }

    /// The bytes that are left, and the end.
    pub(super) fn finish(mut self) -> io::Result<Vec<u8>> {
        if !self.parts.is_empty() {
            self.write_group().map_err(broken)?;
        }
        self.file.into_inner().map_err(broken)
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let parts = std::mem::take(&mut self.parts);
        let mut group = self.file.next_row_group()?;
        let columns = parts.first().map_or(0, |part| part.columns.len());
        for index in 0..columns {
            write_column(&mut group, parts.iter().filter_map(|part| part.columns.get(index)))?;
        }
        group.close().map(drop)
    }
}

fn write_column<'a>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    parts: impl Iterator<Item = &'a Filled>,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    for part in parts {
        part.write(&mut column)?;
    }
    column.close()
}

fn field(column: &OutputColumn) -> Result<TypePtr, ParquetError> {
    let (physical, logical) = match column.kind {
        ItemType::Boolean => (Physical::BOOLEAN, None),
        ItemType::Integer => (Physical::INT64, None),
        ItemType::Number => (Physical::DOUBLE, None),
        ItemType::Instant => {
            (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS)))
        }
        ItemType::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()
        .map(Arc::new)
}

fn broken(error: ParquetError) -> io::Error {
    io::Error::other(error)
}
