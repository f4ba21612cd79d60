//! What a forecaster would have answered of the steps after those that it has learned from,
//! beside what came of them: the accuracy of its forecasts as they were given.

use model_factory_learning::metrics::{Evaluation, Incomparable};
use rayon::prelude::*;

use super::evaluation::{BacktestStep, pooled};
use super::forecaster::{ForecastRequest, Forecaster, SeriesModel};
use super::history::naive_error;
use super::panel::{Panel, Series};
use super::quantiles;

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
    let (low, high) = quantiles::outermost(&forecaster.quantiles);
    let known: Vec<(Vec<BacktestStep>, f64)> = panel
        .series
        .par_iter()
        .filter_map(|series| {
            let model = forecaster.find(&series.key)?;
            came_true(panel, series, forecaster, model, (low, high))
        })
        .filter(|(steps, _)| !steps.is_empty())
        .collect();
    if known.is_empty() {
        return Ok(None);
    }
    let probability = high - low;
    let steps = known.iter().map(|(steps, scale)| (steps.as_slice(), *scale));
    let evaluation = pooled(steps, probability)?;
    Ok(Some(Realised { evaluation, series: known.len(), probability }))
}

/// The steps of one series that have become known, and its naive error before them; `None`
/// where it was not forecast.
fn came_true(
    panel: &Panel,
    series: &Series,
    forecaster: &Forecaster,
    model: &SeriesModel,
    (low, high): (f64, f64),
) -> Option<(Vec<BacktestStep>, f64)> {
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
    let steps = (1..).zip(truth).zip(forecast.values).zip(bounds);
    let steps = steps.map(|(((ahead, &truth), forecast), bounds)| BacktestStep {
        ahead,
        truth,
        forecast,
        bounds,
    });
    Some((steps.filter(|step| !step.truth.is_nan()).collect(), scale))
}
