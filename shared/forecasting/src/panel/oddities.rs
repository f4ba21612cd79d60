//! What is odd about the rows of series, and what becomes of it.

use model_factory_tabular::dataset::{Defect, Rejection};
use model_factory_tabular::spec::{Duplicates, Forecasting, Frequency};

use super::{MIN_OBSERVATIONS, Series, enough_to_compare};

/// How many series a message names.
const NAMED: usize = 5;

/// What was odd about the rows of series, and was mended or left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Oddities {
    /// Rows without a time, a key or a finite value, which are left out.
    pub unusable: usize,
    /// Rows between two steps, which count for the step before.
    pub between: usize,
    /// Rows that repeat a step of their series, which become one value with it.
    pub repeated: usize,
    /// Steps without a row between the first and last one of their series: missing values.
    pub missing: usize,
    /// The keys of the series with too few observations to be forecast.
    pub left_out: Vec<Vec<String>>,
}

impl Oddities {
    /// What was done about the rows, in words.
    pub(super) fn notes(&self, one: Frequency, asked: &Forecasting) -> Vec<String> {
        let Self { unusable, between, repeated, missing, .. } = self;
        let key = if asked.series.is_empty() { "" } else { ", a key" };
        let how = together(asked.duplicates);
        let told = [
            (unusable, format!("{unusable} rows without a time{key} or a value are left out")),
            (
                between,
                format!(
                    "{between} rows lie between steps of one {one}: each counts for the step before"
                ),
            ),
            (
                repeated,
                format!("{repeated} rows repeat a step of their series: the {how} of them counts"),
            ),
            (missing, format!("{missing} steps have no row: they are missing values")),
        ];
        told.into_iter().filter(|(count, _)| **count > 0).map(|(_, note)| note).collect()
    }

    /// The series that are too short: a warning where others are not.
    ///
    /// # Errors
    /// When every series is too short to be forecast, or to compare learners on.
    pub(super) fn warnings(
        &self,
        all: &[Series],
        asked: &Forecasting,
    ) -> Result<Vec<Defect>, Rejection> {
        let mut warnings = Vec::new();
        let left_out = &self.left_out;
        if !left_out.is_empty() {
            let message = format!(
                "{} series with fewer than {MIN_OBSERVATIONS} observations{}",
                left_out.len(),
                in_brackets(&named(left_out.iter()))
            );
            if all.is_empty() {
                let message = format!("every series is too short, {message}: upload a longer past");
                return Err(Defect::new("short_series", message).into());
            }
            let message = format!("{message} cannot be forecast and are left out");
            warnings.push(Defect::new("short_series", message));
        }
        let enough = enough_to_compare(asked.horizon);
        let is_short = |series: &&Series| series.observations() < enough;
        let few: Vec<&Vec<String>> =
            all.iter().filter(is_short).map(|series| &series.key).collect();
        if few.len() == all.len() {
            let message = format!(
                "every series has fewer than {enough} observations, too few to compare learners \
                 over a horizon of {}{}: upload a longer past, or set a shorter \
                 `forecasting.horizon`",
                asked.horizon,
                in_brackets(&named(few.into_iter()))
            );
            return Err(Defect::new("short_series", message).into());
        }
        if !few.is_empty() {
            let message = format!(
                "{} series with fewer than {enough} observations ({}): the naive forecast is taken, \
                 unmeasured",
                few.len(),
                named(few.into_iter())
            );
            warnings.push(Defect::new("short_series", message));
        }
        Ok(warnings)
    }
}

/// What counts of several rows of one step, in words.
pub(super) fn together(duplicates: Duplicates) -> &'static str {
    match duplicates {
        Duplicates::Mean => "mean",
        Duplicates::Last => "last",
        Duplicates::Sum => "sum",
    }
}

/// Names in brackets; nothing of the only series, which has none.
fn in_brackets(names: &str) -> String {
    if names.is_empty() { String::new() } else { format!(" ({names})") }
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
