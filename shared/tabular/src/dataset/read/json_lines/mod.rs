//! Tables as JSON lines: one object a line. A key that a line lacks is a missing value.

mod row;

use std::collections::HashMap;

use serde::de::DeserializeSeed;

use super::columns::{Columns, Declared};
use super::defects::{At, Defects, place};
use super::format::Opened;
use super::lines::Lines;
use super::source::ReadError;
use super::{Limits, RawTable};
use crate::dataset::defect::Defect;
use crate::json::{Infinite, with_nulls};
use row::Row;
pub(super) use row::Text;

/// Reads a table; its columns stand in the order in which their keys come first.
///
/// # Errors
/// When the input fails, a line is no flat object, or a value is not of the type that
/// its column has.
pub(super) fn read(
    opened: &Opened,
    limits: Limits,
    declared: &Declared,
) -> Result<RawTable, ReadError> {
    let mut index = HashMap::new();
    Columns::default().read(|columns, defects| {
        scan(
            Lines::new(opened.bytes()?, limits.row)?,
            limits,
            columns,
            &mut index,
            declared,
            defects,
        )
    })
}

fn scan<R: std::io::Read>(
    mut lines: Lines<R>,
    limits: Limits,
    columns: &mut Columns,
    index: &mut HashMap<String, usize>,
    declared: &Declared,
    defects: &mut Defects,
) -> Result<u64, ReadError> {
    let mut row = 0;
    while let Some(length) = lines.line(b'\n')? {
        let text = lines.bytes().get(..length).unwrap_or_default().trim_ascii();
        if !text.is_empty() {
            row += 1;
            limits.check(row, columns.names.len())?;
            let line = lines.line;
            match with_nulls(text) {
                Ok(text) => {
                    let mut reader = serde_json::Deserializer::from_slice(&text);
                    let seed = Row { row, line, columns, index, declared, defects };
                    let read = seed.deserialize(&mut reader).and_then(|()| reader.end());
                    if let Err(error) = read {
                        defects.push(|| not_an_object(row, line, &error));
                    }
                }
                Err(infinite) => defects.push(|| infinite_number(row, line, infinite)),
            }
            fill(columns, row, line, defects);
            if defects.is_full() {
                break;
            }
        }
        lines.consume(length + 1, 1);
    }
    Ok(row)
}

/// Gives the columns that a row lacks a missing value.
fn fill(columns: &mut Columns, row: u64, line: u64, defects: &mut Defects) {
    for (builder, name) in columns.builders.iter_mut().zip(&columns.names) {
        if builder.rows() < row {
            let at = At { row, line: Some(line), column: name };
            builder.push(super::field::Field::Missing, at, defects);
        }
    }
}

/// A line that is no flat object. A first one that begins a list tells of the whole file: it is
/// no JSON lines.
pub(super) fn not_an_object(row: u64, line: u64, error: &serde_json::Error) -> Defect {
    if row == 1 && error.to_string().starts_with("invalid type: sequence") {
        let message = format!(
            "the file is a JSON array, from line {line} on, not JSON lines: write each of its \
             objects on a line of its own, without commas between them (`jq -c '.[]'` does)"
        );
        return Defect::new("json_array", message).in_row(row);
    }
    let message = format!(
        "row {row} (line {line}) is no JSON object on a line of its own, at character {}: {}",
        error.column(),
        error.to_string().split(" at line ").next().unwrap_or_default()
    );
    Defect::new("not_an_object", message).in_row(row)
}

/// A line with a number that JSON lacks, which is not missing either.
pub(super) fn infinite_number(
    row: u64,
    line: u64,
    Infinite { found, column, .. }: Infinite,
) -> Defect {
    let message = format!(
        "{} has {found} at character {column}, which is no number in JSON: write a finite one, or \
         null where it is missing",
        place(row, Some(line))
    );
    Defect::new("infinite_number", message).in_row(row)
}

#[cfg(test)]
mod tests;
