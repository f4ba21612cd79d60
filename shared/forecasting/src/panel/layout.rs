//! Rows become steps: by series, in the order of time, on one grid.

use std::collections::BTreeMap;

use model_factory_tabular::dataset::{Defect, Rejection};
use model_factory_tabular::spec::{Duplicates, Forecasting};

use super::columns::Columns;
use super::{MIN_OBSERVATIONS, Oddities, Series};
use crate::gaps::filled;
use crate::grid::Grid;

/// The most steps that all series may have together.
const MAX_STEPS: i64 = 1 << 27;

/// The share of rows that may lie beside the grid.
const MAX_IRREGULAR: f64 = 0.2;

/// The usable rows of a table by the key of their series: instant and row, in the order of
/// time; of one time in the file's.
pub(super) struct Groups {
    rows: BTreeMap<Vec<String>, Vec<(i64, usize)>>,
    /// How many rows have no time, no key or no finite target.
    unusable: usize,
}

impl Groups {
    pub(super) fn of(columns: &Columns<'_>) -> Self {
        let mut rows: BTreeMap<Vec<String>, Vec<(i64, usize)>> = BTreeMap::new();
        let mut unusable = 0;
        for (row, (&time, &target)) in columns.time.iter().zip(columns.target).enumerate() {
            let key = columns.key(row).filter(|_| time.is_finite() && target.is_finite());
            match key {
                Some(key) => rows.entry(key).or_default().push((time.floor() as i64, row)),
                None => unusable += 1,
            }
        }
        rows.values_mut().for_each(|rows| rows.sort_unstable());
        Self { rows, unusable }
    }

    /// The grid on which the rows lie: of the spec's frequency, or of one that is inferred
    /// and noted.
    pub(super) fn grid(
        &self,
        asked: &Forecasting,
        notes: &mut Vec<String>,
    ) -> Result<Grid, Rejection> {
        let frequency = match asked.frequency {
            Some(frequency) => frequency,
            None => {
                let series: Vec<Vec<i64>> = self.rows.values().map(|rows| instants(rows)).collect();
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
        Ok(Grid::of(frequency, self.rows.values().flatten().map(|(instant, _)| *instant)))
    }
}

fn instants(rows: &[(i64, usize)]) -> Vec<i64> {
    let mut instants: Vec<i64> = rows.iter().map(|(instant, _)| *instant).collect();
    instants.dedup();
    instants
}

/// Lays every series on the grid; those that are too short to be forecast at all are left
/// out and named among what is odd.
pub(super) fn lay_out(
    groups: Groups,
    columns: &Columns<'_>,
    grid: Grid,
    asked: &Forecasting,
) -> Result<(Vec<Series>, Oddities), Rejection> {
    let Groups { rows: groups, unusable } = groups;
    let mut oddities = Oddities { unusable, ..Oddities::default() };
    let mut laid_out = Vec::with_capacity(groups.len());
    let mut steps = 0_i64;
    let all: usize = groups.values().map(Vec::len).sum();
    for (key, rows) in groups {
        let laid: Vec<((i64, bool), usize)> =
            rows.iter().map(|&(instant, row)| (grid.step(instant), row)).collect();
        oddities.between += laid.iter().filter(|((_, exact), _)| !exact).count();
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
        oddities.repeated += laid.len() - observed;
        oddities.missing += length - observed;
        if observed < MIN_OBSERVATIONS {
            oddities.left_out.push(key);
            continue;
        }
        let regressors = columns.regressors.iter().map(|of| filled(&lay(of))).collect();
        laid_out.push(Series { key, start, values, regressors });
    }
    if oddities.between as f64 > MAX_IRREGULAR * all as f64 {
        let message = format!(
            "{} of {all} rows do not lie on a step of one {}: set \
             `forecasting.frequency`, or aggregate the rows to regular times",
            oddities.between, grid.frequency
        );
        return Err(Defect::new("irregular_times", message).in_column(columns.time_name).into());
    }
    Ok((laid_out, oddities))
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
