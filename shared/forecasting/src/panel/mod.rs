//! From a table to regular series: rows become steps of a grid, by series and time.

mod columns;
mod layout;
mod oddities;

use model_factory_tabular::dataset::selection;
use model_factory_tabular::dataset::{Defect, RawTable, Rejection};
use model_factory_tabular::date::DateOrder;
use model_factory_tabular::spec::{Forecasting, Spec};
use sha2::{Digest, Sha256};

use super::setting::Setting;
use columns::{Columns, target_column, time_column};
use layout::{Groups, lay_out};

pub use oddities::Oddities;

/// The fewest observations of a series that is forecast at all.
const MIN_OBSERVATIONS: usize = 3;

/// The fewest observations of a series on which learners are compared over a horizon: one to
/// forecast from, one to hold out, and some to learn from.
pub(crate) fn enough_to_compare(horizon: usize) -> usize {
    2 * horizon + MIN_OBSERVATIONS
}

/// The series of a data set, in the order of their keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// What they share.
    pub setting: Setting,
    /// The column that says when.
    pub time: String,
    /// Which part of its dates comes first where some are written as `8/3/2018`.
    pub date_order: Option<DateOrder>,
    /// The column that is forecast.
    pub target: String,
    /// The columns that name a series.
    pub keys: Vec<String>,
    /// The series.
    pub series: Vec<Series>,
    /// The number of rows that were read.
    pub rows: usize,
    /// SHA-256 of the content, in hexadecimal: equal for equal series however they were
    /// written.
    pub data_hash: String,
    /// What was odd about the rows, and was mended.
    pub oddities: Oddities,
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

    /// The last step.
    #[must_use]
    pub fn end(&self) -> i64 {
        self.start + self.values.len() as i64 - 1
    }
}

impl Panel {
    /// Reads the rows that the spec chooses as series. Rows without a time, a key or a
    /// finite target are left out and noted; rows of one series and step become one, and
    /// steps without a row are missing values.
    ///
    /// # Errors
    /// When a column does not exist or has no numbers or times, there is no time column or
    /// more than one, the times follow no frequency and the spec names none, or every series is
    /// too short.
    pub fn from_raw(raw: RawTable, spec: &Spec, asked: &Forecasting) -> Result<Self, Rejection> {
        let (time, noted) = time_column(&raw, spec)?;
        let date_order = raw.date_orders.get(&time).copied();
        let spec = Spec { time: Some(time.clone()), ..spec.clone() };
        let RawTable { table, mut notes, .. } = selection::select(raw, &spec)?;
        notes.extend(noted);
        let target = target_column(&table, &spec, &time, asked)?;
        if spec.target.is_none() {
            notes
                .push(format!("target `{target}` (inferred; pin it with `target = \"{target}\"`)"));
        }
        let columns = Columns::of(&table, &time, &target, asked)?;
        let groups = Groups::of(&columns);
        let steps = groups.steps(&columns, asked, &mut notes)?;
        let grid = steps.grid;
        let (series, oddities) = lay_out(groups, &columns, steps, asked)?;
        notes.extend(oddities.notes(grid.frequency, asked));
        let warnings = oddities.warnings(&series, asked)?;
        let setting = Setting::new(grid, asked);
        let keys = asked.series.clone();
        Ok(Self {
            data_hash: content_hash(&setting, [&time, &target].into_iter().chain(&keys), &series),
            setting,
            time,
            date_order,
            target,
            keys,
            series,
            rows: table.rows(),
            oddities,
            notes,
            warnings,
        })
    }
}

fn content_hash<'a>(
    setting: &Setting,
    names: impl Iterator<Item = &'a String>,
    series: &[Series],
) -> String {
    let mut hasher = Sha256::new();
    hasher.update(serde_json::to_vec(setting).unwrap_or_default());
    for name in names {
        hasher.update((name.len() as u64).to_le_bytes());
        hasher.update(name);
    }
    for series in series {
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
