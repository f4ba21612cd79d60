//! The names of a CSV file's columns.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::super::RawTable;
use super::super::defects::{SHOWN, shorten};
use crate::dataset::cell::Cell;
use crate::dataset::defect::{Defect, Rejection};
use crate::dataset::schema::Kind;
use crate::dataset::table::Values;

/// The columns' names, checked.
///
/// # Errors
/// When there is no header, or it has nameless or duplicate columns.
pub(super) fn names(fields: &[&[u8]]) -> Result<Vec<String>, Rejection> {
    let names: Vec<String> = fields
        .iter()
        .map(|field| Ok(std::str::from_utf8(field).map_err(|_| not_utf8(1, "the header"))?.trim()))
        .map(|name| name.map(str::to_owned))
        .collect::<Result<_, Defect>>()?;
    if holds_values(&names) {
        return Err(no_header("numbers only", &names).into());
    }
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, name) in names.iter().enumerate() {
        places.entry(name).or_default().push(index + 1);
    }
    let is_twice = |(name, at): (&&str, &Vec<usize>)| at.len() > 1 && number(name).is_some();
    if places.iter().any(is_twice) {
        return Err(no_header("values", &names).into());
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

/// Refuses a table whose header is a row of values, among which are texts: each column that
/// is numeric throughout is called by a number, and one of these cannot be a name, or a column
/// of texts is called by one of its texts. A table with a column for each year is none such.
///
/// # Errors
/// When the table has no header.
pub(in crate::dataset::read) fn check(raw: &RawTable) -> Result<(), Rejection> {
    let (mut numbers, mut telling) = (0, false);
    for (column, kind) in raw.table.columns().iter().zip(&raw.kinds) {
        match &column.values {
            Values::Number(values) if values.iter().all(|value| value.is_nan()) => {}
            Values::Number(values) if matches!(kind, Kind::Integral | Kind::Fractional) => {
                let Some(value) = number(&column.name) else { return Ok(()) };
                numbers += 1;
                // Wavelengths may be names; they are not of the range of what they measure.
                let like_a_value = value < 0.0 || value.fract() != 0.0;
                telling |= like_a_value && range(values).contains(&value);
            }
            Values::Number(_) => {}
            Values::Category(texts) => telling |= texts.levels.contains(&column.name),
        }
    }
    if numbers == 0 || !telling {
        return Ok(());
    }
    let names: Vec<String> = raw.table.columns().iter().map(|column| column.name.clone()).collect();
    Err(no_header("values like those below it", &names).into())
}

/// The least and the largest of the numbers that are there.
fn range(values: &[f64]) -> RangeInclusive<f64> {
    let bounds = (f64::INFINITY, f64::NEG_INFINITY);
    let (low, high) = values.iter().fold(bounds, |(low, high), &it| (it.min(low), it.max(high)));
    low..=high
}

fn no_header(what: &str, names: &[String]) -> Defect {
    let message = format!(
        "the first row holds {what} (`{}`), not the names of columns: put a header with a name \
         for each column above it",
        shorten(&names.join(","))
    );
    Defect::new("no_header", message)
}

/// The number that a name stands for.
fn number(name: &str) -> Option<f64> {
    match Cell::parse(name) {
        Cell::Integer(value) | Cell::Number(value) | Cell::Comma(value) => Some(value),
        _ => None,
    }
}

/// Whether a header is a row of values: all are numbers, and they do not number the
/// columns, as those of a matrix written by pandas do.
fn holds_values(names: &[String]) -> bool {
    let numbers: Option<Vec<f64>> = names.iter().map(|name| number(name)).collect();
    numbers.is_some_and(|numbers| {
        !numbers.iter().enumerate().all(|(index, number)| *number == index as f64)
    })
}

/// Bytes that are not UTF-8.
pub(in crate::dataset::read) fn not_utf8(line: u64, place: &str) -> Defect {
    let message = format!("line {line} is not UTF-8 ({place}): save the file with UTF-8 encoding");
    Defect::new("not_utf8", message)
}
