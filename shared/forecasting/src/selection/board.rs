//! How learners did, over all series.

use std::collections::BTreeMap;

use model_factory_learning::metrics::Metric;
use model_factory_tabular::spec::ForecasterKind;
use serde::{Deserialize, Serialize};

use super::choice::{MIN_ORIGINS, SURE};
use super::trials::{TOLD, Trial, Trials, deviation, mean};
use crate::chosen::Chosen;

/// What came of a competition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Board {
    /// The metric that ranks learners.
    pub metric: Metric,
    /// The most origins that a series was forecast from.
    pub origins: usize,
    /// The number of series that learners competed on in this run.
    pub series: usize,
    /// The learners, the best first.
    pub standings: Vec<Standing>,
    /// What was chosen for each series, in the order of the panel.
    #[serde(skip)]
    pub chosen: Vec<Chosen>,
}

/// How a learner did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// The learner.
    pub learner: ForecasterKind,
    /// The mean over the series of its mean score over the origins; `None` where it could
    /// forecast no series.
    pub mean: Option<f64>,
    /// The (population) standard deviation of that between series, or, of one series,
    /// between origins.
    pub deviation: Option<f64>,
    /// RMSE, MAE, sMAPE and MASE, each as `mean` is: over origins, then over the series
    /// that define it.
    #[serde(default)]
    pub metrics: BTreeMap<Metric, f64>,
    /// The number of series that it was chosen for, by this run or one that handed series on.
    pub chosen: usize,
    /// The number of series that it could not forecast from every origin.
    pub failed: usize,
    /// How long it took, in seconds of one core.
    pub seconds: f64,
}

impl Board {
    /// The number of series for which a learner is chosen, by this run or one that handed series on.
    #[must_use]
    pub fn decided(&self) -> usize {
        self.standings.iter().map(|standing| standing.chosen).sum()
    }

    /// Why the combination is chosen though another learner leads, in words; `None` where it
    /// leads itself or is not chosen.
    #[must_use]
    pub fn why_combined(&self) -> Option<String> {
        let leader = self.standings.first()?;
        let is_combined = |it: &&Standing| it.learner == ForecasterKind::Combination;
        let combined = self.standings.iter().find(is_combined).filter(|it| it.chosen > 0)?;
        if leader.learner == combined.learner {
            return None;
        }
        let whom = match self.decided() {
            1 => "is chosen".to_owned(),
            all => format!("is chosen for {} of {all} series", combined.chosen),
        };
        Some(format!(
            "`{}` {whom}, though `{}` leads by {}: a lead over it counts only beyond {SURE} standard \
             errors, and from less than {MIN_ORIGINS} origins where it halves the error",
            combined.learner.name(),
            leader.learner.name(),
            self.metric
        ))
    }
}

/// How each of the learners did, the best first.
pub(super) fn standings(
    kinds: &[ForecasterKind],
    trials: &[Trials],
    chosen: &[Chosen],
) -> Vec<Standing> {
    let competed = trials.iter().flatten().filter(|trials| !trials.is_empty()).count();
    let of = |learner: &ForecasterKind| {
        let own = |trial: &&Trial| trial.learner == *learner;
        let own: Vec<&Trial> = trials.iter().flatten().flatten().filter(own).collect();
        let won = |it: &&Chosen| it.learner == *learner && it.score.is_some();
        let failed = competed.saturating_sub(own.len());
        standing(*learner, &own, chosen.iter().filter(won).count(), failed)
    };
    let mut standings: Vec<Standing> = kinds.iter().map(of).collect();
    let order = |it: &Standing| it.mean.unwrap_or(f64::INFINITY);
    standings.sort_by(|a, b| a.failed.cmp(&b.failed).then(order(a).total_cmp(&order(b))));
    standings
}

fn standing(learner: ForecasterKind, own: &[&Trial], chosen: usize, failed: usize) -> Standing {
    let means: Vec<f64> = own.iter().map(|trial| trial.mean()).collect();
    let spread = match own {
        [only] => deviation(&only.scores),
        _ => deviation(&means),
    };
    let told: Vec<[f64; TOLD.len()]> = own.iter().map(|trial| trial.told()).collect();
    let metrics = (0..).zip(TOLD).filter_map(|(place, metric): (usize, _)| {
        let values = told.iter().filter_map(|told| told.get(place)).copied();
        let defined: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        (!defined.is_empty()).then(|| (metric, mean(&defined)))
    });
    Standing {
        learner,
        mean: (!means.is_empty()).then(|| mean(&means)),
        deviation: (!means.is_empty()).then_some(spread),
        metrics: metrics.collect(),
        chosen,
        failed,
        // The sum of nothing is negative zero.
        seconds: own.iter().map(|trial| trial.seconds).sum::<f64>() + 0.0,
    }
}
