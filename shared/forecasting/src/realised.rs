//! What a forecaster would have answered of the steps after those that it has learned from,
//! beside what came of them: the accuracy of its forecasts as they were given.

use model_factory_learning::learners::{Intervals, Predictions};
use model_factory_learning::metrics::{Evaluation, Incomparable};
use model_factory_tabular::dataset::Target;
use rayon::prelude::*;

use super::forecaster::{ForecastRequest, Forecaster, SeriesModel};
use super::history::naive_error;
use super::panel::{Panel, Series};

/// Forecasts that have come true, or not.
#[derive(Debug, Clone)]
pub struct Realised {
    /// All steps of all series that have become known.
    pub evaluation: Evaluation,
    /// Of how many series a step has become known.
    pub series: usize,
    /// With which probability the truth was to lie between the outermost quantiles.
    pub probability: f64,
}

/// One step: truth, forecast, naive error, bounds.
type Step = (f64, f64, f64, (f64, f64));

/// Scores what a forecaster answers for the steps of `panel` that lie after those that it has
/// learned from, at most its horizon of each series. Regressors are what they came to be.
/// `None` where no step has become known, or the steps are of another length.
///
/// # Errors
/// Never, as truth and forecasts are of the same steps.
pub fn realised(panel: &Panel, forecaster: &Forecaster) -> Result<Option<Realised>, Incomparable> {
    if panel.setting.grid.frequency != forecaster.setting.grid.frequency {
        return Ok(None);
    }
    let quantiles = forecaster.quantiles.iter().copied();
    let (low, high) = quantiles.fold((0.5, 0.5), |(low, high): (f64, f64), quantile| {
        (low.min(quantile), high.max(quantile))
    });
    let steps: Vec<Vec<Step>> = panel
        .series
        .par_iter()
        .filter_map(|series| {
            let model = forecaster.find(&series.key)?;
            came_true(panel, series, forecaster, model, (low, high))
        })
        .filter(|steps| !steps.is_empty())
        .collect();
    if steps.is_empty() {
        return Ok(None);
    }
    let all = || steps.iter().flatten();
    let truth = Target::Values(all().map(|step| step.0).collect());
    let forecasts = Predictions::Values(all().map(|step| step.1).collect());
    let probability = high - low;
    let bounds = all().map(|step| step.3).collect();
    let evaluation = Evaluation::new(&truth, &forecasts)?
        .with_scales(all().map(|step| step.2).collect())
        .with_intervals(Some(Intervals { coverage: probability, bounds }));
    Ok(Some(Realised { evaluation, series: steps.len(), probability }))
}

/// The steps of one series that have become known; `None` where it was not forecast.
fn came_true(
    panel: &Panel,
    series: &Series,
    forecaster: &Forecaster,
    model: &SeriesModel,
    (low, high): (f64, f64),
) -> Option<Vec<Step>> {
    // The grids may begin at different instants.
    let (last, _) = panel.setting.grid.step(forecaster.setting.grid.at(model.end));
    let known = usize::try_from(last + 1 - series.start).ok()?;
    let truth = series.values.get(known..)?;
    let truth = truth.get(..truth.len().min(forecaster.horizon))?;
    if truth.is_empty() {
        return None;
    }
    let ahead = |(name, values): (&String, &Vec<f64>)| {
        Some((name.clone(), values.get(known..known + truth.len())?.to_vec()))
    };
    let forecast = forecaster.forecast(&ForecastRequest {
        key: series.key.clone(),
        start: None,
        steps: Some(truth.len()),
        quantiles: vec![low, high],
        regressors: panel
            .setting
            .regressors
            .iter()
            .zip(&series.regressors)
            .filter_map(ahead)
            .collect(),
    });
    let forecast = forecast.ok()?;
    let [(_, low), (_, high)] = forecast.quantiles.as_slice() else { return None };
    let before = series.values.get(..known)?;
    let scale = naive_error(before, panel.setting.shortest_season(known));
    let bounds = low.iter().copied().zip(high.iter().copied());
    let steps = truth.iter().zip(forecast.values).zip(bounds);
    let known = steps.filter(|((truth, _), _)| !truth.is_nan());
    Some(known.map(|((truth, forecast), bounds)| (*truth, forecast, scale, bounds)).collect())
}
