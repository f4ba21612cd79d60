//! Inputs and, where there is one, the target of a task, checked and ready for training.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::defect::{Defect, Rejection};
use super::hash::{self, HashOrder};
use super::pixels;
use super::read::RawTable;
use super::references;
use super::roles::Roles;
use super::schema::{Field, Kind, Schema, Task};
use super::table::{Column, Table, Values};
use super::target::{self, Target};
use super::target_column;
use super::uninformative::{Uninformative, notes_of};
use crate::date::DateOrder;
use crate::spec::{BalanceChoice, Spec, TaskKind};

/// The least number of rows that can be trained on.
pub const MIN_ROWS: usize = 20;

/// A data set with inputs and, where the task has one, the target.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    /// The inputs, in the order of the schema.
    pub inputs: Table,
    /// The target.
    pub target: Target,
    /// What the columns mean.
    pub schema: Schema,
    /// What was inferred or left out, for the run's record.
    pub notes: Vec<String>,
    /// Of each row, a number that it shares with the rows of its group only, when the
    /// spec names a group column. A row without a value in it is a group of its own.
    pub groups: Option<Vec<u64>>,
    /// Of each row, when it happened (seconds since 1970 for dates), when the spec names
    /// a time column. Never `NaN`.
    pub times: Option<Vec<f64>>,
    /// The columns that are neither inputs nor target, with their types: an earlier model
    /// may have read them. Selected rows leave them behind.
    pub unused: Vec<(Column, Kind)>,
    /// In which order columns go into the hash of a row.
    pub hash_order: HashOrder,
}

impl Labelled {
    /// Finds the target, decides the task, and checks every column.
    ///
    /// # Errors
    /// When a column that the spec names does not exist; the target has one class only,
    /// rare classes, or (of anomalies) more than two; the time column holds neither dates nor numbers; a column has no
    /// value at all; no input is left; or too few rows are labelled.
    pub fn from_raw(raw: RawTable, spec: &Spec) -> Result<Self, Rejection> {
        let mut notes = raw.notes.clone();
        let name = target_column::of(&raw, spec, &mut notes)?;
        let name = name.as_deref();
        let roles = Roles::of(&raw, name, spec)?;
        let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
        for (column, kind) in raw.table.columns().iter().zip(&raw.kinds) {
            kinds.insert(column.name.clone(), *kind);
        }
        let kind_of = |name: &str| kinds.get(name).copied().unwrap_or(Kind::Category);
        references::check(&raw.table, kind_of, name, spec, &mut notes)?;
        let untold: Vec<Defect> = raw.untold_dates(spec).collect();
        if !untold.is_empty() {
            return Err(Rejection::of(untold));
        }
        notes.extend(raw.notes_of_dates(spec));
        let table = keep_usable(raw.table, name, &roles, &mut notes)?;
        let times = roles.times(&table);
        let groups = roles.groups(&table);
        let (table, target) = take_target(table, name, kind_of, spec)?;
        let order_of = |name: &str| raw.date_orders.get(name).copied();
        let (inputs, fields, unused) = inputs(table, spec, kind_of, order_of, &mut notes)?;
        let task = match spec.task {
            Some(TaskKind::Anomaly) => Task::Anomaly,
            _ => target.task().unwrap_or(Task::Clustering),
        };
        let schema = Schema { inputs: fields, target: name.map(str::to_owned), task };
        let balance = spec.training.balance;
        if schema.task.classes().is_empty()
            && !matches!(balance, BalanceChoice::Auto | BalanceChoice::None)
        {
            notes.push(format!(
                "`training.balance` is {}, and not used: only classes can be balanced",
                balance.name()
            ));
        }
        if spec.task.is_none() {
            notes.push(format!("task {} (inferred from the target)", schema.task.name()));
        }
        let hash_order = HashOrder::default();
        let data = Self { inputs, target, schema, notes, groups: None, times, unused, hash_order };
        Ok(data.grouped(groups))
    }

    /// The same rows, of which some share a group; each other one is a group of its own.
    #[must_use]
    pub(super) fn grouped(mut self, groups: Option<Vec<Option<u64>>>) -> Self {
        self.groups = groups.map(|groups| {
            let alone = self.row_hashes();
            groups.into_iter().zip(alone).map(|(group, alone)| group.unwrap_or(alone)).collect()
        });
        self
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.target.rows()
    }

    /// The given rows.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        Self {
            inputs: self.inputs.select(rows),
            target: self.target.select(rows),
            schema: self.schema.clone(),
            notes: Vec::new(),
            groups: self.groups.as_deref().map(|groups| pick(groups, rows)),
            times: self.times.as_deref().map(|times| pick(times, rows)),
            unused: Vec::new(),
            hash_order: self.hash_order,
        }
    }

    /// SHA-256 of the content (names, values and target, row by row), in
    /// hexadecimal: equal for equal data however it was written.
    #[must_use]
    pub fn content_hash(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(serde_json::to_vec(&self.schema).unwrap_or_default());
        for hash in self.row_hashes() {
            hasher.update(hash.to_le_bytes());
        }
        // What is no input still decides how the rows are split.
        for group in self.groups.iter().flatten() {
            hasher.update(group.to_le_bytes());
        }
        for time in self.times.iter().flatten() {
            hasher.update(time.to_le_bytes());
        }
        hex::encode(hasher.finalize())
    }

    /// A hash of each row's content, the same for the same row in any data set
    /// with these columns.
    #[must_use]
    pub fn row_hashes(&self) -> Vec<u64> {
        hash::rows(&self.inputs, &self.target, self.hash_order)
    }
}

