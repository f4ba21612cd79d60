//! Learners of one series: each fits a small state from which it forecasts.

pub(crate) mod additive;
pub(crate) mod ets;
pub(crate) mod lags;
mod mstl;
mod naive;
mod simplex;
mod theta;

use model_factory_tabular::spec::ForecasterKind;
use serde::{Deserialize, Serialize};

use super::history::History;
use super::setting::Setting;
use additive::Additive;
use ets::Ets;
use lags::{Booster, Lags};
use mstl::Mstl;
use naive::{Drift, SeasonalNaive};
use theta::Theta;

/// What a learner has fitted to one series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "learner", rename_all = "snake_case")]
pub(crate) enum Model {
    SeasonalNaive(SeasonalNaive),
    Drift(Drift),
    Theta(Theta),
    Ets(Ets),
    Mstl(Mstl),
    Additive(Additive),
    Boosting(Lags),
    /// The median of several models.
    Combination {
        models: Vec<Self>,
    },
}

/// The steps that are forecast, and what is known of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Future<'a> {
    pub(crate) setting: &'a Setting,
    /// The first step.
    pub(crate) start: i64,
    /// How many there are.
    pub(crate) steps: usize,
    /// The regressors, each with one value a step.
    pub(crate) regressors: &'a [&'a [f64]],
}

/// Fits a learner to a series; `None` where the series is too short or too plain for it.
/// Boosting needs what was fitted to all series.
pub(crate) fn fit(
    kind: ForecasterKind,
    history: &History<'_>,
    setting: &Setting,
    booster: Option<&Booster>,
) -> Option<Model> {
    match kind {
        ForecasterKind::SeasonalNaive => Some(naive(history, setting)),
        ForecasterKind::Drift => Drift::fit(history).map(Model::Drift),
        ForecasterKind::Theta => Theta::fit(history, setting).map(Model::Theta),
        ForecasterKind::Ets => {
            let season = setting.shortest_season(history.len());
            Ets::best(history.values, season, &ets::ENDING).map(Model::Ets)
        }
        ForecasterKind::Mstl => Mstl::fit(history, setting).map(Model::Mstl),
        ForecasterKind::Additive => Additive::fit(history, setting).map(Model::Additive),
        ForecasterKind::Boosting => {
            booster.and_then(|booster| booster.lags(history, setting)).map(Model::Boosting)
        }
        ForecasterKind::Combination => {
            let parts = COMBINED.iter().filter_map(|kind| fit(*kind, history, setting, None));
            let models: Vec<Model> = parts.collect();
            (models.len() >= MIN_COMBINED).then_some(Model::Combination { models })
        }
    }
}

/// The seasonal naive forecast, which every series has.
pub(crate) fn naive(history: &History<'_>, setting: &Setting) -> Model {
    Model::SeasonalNaive(SeasonalNaive::fit(history, setting))
}

/// The learners whose median is the combination, after Petropoulos and Svetunkov (2020):
/// each goes astray in its own way, and seldom two together.
pub(crate) const COMBINED: [ForecasterKind; 4] = [
    ForecasterKind::SeasonalNaive,
    ForecasterKind::Theta,
    ForecasterKind::Ets,
    ForecasterKind::Mstl,
];

/// The fewest models that are worth a combination.
pub(crate) const MIN_COMBINED: usize = 3;

impl Model {
    /// The values of the next steps; finite unless the model has gone astray.
    pub(crate) fn forecast(&self, future: &Future<'_>, booster: Option<&Booster>) -> Vec<f64> {
        match self {
            Self::SeasonalNaive(model) => model.forecast(future.steps),
            Self::Drift(model) => model.forecast(future.steps),
            Self::Theta(model) => model.forecast(future.steps),
            Self::Ets(model) => model.forecast(future.steps),
            Self::Mstl(model) => model.forecast(future.steps),
            Self::Additive(model) => model.forecast(future),
            Self::Boosting(model) => {
                booster.map_or_else(Vec::new, |booster| booster.forecast(model, future))
            }
            Self::Combination { models } => {
                let forecasts: Vec<Vec<f64>> =
                    models.iter().map(|model| model.forecast(future, booster)).collect();
                median_of(&forecasts)
            }
        }
    }

    /// Whether its forecasts depend on the regressors.
    pub(crate) fn reads_regressors(&self) -> bool {
        match self {
            Self::Additive(_) | Self::Boosting(_) => true,
            Self::Combination { models } => models.iter().any(Self::reads_regressors),
            _ => false,
        }
    }
}

/// The median of forecasts, step by step.
pub(crate) fn median_of(forecasts: &[Vec<f64>]) -> Vec<f64> {
    let steps = forecasts.iter().map(Vec::len).min().unwrap_or_default();
    let median = |step: usize| {
        let mut values: Vec<f64> =
            forecasts.iter().filter_map(|it| it.get(step)).copied().collect();
        values.sort_unstable_by(f64::total_cmp);
        let at = |place: usize| values.get(place).copied().unwrap_or(f64::NAN);
        f64::midpoint(at(values.len().saturating_sub(1) / 2), at(values.len() / 2))
    };
    (0..steps).map(median).collect()
}

#[cfg(test)]
mod tests;
