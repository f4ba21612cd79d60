//! Learners of one series: each fits a small state from which it forecasts.

pub(crate) mod additive;
pub(crate) mod combination;
pub(crate) mod ets;
pub(crate) mod lags;
mod mstl;
mod naive;
mod simplex;
mod theta;

use std::collections::BTreeMap;

use model_factory_tabular::spec::ForecasterKind;
use serde::{Deserialize, Serialize};

use super::history::History;
use super::setting::Setting;
use additive::Additive;
use combination::{MIN_COMBINED, Weights};
use ets::Ets;
use lags::{Booster, Lags};
use mstl::Mstl;
use naive::{Drift, SeasonalMean, SeasonalNaive};
use theta::Theta;

/// What a learner has fitted to one series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "learner", rename_all = "snake_case")]
pub(crate) enum Model {
    SeasonalNaive(SeasonalNaive),
    SeasonalMean(SeasonalMean),
    Drift(Drift),
    Theta(Theta),
    Ets(Ets),
    Mstl(Mstl),
    Additive(Additive),
    Boosting(Lags),
    /// Several models as one.
    Combination {
        models: Vec<Self>,
        #[serde(default, skip_serializing_if = "Weights::is_empty")]
        weights: Weights,
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
/// Boosting needs what was fitted to all series, and a combination its parts' weights.
pub(crate) fn fit(
    kind: ForecasterKind,
    history: &History<'_>,
    setting: &Setting,
    booster: Option<&Booster>,
    weights: &Weights,
) -> Option<Model> {
    match kind {
        ForecasterKind::SeasonalNaive => Some(naive(history, setting)),
        ForecasterKind::SeasonalMean => {
            SeasonalMean::fit(history, setting).map(Model::SeasonalMean)
        }
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
            let part = |kind| fit(kind, history, setting, booster, weights);
            let models: Vec<Model> = weights.parts().into_iter().filter_map(part).collect();
            let weights = weights.clone();
            (models.len() >= MIN_COMBINED).then_some(Model::Combination { models, weights })
        }
    }
}

/// The seasonal naive forecast, which every series has.
pub(crate) fn naive(history: &History<'_>, setting: &Setting) -> Model {
    Model::SeasonalNaive(SeasonalNaive::fit(history, setting))
}

impl Model {
    /// The values of the next steps; finite unless the model has gone astray.
    pub(crate) fn forecast(&self, future: &Future<'_>, booster: Option<&Booster>) -> Vec<f64> {
        match self {
            Self::SeasonalNaive(model) => model.forecast(future.steps),
            Self::SeasonalMean(model) => model.forecast(future.steps),
            Self::Drift(model) => model.forecast(future.steps),
            Self::Theta(model) => model.forecast(future.steps),
            Self::Ets(model) => model.forecast(future.steps),
            Self::Mstl(model) => model.forecast(future.steps),
            Self::Additive(model) => model.forecast(future),
            Self::Boosting(model) => {
                booster.map_or_else(Vec::new, |booster| booster.forecast(model, future))
            }
            Self::Combination { models, weights } => {
                let part = |model: &Self| (model.kind(), model.forecast(future, booster));
                let forecasts: BTreeMap<_, _> = models.iter().map(part).collect();
                weights.combine(&forecasts)
            }
        }
    }

    /// Whether its forecasts depend on the regressors.
    pub(crate) fn reads_regressors(&self) -> bool {
        match self {
            Self::Additive(_) | Self::Boosting(_) => true,
            Self::Combination { models, .. } => models.iter().any(Self::reads_regressors),
            _ => false,
        }
    }

    /// How much the parts of a combination count; nothing of another learner.
    pub(crate) fn weights(&self) -> Weights {
        match self {
            Self::Combination { weights, .. } => weights.clone(),
            _ => Weights::default(),
        }
    }

    /// The learner that has fitted it.
    fn kind(&self) -> ForecasterKind {
        match self {
            Self::SeasonalNaive(_) => ForecasterKind::SeasonalNaive,
            Self::SeasonalMean(_) => ForecasterKind::SeasonalMean,
            Self::Drift(_) => ForecasterKind::Drift,
            Self::Theta(_) => ForecasterKind::Theta,
            Self::Ets(_) => ForecasterKind::Ets,
            Self::Mstl(_) => ForecasterKind::Mstl,
            Self::Additive(_) => ForecasterKind::Additive,
            Self::Boosting(_) => ForecasterKind::Boosting,
            Self::Combination { .. } => ForecasterKind::Combination,
        }
    }
}

#[cfg(test)]
mod tests;
