//! From a table to regular series: rows become steps of a grid, by series and time.

use std::collections::BTreeMap;

use model_factory_tabular::dataset::schema::Kind;
use model_factory_tabular::dataset::selection;
use model_factory_tabular::dataset::{Defect, RawTable, Rejection, Table, Values};
use model_factory_tabular::nearest::nearest;
use model_factory_tabular::spec::{Duplicates, Forecasting, Spec};
use sha2::{Digest, Sha256};

use super::grid::Grid;
use super::history::filled;
use super::setting::Setting;

/// The fewest observations of a series that is forecast at all.
const MIN_OBSERVATIONS: usize = 3;

/// The most steps that all series may have together.
const MAX_STEPS: i64 = 1 << 27;

/// The share of rows that may lie beside the grid.
const MAX_IRREGULAR: f64 = 0.2;

/// How many series a message names.
const NAMED: usize = 5;

/// The target's usual names, in order of preference.
const TARGET_NAMES: [&str; 4] = ["target", "label", "y", "value"];

/// The series of a data set, in the order of their keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// What they share.
    pub setting: Setting,
    /// The column that says when.
    pub time: String,
    /// The column that is forecast.
    pub target: String,
    /// The columns that name a series.
    pub keys: Vec<String>,
    /// The series.
    pub series: Vec<Series>,
    /// The number of rows that were read.
    pub rows: usize,
    /// What was inferred, merged and left out, for the run's record.
    pub notes: Vec<String>,
    /// What is wrong with single series and yet no reason to refuse the data.
    pub warnings: Vec<Defect>,
}

/// One regular series.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The values of the key columns, as texts.
    pub key: Vec<String>,
    /// The first step.
    pub start: i64,
    /// The target, one value a step until the last observed one; `NaN` where it is missing.
    pub values: Vec<f64>,
    /// The regressors, each with one value a step, without gaps.
    pub regressors: Vec<Vec<f64>>,
}

impl Series {
    /// The number of observed values.
    #[must_use]
    pub fn observations(&self) -> usize {
        self.values.iter().filter(|value| !value.is_nan()).count()
    }
}

/// The columns of a table, by role.
struct Columns<'a> {
    time: &'a [f64],
    target: &'a [f64],
    keys: Vec<&'a Values>,
    regressors: Vec<&'a [f64]>,
}

/// The rows of one series: instant and row.
type Rows = Vec<(i64, usize)>;

impl Panel {
    /// Reads the rows that the spec chooses as series. Rows without a time, a key or a
    /// finite target are left out and noted; rows of one series and step become one, and
    /// steps without a row are missing values.
    ///
    /// # Errors
    /// When a column does not exist or has no numbers or times, there is no time column or
    /// more than one, the times follow no frequency, or every series is too short.
    pub fn from_raw(raw: RawTable, spec: &Spec, asked: &Forecasting) -> Result<Self, Rejection> {
        let (time, noted) = time_column(&raw, spec)?;
        let spec = Spec { time: Some(time.clone()), ..spec.clone() };
        let RawTable { table, mut notes, .. } = selection::select(raw, &spec)?;
        notes.extend(noted);
        let target = target_column(&table, &spec, &time, asked)?;
        if spec.target.is_none() {
            notes
                .push(format!("target `{target}` (inferred; pin it with `target = \"{target}\"`)"));
        }
        let columns = Columns::of(&table, &time, &target, asked)?;
        let groups = group(&columns, asked, &mut notes);
        let grid = grid(&groups, asked, &mut notes)?;
        let setting = Setting::new(grid, asked);
        let mut panel = Self {
            setting,
            time,
            target,
            keys: asked.series.clone(),
            series: Vec::new(),
            rows: table.rows(),
            notes,
            warnings: Vec::new(),
        };
        panel.fill(groups, &columns, asked)?;
        Ok(panel)
    }

    /// SHA-256 of the content, in hexadecimal: equal for equal series however they were
    /// written.
    #[must_use]
    pub fn content_hash(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(serde_json::to_vec(&self.setting).unwrap_or_default());
        for name in [&self.time, &self.target].into_iter().chain(&self.keys) {
            hasher.update((name.len() as u64).to_le_bytes());
            hasher.update(name);
        }
        for series in &self.series {
            for part in &series.key {
                hasher.update((part.len() as u64).to_le_bytes());
                hasher.update(part);
            }
            hasher.update(series.start.to_le_bytes());
            for values in std::iter::once(&series.values).chain(&series.regressors) {
                hasher.update((values.len() as u64).to_le_bytes());
                for value in values {
                    let value = if value.is_nan() { f64::NAN } else { value + 0.0 };
                    hasher.update(value.to_bits().to_le_bytes());
                }
            }
        }
        hex::encode(hasher.finalize())
    }

