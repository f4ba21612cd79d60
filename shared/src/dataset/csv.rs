//! Reads CSV into typed columns: delimiter, types and decimal comma are inferred.

use std::collections::BTreeMap;

use super::cell::{Cell, Inference};
use super::defect::{Defect, LISTED, Rejection};
use super::schema::Kind;
use super::table::{CategoryEncoder, Column, Table, Values};
use crate::date;

/// The delimiters that are tried, in order of preference.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How many places of a name, and how many characters of a field, a defect shows.
const SHOWN: usize = 40;

/// How many records the delimiter is judged by.
const SNIFFED: usize = 200;

/// A table as it stands in a file: columns with their inferred types.
#[derive(Debug, Clone, PartialEq)]
pub struct RawTable {
    /// The values.
    pub table: Table,
    /// The type of each column of `table`.
    pub kinds: Vec<Kind>,
    /// The delimiter that separates the file's fields.
    pub delimiter: char,
}

/// Reads a CSV file with a header.
///
/// A field that is empty or one of `NA`, `N/A`, `NaN`, `null`, `None` (in any
/// case) is missing. A column whose values are numbers but for a few (at most 5 %)
/// is a column of numbers with defects, not of texts.
///
/// # Errors
/// When the file is empty, has no data row, is not UTF-8, has ragged rows,
/// nameless or duplicate columns, or values that are no numbers in a column of
/// numbers. Each reason names its row and column.
pub fn read(bytes: &[u8]) -> Result<RawTable, Rejection> {
    let text = decode(bytes)?;
    let delimiter = sniff(text);
    let header = header(text, delimiter)?;
    let kinds = infer(text, delimiter, &header)?;
    let table = parse(text, delimiter, header, &kinds)?;
    Ok(RawTable {
        table,
        kinds: kinds.into_iter().map(|(kind, _)| kind).collect(),
        delimiter: char::from(delimiter),
    })
}

fn decode(bytes: &[u8]) -> Result<&str, Rejection> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|&&byte| byte == b'\n').count();
        let defect = Defect::new(
            "not_utf8",
            format!(
                "line {} is not UTF-8 (byte {} of the file): save the file with UTF-8 encoding",
                line + 1,
                error.valid_up_to()
            ),
        );
        Rejection::from(if line == 0 { defect } else { defect.in_row(line as u64) })
    })?;
    if text.trim().is_empty() {
        return Err(Defect::new(
            "empty",
            "the object is empty: upload a CSV file with a header and data rows",
        )
        .into());
    }
    Ok(text)
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(true)
        .from_reader(text.as_bytes())
}

/// The delimiter under which most records have the header's width, then the one
/// that makes most columns.
fn sniff(text: &str) -> u8 {
    let score = |delimiter: u8| {
        let mut reader = reader(text, delimiter);
        let width = reader.headers().map_or(0, csv::StringRecord::len);
        if width < 2 {
            return (0, 0);
        }
        let mut record = csv::StringRecord::new();
        let (mut seen, mut fits) = (0_usize, 0_usize);
        while seen < SNIFFED && matches!(reader.read_record(&mut record), Ok(true)) {
            seen += 1;
            fits += usize::from(record.len() == width);
        }
        (100 * (fits + 1) / (seen + 1), width)
    };
    let mut best = (b',', (0, 0));
    for delimiter in DELIMITERS {
        let score = score(delimiter);
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    best.0
}

fn header(text: &str, delimiter: u8) -> Result<Vec<String>, Rejection> {
    let mut reader = reader(text, delimiter);
    let header = reader
        .headers()
        .map_err(|error| Defect::new("header", format!("the header cannot be read: {error}")))?;
    let names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, name) in names.iter().enumerate() {
        places.entry(name).or_default().push(index + 1);
    }
    let mut defects = Vec::new();
    for (name, at) in places {
        let name = shorten(name);
        let mut list =
            at.iter().take(SHOWN).map(usize::to_string).collect::<Vec<_>>().join(" and ");
        if at.len() > SHOWN {
            list += &format!(" and {} more", at.len() - SHOWN);
        }
        if name.is_empty() {
            defects.push(Defect::new(
                "nameless_column",
                format!("column {list} has no name in the header: give each column a name"),
            ));
        } else if at.len() > 1 {
            defects.push(
                Defect::new(
                    "duplicate_column",
                    format!("columns {list} are both called `{name}`: names must be unique"),
                )
                .in_column(&name),
            );
        }
    }
    if defects.is_empty() { Ok(names) } else { Err(Rejection::of(defects)) }
}

