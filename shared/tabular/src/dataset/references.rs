//! The columns that the spec speaks of: that they exist, and that what it says of them
//! fits the type of their values.

use std::collections::BTreeSet;

use super::defect::{Defect, Rejection};
use super::roles::no_such_column;
use super::schema::Kind;
use super::table::{Table, Values};
use crate::date;
use crate::spec::{ColumnKind, ColumnSpec, Encode, Fill, Impute, Spec};

/// Checks `derived`, `columns` and `ignore` of the spec.
///
/// # Errors
/// With every derived column that has the name of another one, reads the target, or whose
/// expression does not fit the columns; and every key of `columns` that is no column or
/// does not fit its type.
pub(super) fn check(
    table: &Table,
    kind_of: impl Fn(&str) -> Kind,
    target: Option<&str>,
    spec: &Spec,
    notes: &mut Vec<String>,
) -> Result<(), Rejection> {
    let mut defects = Vec::new();
    let no_rows = table.select(&[]);
    for name in spec.derived.keys() {
        defects.extend(derived_defect(name, &no_rows, target, spec));
    }
    for (name, column) in &spec.columns {
        let kind = match table.column(name) {
            Some(_) => Some(kind_of(name)),
            None => derived_kind(name, column, &no_rows, spec),
        };
        let untold = target.is_none() && column.encode == Some(Encode::Target);
        let untold = untold.then(|| "`encode = \"target\"` needs a target".to_owned());
        let is_computed = table.column(name).is_none();
        let misfit = |kind| match is_computed && column.date_order.is_some() {
            true => Some("`date_order` is of columns that are read, not computed".to_owned()),
            false => misfit(column, kind).or_else(|| no_month(column, table.column(name)?)),
        };
        match kind {
            Some(kind) => defects.extend(untold.or_else(|| misfit(kind)).map(|reason| {
                let message = format!("`[columns.{name}]` of model.toml: {reason}");
                Defect::of_spec("unfit_key", message).in_column(name)
            })),
            None if !spec.derived.contains_key(name) => {
                defects.push(no_such_column("unknown_column", "key of `columns`", name, table));
            }
            None => {}
        }
    }
    for name in &spec.ignore {
        if table.column(name).is_none() && !spec.derived.contains_key(name) {
            notes.push(no_such_column("unknown_column", "`ignore`d column", name, table).message);
        }
    }
    if defects.is_empty() { Ok(()) } else { Err(Rejection::of(defects)) }
}

/// The columns that derived columns are computed from.
pub(super) fn read_by_derived(spec: &Spec) -> BTreeSet<&str> {
    spec.derived.values().flat_map(|expression| expression.columns()).collect()
}

fn derived_defect(name: &str, table: &Table, target: Option<&str>, spec: &Spec) -> Option<Defect> {
    let expression = spec.derived.get(name)?;
    let message = if table.column(name).is_some() {
        format!("the derived column `{name}` has the name of a column of the data set: rename it")
    } else if let Some(target) = target.filter(|target| expression.columns().contains(target)) {
        format!(
            "the derived column `{name}` is computed from the target `{target}`, which is not \
             known when the model is asked"
        )
    } else {
        format!("the derived column `{name}`: {}", expression.evaluate(table).err()?)
    };
    Some(Defect::of_spec("bad_derived_column", message).in_column(name))
}

fn derived_kind(name: &str, column: &ColumnSpec, table: &Table, spec: &Spec) -> Option<Kind> {
    let values = spec.derived.get(name)?.evaluate(table).ok()?;
    Some(match (Values::from(values), column.kind) {
        (Values::Number(_), Some(ColumnKind::Date)) => Kind::Date,
        (Values::Number(_), Some(ColumnKind::Boolean)) => Kind::Boolean,
        (Values::Number(_), _) => Kind::Fractional,
        (Values::Category(_), Some(ColumnKind::Text)) => Kind::Text,
        (Values::Category(_), _) => Kind::Category,
    })
}

/// Why months cannot be read from a column that is said to name some.
fn no_month(column: &ColumnSpec, values: &Values) -> Option<String> {
    let Values::Category(texts) = values else { return None };
    let names_one = |text: &String| date::month(text).is_some();
    let none = column.encode == Some(Encode::Month) && !texts.levels.iter().any(names_one);
    none.then(|| {
        let shown = texts.levels.first().map_or("", String::as_str);
        format!(
            "`encode = \"month\"` reads English names of months, such as `jan`, and no value is \
             one, as `{shown}`"
        )
    })
}

/// Why what is said of a column does not fit the type of its values.
fn misfit(column: &ColumnSpec, kind: Kind) -> Option<String> {
    let is_text = !kind.is_number();
    let ranked = matches!(column.encode, Some(Encode::Ordinal | Encode::Frequency | Encode::Month));
    let scaled = column.transform.is_some() || column.scale.is_some();
    let averaged = matches!(column.impute, Some(Impute::Mean | Impute::Median));
    let date_parts = column.encode == Some(Encode::DateParts);
    let fill_fits = match column.fill {
        None => true,
        Some(Fill::Number(_)) => !is_text,
        Some(Fill::Text(_)) => is_text || kind == Kind::Date,
    };
    let of_texts = [
        ("drop_first", column.drop_first.is_some()),
        ("drop_last", column.drop_last.is_some()),
        ("unknown", column.unknown.is_some()),
        ("buckets", column.buckets.is_some()),
        ("weighting", column.weighting.is_some()),
        ("encode", column.encode.is_some() && !date_parts),
    ];
    if let Some((key, _)) = of_texts.into_iter().find(|(_, said)| *said && !is_text) {
        let remedy = "set `kind = \"category\"` if its values name things";
        return Some(format!("`{key}` is for texts, and the column holds numbers: {remedy}"));
    }
    if column.date_order.is_some() && kind != Kind::Date {
        return Some("`date_order` is of dates, and the column holds none".to_owned());
    }
    let is_hashed = match column.encode {
        Some(encode) => encode == Encode::Hash,
        None => kind == Kind::Text,
    };
    if column.weighting.is_some() && !is_hashed {
        return Some(
            "`weighting` is of hashed words: set `encode = \"hash\"` or `kind = \"text\"`"
                .to_owned(),
        );
    }
    if (date_parts || column.parts.is_some()) && kind != Kind::Date {
        return Some("`parts` are of dates, and the column holds none".to_owned());
    }
    if is_text && !ranked && (scaled || averaged) {
        let key = match (column.transform, column.scale) {
            (Some(_), _) => "transform",
            (_, Some(_)) => "scale",
            _ => "impute",
        };
        return Some(format!("this `{key}` is for numbers, and the column holds texts"));
    }
    (!fill_fits).then(|| {
        let types = if is_text { ("text", "texts") } else { ("number", "numbers") };
        format!("`fill` must be a {}, as the column holds {}", types.0, types.1)
    })
}

#[cfg(test)]
#[path = "references_tests.rs"]
mod tests;
