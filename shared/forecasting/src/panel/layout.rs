//! Rows become steps: by series, in the order of time, on one grid.

use std::collections::BTreeMap;

use model_factory_tabular::dataset::{Defect, Rejection};
use model_factory_tabular::spec::{Duplicates, Forecasting};

use super::columns::Columns;
use super::oddities::together;
use super::{MIN_OBSERVATIONS, Oddities, Series};
use crate::gaps::filled;
use crate::grid::Grid;

/// The most steps that all series may have together.
const MAX_STEPS: i64 = 1 << 27;

/// The share of rows that may lie beside a grid of which they are the steps.
const MAX_IRREGULAR: f64 = 0.2;

/// The usable rows of a table by the key of their series: instant and row, in the order of
/// time; of one time in the file's.
pub(super) struct Groups {
    rows: BTreeMap<Vec<String>, Vec<(i64, usize)>>,
    /// How many rows have no time, no key or no finite target.
    unusable: usize,
}

/// The steps that rows become.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps {
    pub(super) grid: Grid,
    /// Whether rows may lie anywhere within their step.
    within: bool,
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

    /// The steps that the rows are, of the spec's frequency, or of one that is inferred and noted.
    /// Where they are none of the spec's, those of each step of the calendar count together.
    pub(super) fn steps(
        &self,
        columns: &Columns<'_>,
        asked: &Forecasting,
        notes: &mut Vec<String>,
    ) -> Result<Steps, Rejection> {
        let instants: Vec<Vec<i64>> = self.rows.values().map(|rows| instants(rows)).collect();
        let on = |frequency| Grid::of(frequency, instants.iter().flatten().copied());
        let all: usize = instants.iter().map(Vec::len).sum();
        let beside = |grid: &Grid| instants.iter().map(|series| beside(grid, series)).sum();
        let is_irregular = |beside: usize| beside as f64 > MAX_IRREGULAR * all as f64;
        if let Some(frequency) = asked.frequency {
            let grid = on(frequency);
            if !is_irregular(beside(&grid)) {
                return Ok(Steps { grid, within: false });
            }
            notes.push(format!(
                "the rows do not lie on steps of one {frequency}: those within a step count \
                 together, by their {} (`forecasting.duplicates`)",
                together(asked.duplicates)
            ));
            return Ok(Steps { grid: grid.of_calendar(), within: true });
        }
        let Some(frequency) = Grid::frequency_of(instants.iter().map(Vec::as_slice)) else {
            let message = "no series has two different times: a forecast needs a past";
            return Err(Defect::new("short_series", message).into());
        };
        let grid = on(frequency);
        let between = beside(&grid);
        if is_irregular(between) {
            let message = format!(
                "{between} of {all} times do not lie on steps of one {frequency}, the most \
                 frequent distance between neighbours: say `forecasting.frequency` in model.toml, \
                 such as \"hour\" or \"day\", and the rows of each count together \
                 (`forecasting.duplicates`)"
            );
            return Err(Defect::new("irregular_times", message)
                .in_column(columns.time_name)
                .into());
        }
        notes.push(format!(
            "frequency `{frequency}` (inferred; pin it with `forecasting.frequency`)"
        ));
        Ok(Steps { grid, within: false })
    }
}

/// How many distinct instants of a series lie between steps, or on the step of an earlier one.
fn beside(grid: &Grid, instants: &[i64]) -> usize {
    let mut last = None;
    let is_beside = |instant: &&i64| {
        let (step, is_exact) = grid.step(**instant);
        last.replace(step) == Some(step) || !is_exact
    };
    instants.iter().filter(is_beside).count()
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
    Steps { grid, within }: Steps,
    asked: &Forecasting,
) -> Result<(Vec<Series>, Oddities), Rejection> {
    let Groups { rows: groups, unusable } = groups;
    let mut oddities = Oddities { unusable, ..Oddities::default() };
    let mut laid_out = Vec::with_capacity(groups.len());
    let mut steps = 0_i64;
    for (key, rows) in groups {
        let laid: Vec<((i64, bool), usize)> =
            rows.iter().map(|&(instant, row)| (grid.step(instant), row)).collect();
        oddities.between += laid.iter().filter(|((_, exact), _)| !exact && !within).count();
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