/// The type of each column, and whether its decimals follow a comma.
fn infer(text: &str, delimiter: u8, header: &[String]) -> Result<Vec<(Kind, bool)>, Rejection> {
    let mut columns = vec![Inference::default(); header.len()];
    let mut defects = Vec::new();
    let mut rows = 0;
    for_each_record(text, delimiter, |row, line, record| {
        rows = row;
        if record.len() == header.len() {
            for (column, field) in columns.iter_mut().zip(record) {
                column.observe(field);
            }
        } else if defects.len() < LISTED {
            defects.push(
                Defect::new(
                    "ragged_row",
                    format!(
                        "row {row} (line {line}) has {} fields where the header has {}: \
                         check its quotes and delimiters (`{}`)",
                        record.len(),
                        header.len(),
                        char::from(delimiter)
                    ),
                )
                .in_row(row),
            );
        }
    })?;
    if rows == 0 {
        defects.push(Defect::new(
            "no_rows",
            "the file has a header but no data row: upload the rows too",
        ));
    }
    if defects.is_empty() {
        Ok(columns.iter().map(Inference::conclude).collect())
    } else {
        Err(Rejection(defects))
    }
}

fn parse(
    text: &str,
    delimiter: u8,
    header: Vec<String>,
    kinds: &[(Kind, bool)],
) -> Result<Table, Rejection> {
    enum Builder {
        Number(Vec<f64>),
        Category(CategoryEncoder),
    }
    let mut builders: Vec<Builder> = kinds
        .iter()
        .map(|(kind, _)| match kind.is_number() {
            true => Builder::Number(Vec::new()),
            false => Builder::Category(CategoryEncoder::default()),
        })
        .collect();
    let mut defects = Vec::new();
    for_each_record(text, delimiter, |row, line, record| {
        let fields = record.iter().zip(&header).zip(kinds);
        for (builder, ((field, name), (kind, decimal_comma))) in builders.iter_mut().zip(fields) {
            match builder {
                Builder::Category(encoder) => encoder.push(Cell::text(field)),
                Builder::Number(values) if *kind == Kind::Date => {
                    values.push(date::parse(field).unwrap_or(f64::NAN));
                }
                Builder::Number(values) => match Cell::parse(field, *decimal_comma) {
                    Cell::Missing => values.push(f64::NAN),
                    Cell::Boolean(value) if *kind == Kind::Boolean => {
                        values.push(f64::from(u8::from(value)));
                    }
                    Cell::Integer(value) | Cell::Number(value) => values.push(value),
                    Cell::Boolean(_) | Cell::Text => {
                        values.push(f64::NAN);
                        if defects.len() < LISTED {
                            defects.push(not_a_number(row, line, name, field));
                        }
                    }
                },
            }
        }
    })?;
    if !defects.is_empty() {
        return Err(Rejection(defects));
    }
    let columns = header.into_iter().zip(builders).map(|(name, builder)| Column {
        name,
        values: match builder {
            Builder::Number(values) => Values::Number(values),
            Builder::Category(encoder) => Values::Category(encoder.finish()),
        },
    });
    Table::new(columns.collect())
        .map_err(|error| Defect::new("ragged_row", error.to_string()).into())
}

fn not_a_number(row: u64, line: u64, column: &str, field: &str) -> Defect {
    let shown = shorten(field);
    Defect::new(
        "not_a_number",
        format!(
            "row {row} (line {line}), column `{column}`: `{shown}` is not a finite number, \
             as nearly all other values of the column are: correct it or leave it empty"
        ),
    )
    .in_row(row)
    .in_column(column)
}

fn shorten(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

/// Calls `visit` with each data row's number, its line and its fields.
fn for_each_record(
    text: &str,
    delimiter: u8,
    mut visit: impl FnMut(u64, u64, &csv::StringRecord),
) -> Result<(), Rejection> {
    let mut reader = reader(text, delimiter);
    let mut record = csv::StringRecord::new();
    let mut row = 0;
    loop {
        let more = reader.read_record(&mut record).map_err(|error| {
            Defect::new("unreadable_row", format!("row {} cannot be read: {error}", row + 1))
                .in_row(row + 1)
        })?;
        if !more {
            return Ok(());
        }
        row += 1;
        let line = record.position().map_or(row + 1, csv::Position::line);
        visit(row, line, &record);
    }
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
