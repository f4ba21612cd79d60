//! What is chosen for each series.

use std::collections::BTreeMap;

use model_factory_learning::metrics::Metric;
use model_factory_tabular::spec::ForecasterKind;

use super::Competition;
use super::trials::{Trial, Trials, deviation, mean};
use crate::chosen::Chosen;
use crate::intervals::Spread;
use crate::panel::Series;

/// A lead over the combination counts from so many of its standard errors on …
pub(super) const SURE: f64 = 2.0;
/// … and of at least so many origins. Fewer do not tell how uncertain it is: a learner has to
/// halve the combination's error then.
pub(super) const MIN_ORIGINS: usize = 3;

impl Competition<'_> {
    /// Chooses for a series: what an earlier run has chosen, the learner that is best for
    /// it, or the one that is best `overall` where it could forecast the series.
    pub(super) fn choose(
        &self,
        series: &Series,
        trials: Option<&[Trial]>,
        overall: Option<ForecasterKind>,
    ) -> Chosen {
        if let Some(carried) = self.carried_choice(series) {
            return carried;
        }
        let best = match overall {
            None => trials.and_then(best),
            Some(learner) => trials.and_then(|trials| {
                let naive = ForecasterKind::SeasonalNaive;
                let of = |kind| trials.iter().find(|trial| trial.learner == kind);
                of(learner).or_else(|| of(naive))
            }),
        };
        best.map_or_else(
            || Chosen {
                spread: self.naive_spread(series),
                unfinished: trials.is_none(),
                ..Chosen::naive()
            },
            |trial| Chosen {
                learner: trial.learner,
                weights: trial.weights.clone(),
                spread: Spread::of(&trial.errors),
                score: Some(trial.mean()),
                unfinished: false,
            },
        )
    }

    /// The spread of naive forecasts within a series that learners did not compete on.
    fn naive_spread(&self, series: &Series) -> Spread {
        let train = self.train(series).unwrap_or(series.values.len());
        let values = series.values.get(..train).unwrap_or(&series.values);
        let season = self.panel.setting.shortest_season(values.len());
        let errors = values.iter().zip(values.iter().skip(season)).map(|(was, is)| was - is);
        Spread::of(&errors.map(|error| vec![error]).collect::<Vec<_>>())
    }
}

/// The trial of the least mean score; that of the combination unless the other's lead over
/// it is certain: errors from a few origins tell little, and a median goes astray least.
fn best(trials: &[Trial]) -> Option<&Trial> {
    let leader = trials.iter().min_by(|a, b| a.mean().total_cmp(&b.mean()))?;
    let combined = trials.iter().find(|trial| trial.learner == ForecasterKind::Combination);
    let Some(combined) = combined else { return Some(leader) };
    let leads: Vec<f64> =
        combined.scores.iter().zip(&leader.scores).map(|(other, own)| other - own).collect();
    let error = deviation(&leads) / (leads.len().saturating_sub(1).max(1) as f64).sqrt();
    let is_certain = match leads.len() < MIN_ORIGINS {
        true => 2.0 * leader.mean() <= combined.mean(),
        false => mean(&leads) > SURE * error,
    };
    Some(if is_certain { leader } else { combined })
}

/// The learner of the least mean score among those that could forecast every series that
/// learners competed on.
pub(super) fn overall(trials: &[Trials], metric: Metric) -> Option<ForecasterKind> {
    debug_assert!(!metric.higher_is_better(), "errors rank forecasts");
    let all = trials.iter().flatten().filter(|trials| !trials.is_empty()).count();
    let mut scores: BTreeMap<ForecasterKind, Vec<f64>> = BTreeMap::new();
    for trial in trials.iter().flatten().flatten() {
        scores.entry(trial.learner).or_default().push(trial.mean());
    }
    scores
        .into_iter()
        .filter(|(_, scores)| scores.len() == all)
        .min_by(|(_, a), (_, b)| mean(a).total_cmp(&mean(b)))
        .map(|(learner, _)| learner)
}
