//! The columns of a table by role: when, what, of which series, and what is known ahead.

use model_factory_tabular::dataset::schema::Kind;
use model_factory_tabular::dataset::{Defect, RawTable, Rejection, Table, Values, dates};
use model_factory_tabular::nearest::nearest;
use model_factory_tabular::spec::{Forecasting, Spec};

/// The target's usual names, in order of preference.
const TARGET_NAMES: [&str; 4] = ["target", "label", "y", "value"];

/// The columns of a table, by role.
pub(super) struct Columns<'a> {
    pub(super) time_name: &'a str,
    pub(super) time: &'a [f64],
    pub(super) target: &'a [f64],
    keys: Vec<&'a Values>,
    pub(super) regressors: Vec<&'a [f64]>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(
        table: &'a Table,
        time: &'a str,
        target: &str,
        asked: &Forecasting,
    ) -> Result<Self, Rejection> {
        let mut defects = Vec::new();
        let mut column = |key: &str, name: &str| {
            let found = table.column(name);
            if found.is_none() {
                defects.push(unknown(table, key, name));
            }
            found
        };
        let keys: Vec<&Values> =
            asked.series.iter().filter_map(|name| column("forecasting.series", name)).collect();
        let regressors: Vec<(&String, &Values)> = asked
            .regressors
            .iter()
            .filter_map(|name| Some((name, column("forecasting.regressors", name)?)))
            .collect();
        let fixed = [("the target", target), ("the time", time)];
        let keys_of_series = asked.series.iter().map(|name| ("a key of the series", name.as_str()));
        let all: Vec<_> = fixed.into_iter().chain(keys_of_series).collect();
        let why = "which is known ahead";
        defects.extend(clash("target", target, why, &fixed[1..]));
        let why = "which tells no series apart";
        let clash_of_key = |name| clash("forecasting.series", name, why, &fixed);
        defects.extend(asked.series.iter().filter_map(|name| clash_of_key(name)));
        let why = "which is no cause that is known ahead";
        let clash_of_cause = |name| clash("forecasting.regressors", name, why, &all);
        defects.extend(asked.regressors.iter().filter_map(|name| clash_of_cause(name)));
        let mut numbers = |role: &str, name: &str, values: Option<&'a Values>| match values {
            Some(Values::Number(numbers)) => numbers.as_slice(),
            _ => {
                let message = format!("the {role} `{name}` must be a column of numbers");
                defects.push(Defect::new("not_a_number", message).in_column(name));
                &[]
            }
        };
        let found = Self {
            time_name: time,
            time: numbers("time", time, table.column(time)),
            target: numbers("target", target, table.column(target)),
            keys,
            regressors: regressors
                .into_iter()
                .map(|(name, values)| numbers("regressor", name, Some(values)))
                .collect(),
        };
        if defects.is_empty() { Ok(found) } else { Err(Rejection::of(defects)) }
    }

    /// The key of a row; `None` where a part of it is missing.
    pub(super) fn key(&self, row: usize) -> Option<Vec<String>> {
        self.keys.iter().map(|values| text(values, row)).collect()
    }
}

/// A value of a key column as a text: whole numbers without a fraction.
fn text(values: &Values, row: usize) -> Option<String> {
    match values {
        Values::Number(numbers) => {
            numbers.get(row).filter(|number| number.is_finite()).map(ToString::to_string)
        }
        Values::Category(texts) => texts.get(row).map(str::to_owned),
    }
}

/// What is wrong with a column that has one of these roles already.
fn clash(key: &str, name: &str, why: &str, roles: &[(&str, &str)]) -> Option<Defect> {
    let (role, _) = roles.iter().find(|(_, other)| *other == name)?;
    let message = format!("`{key}` in model.toml names {role} `{name}`, {why}");
    Some(Defect::of_spec("column_of_another_role", message).in_column(name))
}

fn unknown(table: &Table, key: &str, name: &str) -> Defect {
    let names = table.columns().iter().map(|column| column.name.as_str());
    let like = nearest(name, names).map(|it| format!("; the nearest is `{it}`"));
    let message = format!(
        "`{name}` of `{key}` in model.toml is not a column of the data set{}",
        like.unwrap_or_default()
    );
    Defect::of_spec("unknown_column", message).in_column(name)
}

/// The column that says when, and a note where it is inferred.
pub(super) fn time_column(
    raw: &RawTable,
    spec: &Spec,
) -> Result<(String, Option<String>), Rejection> {
    let found: Vec<&str> = raw
        .table
        .columns()
        .iter()
        .zip(&raw.kinds)
        .filter(|(_, kind)| **kind == Kind::Date)
        .map(|(column, _)| column.name.as_str())
        .collect();
    if let Some(time) = &spec.time {
        return match raw.table.column(time) {
            None => Err(unknown(&raw.table, "time", time).into()),
            Some(Values::Number(_)) => Ok((time.clone(), None)),
            Some(values @ Values::Category(_)) => {
                let message = match dates::why_texts(time, values) {
                    Some(why) => format!("the time column `{time}` is read as texts: {why}"),
                    None => format!(
                        "the time column `{time}` holds texts: write dates as 2018-08-03, \
                         2018-08-03 05:00:00 or 2018-08-03T05:00:00Z"
                    ),
                };
                Err(Defect::new("time_not_a_date", message).in_column(time).into())
            }
        };
    }
    match found.as_slice() {
        [only] => {
            let note = format!("time `{only}` (inferred; pin it with `time = \"{only}\"`)");
            Ok(((*only).to_owned(), Some(note)))
        }
        [] => {
            let like_dates = raw.table.columns().iter().find_map(|column| {
                let why = dates::why_texts(&column.name, &column.values)?;
                Some(format!("; column `{}` is read as texts: {why}", column.name))
            });
            let message = format!(
                "no column holds dates: a forecast needs a time column, with dates written as \
                 2018-08-03, 2018-08-03 05:00:00 or 2018-08-03T05:00:00Z{}",
                like_dates.unwrap_or_default()
            );
            Err(Defect::new("no_time", message).into())
        }
        several => Err(Defect::new(
            "no_time",
            format!(
                "several columns hold dates ({}): choose one with `time` in model.toml",
                several.join(", ")
            ),
        )
        .into()),
    }
}

/// The column that is forecast: as the spec says, one with a usual name, or the last
/// column of numbers without another role.
pub(super) fn target_column(
    table: &Table,
    spec: &Spec,
    time: &str,
    asked: &Forecasting,
) -> Result<String, Rejection> {
    if let Some(target) = &spec.target {
        return match table.column(target) {
            Some(_) => Ok(target.clone()),
            None => Err(unknown(table, "target", target).into()),
        };
    }
    let has_role = |name: &str| {
        let named = asked.series.iter().chain(&asked.regressors).chain(&spec.ignore);
        name == time || named.chain(&spec.id).any(|other| other == name)
    };
    let free: Vec<&str> = table
        .columns()
        .iter()
        .filter(|column| matches!(column.values, Values::Number(_)) && !has_role(&column.name))
        .map(|column| column.name.as_str())
        .collect();
    let usual = TARGET_NAMES
        .iter()
        .find_map(|usual| free.iter().find(|name| name.eq_ignore_ascii_case(usual)));
    usual.or(free.last()).map(|name| (*name).to_owned()).ok_or_else(|| {
        let message = "no column of numbers is left to forecast: name one with `target` in \
                       model.toml";
        Defect::new("no_target", message).into()
    })
}
