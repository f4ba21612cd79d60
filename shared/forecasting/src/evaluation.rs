//! What chosen learners forecast of the steps that were held out.

use std::collections::BTreeMap;

use model_factory_learning::learners::{Deadline, Intervals, Predictions};
use model_factory_learning::metrics::{Evaluation, Incomparable};
use model_factory_tabular::dataset::Target;
use model_factory_tabular::spec::ForecasterKind;
use rayon::prelude::*;

use super::ahead::Ahead;
use super::chosen::Chosen;
use super::fallback::fit_or_naive;
use super::history::{History, naive_error};
use super::learners::lags::Booster;
use super::panel::Series;
use super::quantiles;
use super::rolling::Origin;
use super::selection::Competition;

/// The probabilities at which intervals are measured.
const PROBABILITIES: [f64; 6] = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

/// How many series are told of step by step.
const BACKTESTS: usize = 6;

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
    /// Promised and measured coverage of intervals of other probabilities.
    pub calibration: Vec<(f64, f64)>,
    /// Some series step by step, from the best to the worst forecast: the best, the worst,
    /// and those evenly between them.
    pub backtests: Vec<Backtest>,
}

/// What was forecast of one series' held-out steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Backtest {
    /// The place of the series in the panel.
    pub series: usize,
    /// The learner that forecast it.
    pub learner: ForecasterKind,
    /// The mean absolute scaled error of the steps (MASE).
    pub mase: f64,
    /// The steps of which the truth is known, in their order.
    pub steps: Vec<BacktestStep>,
}

/// What was forecast of one step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BacktestStep {
    /// How many steps it lies after what was learned from, from 1.
    pub ahead: usize,
    /// What was observed.
    pub truth: f64,
    /// What was forecast.
    pub forecast: f64,
    /// The least and the largest quantile that is asked for.
    pub bounds: (f64, f64),
}

/// One series' held-out steps.
struct HeldOut {
    backtest: Backtest,
    /// What counts as an error of 1.
    scale: f64,
    /// How many steps lie within the interval of each of [`PROBABILITIES`].
    within: [usize; PROBABILITIES.len()],
}

/// Fits the chosen learners to each series before what is held out, and scores what they
/// forecast of it. Intervals lie between the outermost quantiles that are asked for.
///
/// # Errors
/// Never, as truth and forecasts are of the same steps.
pub fn measure(competition: &Competition<'_>, chosen: &[Chosen]) -> Result<Measured, Incomparable> {
    let Competition { panel, asked, .. } = *competition;
    let outermost = quantiles::outermost(&asked.quantiles);
    let booster = booster(competition, chosen);
    let held_out: Vec<HeldOut> = panel
        .series
        .par_iter()
        .zip(chosen)
        .enumerate()
        .filter_map(|(place, (series, chosen))| {
            competition.hold_out(place, series, chosen, booster.as_ref(), outermost)
        })
        .collect();
    let probability = outermost.1 - outermost.0;
    let steps = held_out.iter().map(|it| (it.backtest.steps.as_slice(), it.scale));
    let evaluation = pooled(steps, probability)?;
    let rows = evaluation.rows() as f64;
    let calibration = PROBABILITIES.iter().enumerate().map(|(level, promised)| {
        let within: usize = held_out.iter().filter_map(|it| it.within.get(level)).sum();
        (*promised, within as f64 / rows)
    });
    Ok(Measured {
        coverages: held_out.iter().map(|it| (it.backtest.series, it.covered())).collect(),
        probability,
        calibration: calibration.filter(|(_, measured)| measured.is_finite()).collect(),
        backtests: spread_out(held_out),
        evaluation,
    })
}

impl Competition<'_> {
    /// What the chosen learner forecasts of a series' held-out steps; `None` where none are
    /// held out, or nothing is known of them.
    fn hold_out(
        &self,
        place: usize,
        series: &Series,
        chosen: &Chosen,
        booster: Option<&Booster>,
        (low, high): (f64, f64),
    ) -> Option<HeldOut> {
        let train = self.train(series)?;
        let setting = &self.panel.setting;
        let history = History::of(series, train);
        let ahead = Ahead::of(series, Origin { train, horizon: self.asked.horizon });
        let (learner, model) = fit_or_naive(chosen, &history, setting, booster);
        let forecast = ahead.forecast(&model, &history, setting, booster);
        let steps = (1..).zip(ahead.truth.iter().zip(forecast));
        let steps: Vec<BacktestStep> = steps
            .filter(|(_, (truth, _))| !truth.is_nan())
            .map(|(ahead, (&truth, forecast))| {
                let bound = |quantile| forecast + chosen.spread.offset(ahead, quantile);
                BacktestStep { ahead, truth, forecast, bounds: (bound(low), bound(high)) }
            })
            .collect();
        let error = |step: &BacktestStep| (step.forecast - step.truth).abs();
        let within = PROBABILITIES.map(|probability| {
            let lies =
                |step: &&BacktestStep| error(step) <= chosen.spread.radius(step.ahead, probability);
            steps.iter().filter(lies).count()
        });
        let scale = naive_error(history.values, setting.shortest_season(history.len()));
        let mase = steps.iter().map(error).sum::<f64>() / (steps.len() as f64 * scale);
        let backtest = Backtest { series: place, learner, mase, steps };
        (!backtest.steps.is_empty()).then_some(HeldOut { backtest, scale, within })
    }
}

impl HeldOut {
    /// The share of steps within the interval.
    fn covered(&self) -> f64 {
        let within = |step: &&BacktestStep| {
            let (low, high) = step.bounds;
            (low..=high).contains(&step.truth)
        };
        let steps = &self.backtest.steps;
        steps.iter().filter(within).count() as f64 / steps.len() as f64
    }
}

/// All steps of all series, each series with what counts as an error of 1; their bounds were
/// to hold the truth with the given probability.
///
/// # Errors
/// Never, as truth and forecasts are of the same steps.
pub(crate) fn pooled<'a>(
    series: impl Iterator<Item = (&'a [BacktestStep], f64)> + Clone,
    probability: f64,
) -> Result<Evaluation, Incomparable> {
    let steps = || series.clone().flat_map(|(steps, _)| steps);
    let truth = Target::Values(steps().map(|step| step.truth).collect());
    let forecasts = Predictions::Values(steps().map(|step| step.forecast).collect());
    let scales = series.clone().flat_map(|(steps, scale)| steps.iter().map(move |_| scale));
    let bounds = steps().map(|step| step.bounds).collect();
    Ok(Evaluation::new(&truth, &forecasts)?
        .with_scales(scales.collect())
        .with_intervals(Some(Intervals { coverage: probability, bounds })))
}

/// The best and the worst forecast, and those evenly between them by their error.
fn spread_out(mut held_out: Vec<HeldOut>) -> Vec<Backtest> {
    held_out.sort_by(|a, b| a.backtest.mase.total_cmp(&b.backtest.mase));
    let last = held_out.len().saturating_sub(1);
    let kept = held_out.len().min(BACKTESTS);
    let mut places = (0..kept).map(|rank| rank * last / kept.saturating_sub(1).max(1)).peekable();
    let backtests = held_out
        .into_iter()
        .enumerate()
        .filter_map(|(rank, held_out)| places.next_if_eq(&rank).map(|_| held_out.backtest));
    backtests.collect()
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
