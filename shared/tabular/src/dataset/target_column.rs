//! Which column is the target.

use super::defect::{Defect, Rejection};
use super::identifiers::{all_distinct, is_called_an_identifier, name_rows};
use super::read::RawTable;
use super::roles;
use super::schema::Kind;
use super::table::Values;
use crate::spec::{Spec, TaskKind};

/// The target's usual names, in order of preference.
const TARGET_NAMES: [&str; 3] = ["target", "label", "y"];

/// Those of a column that tells which rows are anomalies: `y` may be a coordinate.
const LABEL_NAMES: [&str; 2] = ["target", "label"];

/// The target's column; `None` where the task needs none and there is none. Where there has to
/// be one and nobody names it, it is the last column that does not just identify its rows. The
/// notes tell what was inferred, and what else the data may be for.
///
/// # Errors
/// When the spec's target is no column, or no column can be one.
pub(super) fn of(
    raw: &RawTable,
    spec: &Spec,
    notes: &mut Vec<String>,
) -> Result<Option<String>, Rejection> {
    let table = &raw.table;
    if spec.task == Some(TaskKind::Clustering) {
        return Ok(None);
    }
    let names = || table.columns().iter().map(|column| column.name.as_str());
    if let Some(target) = &spec.target {
        if names().any(|name| name == target) {
            return Ok(Some(target.clone()));
        }
        return Err(roles::no_such_column("unknown_target", "target", target, table).into());
    }
    let called = |usual: &&str| names().find(|name| name.eq_ignore_ascii_case(usual));
    let named = match spec.task {
        Some(TaskKind::Anomaly) => match LABEL_NAMES.iter().find_map(called) {
            Some(label) => Some(label),
            None => return Ok(None),
        },
        _ => TARGET_NAMES.iter().find_map(called),
    };
    let name = match named {
        Some(name) => name.to_owned(),
        None => last(raw, spec, notes)?,
    };
    notes.push(format!("target `{name}` (inferred; pin it with `target = \"{name}\"`)"));
    if spec.task.is_none() && is_one_series(raw) {
        notes.push(format!(
            "one column of dates and one of numbers are a series: `task = \"forecasting\"` in \
             model.toml forecasts `{name}`"
        ));
    }
    Ok(Some(name))
}

/// The last column that can be a target.
fn last(raw: &RawTable, spec: &Spec, notes: &mut Vec<String>) -> Result<String, Rejection> {
    let columns = raw.table.columns();
    if columns.is_empty() {
        return Err(Defect::new("no_columns", "the data set has no column").into());
    }
    for (column, kind) in columns.iter().zip(&raw.kinds).rev() {
        let name = &column.name;
        let has_role = [&spec.id, &spec.group, &spec.time].into_iter().flatten();
        if has_role.chain(&spec.ignore).any(|other| other == name) {
            continue;
        }
        if !identifies(name, &column.values, *kind) {
            return Ok(name.clone());
        }
        notes.push(format!(
            "column `{name}` identifies rows, and is not taken for the target: say `id = \
             \"{name}\"` in model.toml, or `target = \"{name}\"` if it is to be predicted"
        ));
    }
    let message = "every column identifies rows or has another role: name the one that is to be \
                   predicted by `target` in model.toml, or set `task = \"clustering\"` or \
                   `task = \"anomaly\"`";
    Err(Defect::new("no_target", message).into())
}

/// Whether a column only tells rows apart: one that is called an identifier and has another
/// value in every row, or numbers that count the rows, in whatever order.
fn identifies(name: &str, values: &Values, kind: Kind) -> bool {
    match values {
        Values::Number(numbers) if values.missing() == 0 && all_distinct(numbers) => {
            is_called_an_identifier(name) || (kind == Kind::Integral && count_rows(numbers))
        }
        Values::Number(_) => false,
        Values::Category(categories) => {
            let rows = categories.codes.len() - values.missing();
            is_called_an_identifier(name) && name_rows(categories.levels.len(), rows)
        }
    }
}

/// Whether distinct whole numbers leave none out between the least and the greatest.
fn count_rows(numbers: &[f64]) -> bool {
    let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    numbers.len() > 1 && greatest - least == (numbers.len() - 1) as f64
}

/// Whether the data is one column of dates and one of numbers.
fn is_one_series(raw: &RawTable) -> bool {
    let is_number = |kind: &Kind| matches!(kind, Kind::Integral | Kind::Fractional);
    match raw.kinds.as_slice() {
        [Kind::Date, other] | [other, Kind::Date] => is_number(other),
        _ => false,
    }
}