fn pick<T: Copy>(values: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().filter_map(|&row| values.get(row).copied()).collect()
}

/// The columns beside the target, and the target.
fn take_target(
    table: Table,
    name: Option<&str>,
    kind_of: impl Fn(&str) -> Kind,
    spec: &Spec,
) -> Result<(Table, Target), Rejection> {
    let Some(name) = name else {
        let rows = table.rows();
        return Ok((table, Target::Absent { rows }));
    };
    let (table, values) = table.without(name);
    let values = values.unwrap_or(Values::Number(Vec::new()));
    let task = spec.task.unwrap_or_else(|| target::infer_task(&values, kind_of(name)));
    Ok((table, target::read(name, values, kind_of(name), task)?))
}

/// The rows that have a value in the target and in the time column, where there are such.
fn keep_usable(
    table: Table,
    target: Option<&str>,
    roles: &Roles<'_>,
    notes: &mut Vec<String>,
) -> Result<Table, Rejection> {
    let Some(target) = target else {
        if table.rows() < MIN_ROWS {
            let message = format!("{} rows: at least {MIN_ROWS} are needed", table.rows());
            return Err(Defect::new("too_few_rows", message).into());
        }
        let usable = roles.dated(&table, (0..table.rows()).collect(), notes)?;
        return Ok(if usable.len() == table.rows() { table } else { table.select(&usable) });
    };
    let labelled = table.column(target).map(Values::present).unwrap_or_default();
    if labelled.len() < MIN_ROWS {
        return Err(Defect::new(
            "too_few_rows",
            format!(
                "{} of {} rows have a value in the target `{target}`: at least {MIN_ROWS} are \
                 needed",
                labelled.len(),
                table.rows()
            ),
        )
        .in_column(target)
        .into());
    }
    if labelled.len() < table.rows() {
        notes.push(format!(
            "{} rows without a value in the target `{target}` are left out",
            table.rows() - labelled.len()
        ));
    }
    let usable = roles.dated(&table, labelled, notes)?;
    Ok(if usable.len() == table.rows() { table } else { table.select(&usable) })
}

/// Inputs with their types, and the columns that are none.
type Sorted = (Table, Vec<Field>, Vec<(Column, Kind)>);

/// The columns that are inputs. A column without any value is a defect; one that
/// cannot inform a model is left out with a note, unless a derived column reads it, or
/// figures are set upright of which it is a pixel.
fn inputs(
    table: Table,
    spec: &Spec,
    kind_of: impl Fn(&str) -> Kind,
    order_of: impl Fn(&str) -> Option<DateOrder>,
    notes: &mut Vec<String>,
) -> Result<Sorted, Rejection> {
    let mut defects = Vec::new();
    let mut columns: Vec<Column> = Vec::new();
    let mut fields = Vec::new();
    let (mut unused, mut left_out) = (Vec::new(), Vec::new());
    let rows = table.rows();
    let read_by_derived = references::read_by_derived(spec);
    let kind_is_said = |name: &str| spec.columns.get(name).is_some_and(|it| it.kind.is_some());
    let read_by_others =
        |name: &str| read_by_derived.contains(name) || pixels::are_read_together(&spec.image, name);
    for column in table.into_columns() {
        let name = &column.name;
        let no_input = [&spec.id, &spec.group].into_iter().flatten().any(|other| other == name);
        let kind = kind_of(name);
        let ignored = no_input || spec.ignore.contains(name);
        if ignored && !read_by_derived.contains(name.as_str()) {
            unused.push((column, kind));
            continue;
        }
        let missing = column.values.missing();
        if missing == rows {
            defects.push(
                Defect::new(
                    "all_missing",
                    format!(
                        "column `{name}` has no value in any of the {rows} rows: fill it, remove \
                         it, or list it in `ignore` of model.toml"
                    ),
                )
                .in_column(name),
            );
        } else if let Some(reason) = Uninformative::of(name, &column.values, kind)
            .filter(|reason| !(read_by_others(name) || kind_is_said(name) && reason.names_rows()))
        {
            left_out.push((name.clone(), reason));
            unused.push((column, kind));
        } else {
            let (nullable, date_order) = (missing > 0, order_of(name));
            let numerals = kind == Kind::Category && are_numerals(&column.values);
            fields.push(Field { name: name.clone(), kind, nullable, date_order, numerals });
            columns.push(column);
        }
    }
    if defects.is_empty() && columns.is_empty() {
        defects.push(Defect::new(
            "no_inputs",
            "no column is left that a model could learn from: add input columns beside the target",
        ));
    }
    notes.extend(notes_of(&left_out));
    defects.extend(pixels::check(&spec.image, &fields, &columns, notes));
    if !defects.is_empty() {
        return Err(Rejection::of(defects));
    }
    Table::new(columns)
        .map(|table| (table, fields, unused))
        .map_err(|error| Defect::new("ragged_row", error.to_string()).into())
}

/// Whether all texts of a column are numbers.
fn are_numerals(values: &Values) -> bool {
    let is_number = |text: &String| text.parse::<f64>().is_ok_and(f64::is_finite);
    match values {
        Values::Number(_) => false,
        Values::Category(categories) => categories.levels.iter().all(is_number),
    }
}

#[cfg(test)]
#[path = "labelled_tests.rs"]
mod tests;