    /// Lays every series on the grid.
    fn fill(
        &mut self,
        groups: BTreeMap<Vec<String>, Rows>,
        columns: &Columns<'_>,
        asked: &Forecasting,
    ) -> Result<(), Rejection> {
        let grid = self.setting.grid;
        let (mut merged, mut missing, mut irregular) = (0, 0, 0);
        let (mut short, mut steps) = (Vec::new(), 0_i64);
        let all: usize = groups.values().map(Vec::len).sum();
        for (key, rows) in groups {
            let laid: Vec<((i64, bool), usize)> =
                rows.iter().map(|&(instant, row)| (grid.step(instant), row)).collect();
            irregular += laid.iter().filter(|((_, exact), _)| !exact).count();
            let (Some(((start, _), _)), Some(((end, _), _))) = (laid.first(), laid.last()) else {
                continue;
            };
            let (start, length) = (*start, end - start + 1);
            steps = steps.saturating_add(length);
            if steps > MAX_STEPS {
                let message = format!(
                    "the series have more than {MAX_STEPS} steps of one {}: set \
                     `forecasting.frequency`, or correct times that are far away",
                    grid.frequency
                );
                return Err(Defect::new("too_many_steps", message).into());
            }
            let place = |step: i64| usize::try_from(step - start).unwrap_or_default();
            let length = place(end + 1);
            let lay = |of: &[f64]| lay(&laid, of, place, length, asked.duplicates);
            let values = lay(columns.target);
            let observed = values.iter().filter(|value| !value.is_nan()).count();
            merged += laid.len() - observed;
            missing += length - observed;
            if observed < MIN_OBSERVATIONS {
                short.push(key);
                continue;
            }
            let regressors = columns.regressors.iter().map(|of| filled(&lay(of))).collect();
            self.series.push(Series { key, start, values, regressors });
        }
        if irregular as f64 > MAX_IRREGULAR * all as f64 {
            let message = format!(
                "{irregular} of {all} rows do not lie on a step of one {}: set \
                 `forecasting.frequency`, or aggregate the rows to regular times",
                grid.frequency
            );
            return Err(Defect::new("irregular_times", message).in_column(&self.time).into());
        }
        self.tell(short, asked, (merged, missing, irregular))
    }

    fn tell(
        &mut self,
        short: Vec<Vec<String>>,
        asked: &Forecasting,
        (merged, missing, irregular): (usize, usize, usize),
    ) -> Result<(), Rejection> {
        let one = self.setting.grid.frequency;
        if irregular > 0 {
            self.notes.push(format!(
                "{irregular} rows lie between steps of one {one}: each counts for the step before"
            ));
        }
        if merged > 0 {
            let how = match asked.duplicates {
                Duplicates::Mean => "the mean",
                Duplicates::Last => "the last",
                Duplicates::Sum => "the sum",
            };
            self.notes
                .push(format!("{merged} rows repeat a time of their series: {how} of them counts"));
        }
        if missing > 0 {
            self.notes.push(format!("{missing} steps have no row: they are missing values"));
        }
        if !short.is_empty() {
            let message = format!(
                "{} with fewer than {MIN_OBSERVATIONS} observations ({})",
                count(short.len()),
                named(short.iter())
            );
            if self.series.is_empty() {
                let message = format!("every series is too short, {message}: upload a longer past");
                return Err(Defect::new("short_series", message).into());
            }
            let message = format!("{message} cannot be forecast and are left out");
            self.warnings.push(Defect::new("short_series", message));
        }
        let enough = 2 * asked.horizon + MIN_OBSERVATIONS;
        let few: Vec<&Vec<String>> = self
            .series
            .iter()
            .filter(|series| series.observations() < enough)
            .map(|series| &series.key)
            .collect();
        if few.len() == self.series.len() {
            let message = format!(
                "every series has fewer than {enough} observations, too few to compare learners \
                 over a horizon of {} ({}): upload a longer past, or set a shorter \
                 `forecasting.horizon`",
                asked.horizon,
                named(few.into_iter())
            );
            return Err(Defect::new("short_series", message).into());
        }
        if !few.is_empty() {
            let message = format!(
                "{} with fewer than {enough} observations ({}): the naive forecast is taken, \
                 unmeasured",
                count(few.len()),
                named(few.into_iter())
            );
            self.warnings.push(Defect::new("short_series", message));
        }
        Ok(())
    }
}

fn count(series: usize) -> String {
    format!("{series} series")
}

/// The first keys, and how many more there are.
fn named<'a>(keys: impl ExactSizeIterator<Item = &'a Vec<String>>) -> String {
    let all = keys.len();
    let first: Vec<String> = keys.take(NAMED).map(|key| key.join("/")).collect();
    match all.saturating_sub(NAMED) {
        0 => first.join(", "),
        more => format!("{}, and {more} more", first.join(", ")),
    }
}

