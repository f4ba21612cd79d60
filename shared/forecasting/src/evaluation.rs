//! What chosen learners forecast of the steps that were held out.

use std::collections::BTreeMap;

use model_factory_learning::learners::{Deadline, Intervals, Predictions};
use model_factory_learning::metrics::{Evaluation, Incomparable};
use model_factory_tabular::dataset::Target;
use model_factory_tabular::spec::ForecasterKind;
use rayon::prelude::*;

use super::fitting::fit_or_naive;
use super::history::{History, naive_error};
use super::learners::lags::Booster;
use super::rolling::Origin;
use super::selection::{Ahead, Chosen, Competition};

/// What was forecast of the steps that were held out, beside the truth.
#[derive(Debug, Clone)]
pub struct Measured {
    /// All steps of all series.
    pub evaluation: Evaluation,
    /// Of each series that has some, in the order of the panel: its place, and the share of
    /// its steps within the interval.
    pub coverages: BTreeMap<usize, f64>,
    /// The probability of the intervals.
    pub probability: f64,
}

/// One step: truth, forecast, naive error, bounds.
type Step = (f64, f64, f64, (f64, f64));

/// Fits the chosen learners to each series before what is held out, and scores what they
/// forecast of it. Intervals lie between the outermost quantiles that are asked for.
///
/// # Errors
/// Never, as truth and forecasts are of the same steps.
pub fn measure(competition: &Competition<'_>, chosen: &[Chosen]) -> Result<Measured, Incomparable> {
    let Competition { panel, asked, .. } = *competition;
    let quantiles = asked.quantiles.iter().copied();
    let (low, high) = quantiles.fold((0.5, 0.5), |(low, high): (f64, f64), quantile| {
        (low.min(quantile), high.max(quantile))
    });
    let booster = booster(competition, chosen);
    let steps: Vec<Vec<Step>> = panel
        .series
        .par_iter()
        .zip(chosen)
        .map(|(series, chosen)| {
            let Some(train) = competition.train(series) else { return Vec::new() };
            let history = History::of(series, train);
            let ahead = Ahead::of(series, Origin { train, horizon: asked.horizon });
            let setting = &panel.setting;
            let (_, model) = fit_or_naive(chosen.learner, &history, setting, booster.as_ref());
            let forecast = ahead.forecast(&model, &history, setting, booster.as_ref());
            let scale = naive_error(history.values, setting.shortest_season(history.len()));
            let values = ahead.truth.iter().zip(forecast);
            (1..)
                .zip(values)
                .filter(|(_, (truth, _))| !truth.is_nan())
                .map(|(step, (truth, value))| {
                    let bound = |quantile| value + chosen.spread.offset(step, quantile);
                    (*truth, value, scale, (bound(low), bound(high)))
                })
                .collect()
        })
        .collect();
    let covered = |steps: &Vec<Step>| {
        let within =
            steps.iter().filter(|(truth, _, _, (low, high))| (low..=high).contains(&truth));
        within.count() as f64 / steps.len() as f64
    };
    let coverages = steps.iter().enumerate().filter(|(_, steps)| !steps.is_empty());
    let coverages = coverages.map(|(series, steps)| (series, covered(steps))).collect();
    let all = || steps.iter().flatten();
    let truth = Target::Values(all().map(|step| step.0).collect());
    let forecasts = Predictions::Values(all().map(|step| step.1).collect());
    let probability = high - low;
    let bounds = all().map(|step| step.3).collect();
    let intervals = Intervals { coverage: probability, bounds };
    let evaluation = Evaluation::new(&truth, &forecasts)?
        .with_scales(all().map(|step| step.2).collect())
        .with_intervals(Some(intervals));
    Ok(Measured { evaluation, coverages, probability })
}

/// The boosted model before what is held out, if any series needs it.
fn booster(competition: &Competition<'_>, chosen: &[Chosen]) -> Option<Booster> {
    let Competition { panel, seed, .. } = *competition;
    if chosen.iter().all(|chosen| chosen.learner != ForecasterKind::Boosting) {
        return None;
    }
    let before = panel.series.iter().map(|series| {
        History::of(series, competition.train(series).unwrap_or(series.values.len()))
    });
    Booster::fit(&before.collect::<Vec<_>>(), &panel.setting, seed, Deadline::default())
}
