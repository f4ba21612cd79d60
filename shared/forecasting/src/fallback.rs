//! A model for every series, whatever becomes of the learner that was chosen.

use model_factory_tabular::spec::ForecasterKind;

use super::chosen::Chosen;
use super::history::History;
use super::learners::lags::Booster;
use super::learners::{self, Future, Model};
use super::setting::Setting;

/// The chosen learner's model of a series; the naive one where it cannot be fitted, or forecasts
/// what is no number.
pub(crate) fn fit_or_naive(
    chosen: &Chosen,
    history: &History<'_>,
    setting: &Setting,
    booster: Option<&Booster>,
) -> (ForecasterKind, Model) {
    let start = history.start + history.len() as i64;
    let unknown: Vec<f64> = Vec::new();
    let regressors = vec![unknown.as_slice(); setting.regressors.len()];
    let future = Future { setting, start, steps: 1, regressors: &regressors };
    let sound =
        |model: &Model| model.forecast(&future, booster).iter().all(|value| value.is_finite());
    let naive = ForecasterKind::SeasonalNaive;
    let Chosen { learner, weights, .. } = chosen;
    match learners::fit(*learner, history, setting, booster, weights).filter(sound) {
        Some(model) => (*learner, model),
        None => (naive, learners::naive(history, setting)),
    }
}
