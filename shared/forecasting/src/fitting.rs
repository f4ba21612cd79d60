//! Chosen learners are fitted to the whole of each series.

use model_factory_learning::learners::Deadline;
use model_factory_tabular::spec::ForecasterKind;
use rayon::prelude::*;

use super::ahead::is_never_negative;
use super::evaluation::Measured;
use super::fallback::fit_or_naive;
use super::forecaster::{Forecaster, SeriesModel};
use super::history::History;
use super::learners::lags::Booster;
use super::selection::{Board, Competition};

/// Fits what was chosen to every series, up to its last step.
#[must_use]
pub fn complete(competition: &Competition<'_>, board: &Board, measured: &Measured) -> Forecaster {
    let Competition { panel, asked, seed, .. } = *competition;
    let setting = &panel.setting;
    let histories: Vec<History<'_>> =
        panel.series.iter().map(|series| History::of(series, series.values.len())).collect();
    let boosts = board.chosen.iter().any(|it| it.learner == ForecasterKind::Boosting);
    let booster =
        boosts.then(|| Booster::fit(&histories, setting, seed, Deadline::default())).flatten();
    let series: Vec<SeriesModel> = panel
        .series
        .par_iter()
        .zip(&histories)
        .zip(&board.chosen)
        .enumerate()
        .map(|(place, ((series, history), chosen))| {
            let (learner, model) = fit_or_naive(chosen, history, setting, booster.as_ref());
            SeriesModel {
                key: series.key.clone(),
                learner,
                model,
                end: series.end(),
                observations: series.observations(),
                never_negative: is_never_negative(&series.values),
                spread: chosen.spread.clone(),
                score: chosen.score,
                coverage: measured.coverages.get(&place).copied(),
                unfinished: chosen.unfinished,
            }
        })
        .collect();
    Forecaster {
        setting: setting.clone(),
        time: panel.time.clone(),
        target: panel.target.clone(),
        keys: panel.keys.clone(),
        horizon: asked.horizon,
        quantiles: asked.quantiles.clone(),
        series,
        booster,
    }
}
