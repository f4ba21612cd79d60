//! Rows as JSON lines.

use std::io;

use super::item::{self, Typed};
use super::{Layout, OutputColumn};
use crate::dataset::read::{Block, Item, ItemType, Row};
use crate::dataset::table::{Table, Values};

/// The rows, an object each. What a row of JSON lines does not have, it has not here either.
pub(super) fn encode(
    layout: &Layout,
    block: &Block,
    names: &[String],
    rows: &[usize],
    added: &Table,
) -> io::Result<Vec<u8>> {
    let names: Vec<String> = names.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
    let own = added.columns().iter();
    let own: Vec<String> =
        own.map(|column| serde_json::to_string(&column.name)).collect::<Result<_, _>>()?;
    let mut bytes = Vec::new();
    for (place, &row) in rows.iter().enumerate() {
        let mut separator = b'{';
        let mut key = |bytes: &mut Vec<u8>, name: &str| {
            bytes.push(separator);
            bytes.extend_from_slice(name.as_bytes());
            bytes.push(b':');
            separator = b',';
        };
        for (column, (item, name)) in block.row(row).items().zip(&names).enumerate() {
            if item == Item::Absent {
                continue;
            }
            key(&mut bytes, name);
            let kind = layout.columns.get(column).map(|it| it.kind);
            value(&mut bytes, item, kind)?;
        }
        let of_added = added.columns().iter().zip(&layout.added).zip(&own);
        for ((column, OutputColumn { kind, .. }), name) in of_added {
            key(&mut bytes, name);
            let item = match &column.values {
                Values::Number(values) => values.get(place).copied().map(Item::Number),
                Values::Category(texts) => texts.get(place).map(Item::Text),
            };
            typed(&mut bytes, item::typed(item.unwrap_or(Item::Missing), *kind))?;
        }
        bytes.extend_from_slice(if separator == b'{' { b"{}\n" } else { b"}\n" });
    }
    Ok(bytes)
}

/// One row as it is read.
pub(super) fn row(names: &[String], row: Row<'_>) -> io::Result<String> {
    let items: Vec<Item<'_>> = row.items().collect();
    let named = items.len() <= names.len();
    let mut bytes = vec![if named { b'{' } else { b'[' }];
    for (index, item) in items.into_iter().enumerate() {
        if item == Item::Absent {
            continue;
        }
        if bytes.len() > 1 {
            bytes.push(b',');
        }
        if let Some(name) = names.get(index).filter(|_| named) {
            serde_json::to_writer(&mut bytes, name)?;
            bytes.push(b':');
        }
        value(&mut bytes, item, None)?;
    }
    bytes.push(if named { b'}' } else { b']' });
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// A value of a type as JSON.
fn typed(bytes: &mut Vec<u8>, value: Typed<'_>) -> io::Result<()> {
    match value {
        Typed::Missing => bytes.extend_from_slice(b"null"),
        Typed::Boolean(value) => serde_json::to_writer(bytes, &value)?,
        Typed::Integer(value) => serde_json::to_writer(bytes, &value)?,
        Typed::Number(value) => serde_json::to_writer(bytes, &value)?,
        Typed::Instant(value) => serde_json::to_writer(bytes, &item::instant(value))?,
        Typed::Text(text) => serde_json::to_writer(bytes, &text)?,
    }
    Ok(())
}

/// A value as JSON.
fn value(bytes: &mut Vec<u8>, item: Item<'_>, kind: Option<ItemType>) -> io::Result<()> {
    match (item, kind) {
        (Item::Digits(text) | Item::Nested(text), _) => bytes.extend_from_slice(text.as_bytes()),
        (Item::Raw(_), Some(kind)) => typed(bytes, item::typed(item, kind))?,
        (Item::Raw(text) | Item::Text(text), _) => serde_json::to_writer(bytes, text)?,
        (Item::Absent | Item::Missing, _) => bytes.extend_from_slice(b"null"),
        (Item::Boolean(value), _) => serde_json::to_writer(bytes, &value)?,
        (Item::Integer(value), _) => serde_json::to_writer(bytes, &value)?,
        (Item::Number(value), _) => {
            serde_json::to_writer(bytes, &Some(value).filter(|value| value.is_finite()))?;
        }
        (Item::Instant(value), _) => serde_json::to_writer(bytes, &item::instant(value))?,
    }
    Ok(())
}
