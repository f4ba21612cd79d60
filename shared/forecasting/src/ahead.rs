//! The steps after an origin, and what a model says of them.

use super::history::History;
use super::learners::lags::Booster;
use super::learners::{Future, Model};
use super::panel::Series;
use super::rolling::Origin;
use super::setting::Setting;

/// The steps after an origin.
pub(crate) struct Ahead<'a> {
    start: i64,
    /// What was observed; `NaN` where nothing was.
    pub(crate) truth: &'a [f64],
    regressors: Vec<&'a [f64]>,
}

impl<'a> Ahead<'a> {
    pub(crate) fn of(series: &'a Series, Origin { train, horizon }: Origin) -> Self {
        let cut = |values: &'a [f64]| {
            values.get(train..(train + horizon).min(values.len())).unwrap_or_default()
        };
        Self {
            start: series.start + train as i64,
            truth: cut(&series.values),
            regressors: series.regressors.iter().map(|values| cut(values)).collect(),
        }
    }

    /// What a model says of these steps.
    pub(crate) fn forecast(
        &self,
        model: &Model,
        history: &History<'_>,
        setting: &Setting,
        booster: Option<&Booster>,
    ) -> Vec<f64> {
        let future = Future {
            setting,
            start: self.start,
            steps: self.truth.len(),
            regressors: &self.regressors,
        };
        let forecast = model.forecast(&future, booster);
        bounded(forecast, is_never_negative(history.values))
    }
}

/// Whether a series never was negative: it is not forecast to be, then.
pub(crate) fn is_never_negative(values: &[f64]) -> bool {
    !values.iter().any(|value| *value < 0.0)
}

/// The forecast, at least 0 where it must be.
pub(crate) fn bounded(mut forecast: Vec<f64>, never_negative: bool) -> Vec<f64> {
    if never_negative {
        forecast.iter_mut().for_each(|value| *value = value.max(0.0));
    }
    forecast
}
