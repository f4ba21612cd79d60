//! The columns that the spec gives a role beside inputs and target: the row's
//! identifier, its group, and its time.

use super::dates;
use super::defect::{Defect, Rejection};
use super::hash;
use super::read::RawTable;
use super::schema::Kind;
use super::table::{Table, Values};
use crate::date;
use crate::nearest::nearest;
use crate::spec::Spec;

/// The columns with a role, by name; each is a column of the table.
pub(super) struct Roles<'a> {
    group: Option<&'a str>,
    time: Option<&'a str>,
}

impl<'a> Roles<'a> {
    /// The roles that the spec gives, checked.
    ///
    /// # Errors
    /// When such a column does not exist or is the target, or the time column holds
    /// texts.
    pub(super) fn of(
        raw: &RawTable,
        target: Option<&str>,
        spec: &'a Spec,
    ) -> Result<Self, Rejection> {
        let mut defects = Vec::new();
        for (role, column) in [("id", &spec.id), ("group", &spec.group), ("time", &spec.time)] {
            let Some(column) = column else { continue };
            if Some(column.as_str()) == target {
                let message = format!(
                    "column `{column}` is both the target and the `{role}` of model.toml: \
                     choose another column for one of them"
                );
                defects.push(Defect::of_spec("role_of_target", message).in_column(column));
            } else if raw.table.column(column).is_none() {
                defects.push(no_such_column("unknown_column", role, column, &raw.table));
            }
        }
        if let Some(time) = &spec.time {
            defects.extend(not_a_time(raw, time));
        }
        if defects.is_empty() {
            Ok(Self { group: spec.group.as_deref(), time: spec.time.as_deref() })
        } else {
            Err(Rejection(defects))
        }
    }

    /// Those of `rows` that have a time; all of them without a time column.
    ///
    /// # Errors
    /// When no row is left.
    pub(super) fn dated(
        &self,
        table: &Table,
        rows: Vec<usize>,
        notes: &mut Vec<String>,
    ) -> Result<Vec<usize>, Rejection> {
        let (Some(time), Some(times)) = (self.time, self.times(table)) else { return Ok(rows) };
        let (all, has_time) =
            (rows.len(), |row: &usize| times.get(*row).is_some_and(|t| !t.is_nan()));
        let dated: Vec<usize> = rows.into_iter().filter(has_time).collect();
        if dated.is_empty() {
            let message = format!(
                "no row has a value in the time column `{time}`: fill it, or remove `time` \
                 from model.toml"
            );
            return Err(Defect::new("all_missing", message).in_column(time).into());
        }
        if dated.len() < all {
            let left_out = all - dated.len();
            notes.push(format!("{left_out} rows without a time in `{time}` are left out"));
        }
        Ok(dated)
    }

    /// The time of each row.
    pub(super) fn times(&self, table: &Table) -> Option<Vec<f64>> {
        match table.column(self.time?)? {
            Values::Number(times) => Some(times.clone()),
            Values::Category(_) => None,
        }
    }

    /// The group of each row, where it has one.
    pub(super) fn groups(&self, table: &Table) -> Option<Vec<Option<u64>>> {
        table.column(self.group?).map(groups_of)
    }
}

/// The group of each row, where it has one: a hash of its text, so that a group is the same
/// one in any data set.
pub(super) fn groups_of(values: &Values) -> Vec<Option<u64>> {
    let of = |text: &str| hash::add(hash::START, text.as_bytes());
    match values {
        Values::Number(numbers) => numbers
            .iter()
            .map(|number| (!number.is_nan()).then(|| of(&number.to_string())))
            .collect(),
        Values::Category(categories) => {
            let levels: Vec<u64> = categories.levels.iter().map(|level| of(level)).collect();
            let codes = categories.codes.iter();
            codes.map(|&code| levels.get(code as usize).copied()).collect()
        }
    }
}

/// A column that the spec names and the data set does not have.
pub(super) fn no_such_column(code: &str, key: &str, column: &str, table: &Table) -> Defect {
    let names = table.columns().iter().map(|column| column.name.as_str());
    let nearest = nearest(column, names)
        .map(|nearest| format!("; the nearest is `{nearest}`"))
        .unwrap_or_default();
    let message =
        format!("the {key} `{column}` of model.toml is not a column of the data set{nearest}");
    Defect::of_spec(code, message).in_column(column)
}

/// Why a column cannot order rows in time.
fn not_a_time(raw: &RawTable, column: &str) -> Option<Defect> {
    let position = raw.table.columns().iter().position(|other| other.name == column)?;
    let (what, of_spec) =
        match (raw.kinds.get(position)?, &raw.table.columns().get(position)?.values) {
            (Kind::Boolean, _) => (format!("the time column `{column}` holds booleans"), true),
            (_, Values::Number(_)) => return None,
            (_, Values::Category(texts)) => {
                let is_no_date = |text: &&str| date::parse(text).is_none();
                let (row, text) = (1..)
                    .zip(texts.iter())
                    .find_map(|(row, text)| Some((row, text.filter(is_no_date)?)))?;
                let of_spec = texts.iter().flatten().all(|text| is_no_date(&text));
                (format!("row {row} of the time column `{column}` is `{text}`"), of_spec)
            }
        };
    let message = match dates::why_texts(column, &raw.table.columns().get(position)?.values) {
        Some(why) => format!("the time column `{column}` is read as texts: {why}"),
        None => format!(
            "{what}: write dates as 2018-08-03, 2018-08-03 05:00:00 or 2018-08-03T05:00:00Z"
        ),
    };
    let defect = Defect::new("time_not_a_date", message).in_column(column);
    Some(Defect { of_spec, ..defect })
}