/// The values of a column on the grid; several of one step are merged.
fn lay(
    laid: &[((i64, bool), usize)],
    column: &[f64],
    place: impl Fn(i64) -> usize,
    length: usize,
    duplicates: Duplicates,
) -> Vec<f64> {
    let mut sums = vec![(0.0, 0_u32); length];
    for &((step, _), row) in laid {
        let value = column.get(row).copied().unwrap_or(f64::NAN);
        if let Some((sum, count)) = sums.get_mut(place(step)).filter(|_| value.is_finite()) {
            match duplicates {
                Duplicates::Last => (*sum, *count) = (value, 1),
                Duplicates::Mean | Duplicates::Sum => (*sum, *count) = (*sum + value, *count + 1),
            }
        }
    }
    let merged = |(sum, count): (f64, u32)| match (duplicates, count) {
        (_, 0) => f64::NAN,
        (Duplicates::Mean, count) => sum / f64::from(count),
        _ => sum,
    };
    sums.into_iter().map(merged).collect()
}

impl<'a> Columns<'a> {
    fn of(
        table: &'a Table,
        time: &str,
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
        let mut numbers = |role: &str, name: &str, values: Option<&'a Values>| match values {
            Some(Values::Number(numbers)) => numbers.as_slice(),
            _ => {
                let message = format!("the {role} `{name}` must be a column of numbers");
                defects.push(Defect::new("not_a_number", message).in_column(name));
                &[]
            }
        };
        let found = Self {
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
    fn key(&self, row: usize) -> Option<Vec<String>> {
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

fn unknown(table: &Table, key: &str, name: &str) -> Defect {
    let names = table.columns().iter().map(|column| column.name.as_str());
    let like = nearest(name, names).map(|it| format!("; the nearest is `{it}`"));
    let message = format!(
        "`{name}` of `{key}` in model.toml is not a column of the data set{}",
        like.unwrap_or_default()
    );
    Defect::new("unknown_column", message).in_column(name)
}

/// The column that says when, and a note where it is inferred.
fn time_column(raw: &RawTable, spec: &Spec) -> Result<(String, Option<String>), Rejection> {
    let dates: Vec<&str> = raw
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
            Some(Values::Category(_)) => {
                let message = format!(
                    "the time column `{time}` holds texts: write dates as 2018-08-03, 2018-08-03 \
                     05:00:00 or 2018-08-03T05:00:00Z"
                );
                Err(Defect::new("time_not_a_date", message).in_column(time).into())
            }
        };
    }
    match dates.as_slice() {
        [only] => {
            let note = format!("time `{only}` (inferred; pin it with `time = \"{only}\"`)");
            Ok(((*only).to_owned(), Some(note)))
        }
        [] => Err(Defect::new(
            "no_time",
            "no column holds dates: a forecast needs a time column, with dates written as \
             2018-08-03, 2018-08-03 05:00:00 or 2018-08-03T05:00:00Z",
        )
        .into()),
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
fn target_column(
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

/// The usable rows of each series in the order of time; of one time in the file's.
fn group(
    columns: &Columns<'_>,
    asked: &Forecasting,
    notes: &mut Vec<String>,
) -> BTreeMap<Vec<String>, Rows> {
    let mut groups: BTreeMap<Vec<String>, Rows> = BTreeMap::new();
    let mut left_out = 0;
    for (row, (&time, &target)) in columns.time.iter().zip(columns.target).enumerate() {
        let key = columns.key(row).filter(|_| time.is_finite() && target.is_finite());
        match key {
            Some(key) => groups.entry(key).or_default().push((time.floor() as i64, row)),
            None => left_out += 1,
        }
    }
    if left_out > 0 {
        let key = if asked.series.is_empty() { "" } else { ", a key" };
        notes.push(format!("{left_out} rows without a time{key} or a value are left out"));
    }
    for rows in groups.values_mut() {
        rows.sort_unstable();
    }
    groups
}

fn grid(
    groups: &BTreeMap<Vec<String>, Rows>,
    asked: &Forecasting,
    notes: &mut Vec<String>,
) -> Result<Grid, Rejection> {
    let instants = |rows: &Rows| {
        let mut instants: Vec<i64> = rows.iter().map(|(instant, _)| *instant).collect();
        instants.dedup();
        instants
    };
    let frequency = match asked.frequency {
        Some(frequency) => frequency,
        None => {
            let series: Vec<Vec<i64>> = groups.values().map(instants).collect();
            let Some(inferred) = Grid::frequency_of(series.iter().map(Vec::as_slice)) else {
                let message = "no series has two different times: a forecast needs a past";
                return Err(Defect::new("short_series", message).into());
            };
            notes.push(format!(
                "frequency `{inferred}` (inferred; pin it with `forecasting.frequency`)"
            ));
            inferred
        }
    };
    Ok(Grid::of(frequency, groups.values().flatten().map(|(instant, _)| *instant)))
}
