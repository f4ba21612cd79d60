//! The names of a CSV file's columns.

use std::collections::BTreeMap;

use super::super::defects::{SHOWN, shorten};
use crate::dataset::cell::Cell;
use crate::dataset::defect::{Defect, Rejection};

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
        return Err(Defect::new(
            "no_header",
            format!(
                "the first row holds numbers only (`{}`), not the names of columns: put a header \
                 with a name for each column above it",
                shorten(&names.join(","))
            ),
        )
        .into());
    }
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

/// Whether a header is a row of values: all are numbers, and they do not number the
/// columns, as those of a matrix written by pandas do.
fn holds_values(names: &[String]) -> bool {
    let number = |name: &String| match Cell::parse(name) {
        Cell::Integer(value) | Cell::Number(value) | Cell::Comma(value) => Some(value),
        _ => None,
    };
    let numbers: Option<Vec<f64>> = names.iter().map(number).collect();
    numbers.is_some_and(|numbers| {
        !numbers.iter().enumerate().all(|(index, number)| *number == index as f64)
    })
}

/// Bytes that are not UTF-8.
pub(in crate::dataset::read) fn not_utf8(line: u64, place: &str) -> Defect {
    let message = format!("line {line} is not UTF-8 ({place}): save the file with UTF-8 encoding");
    Defect::new("not_utf8", message)
}
