//! Learners forecast one series from several origins.

use std::collections::BTreeMap;
use std::time::Instant;

use model_factory_learning::learners::Predictions;
use model_factory_learning::metrics::{Evaluation, Metric};
use model_factory_tabular::dataset::Target;
use model_factory_tabular::spec::ForecasterKind;

use super::Competition;
use crate::ahead::Ahead;
use crate::history::{History, naive_error};
use crate::learners::lags::Booster;
use crate::learners::{self, COMBINED, MIN_COMBINED};
use crate::panel::Series;
use crate::rolling::Origin;

/// The metrics that are told of every learner, whichever of them ranks.
pub const TOLD: [Metric; 4] = [Metric::Rmse, Metric::Mae, Metric::Smape, Metric::Mase];

/// A learner's forecasts of one series: an error a step and a score for each origin.
pub(super) struct Trial {
    pub(super) learner: ForecasterKind,
    pub(super) errors: Vec<Vec<f64>>,
    /// The metric that ranks, of each origin.
    pub(super) scores: Vec<f64>,
    /// The metrics that are told, of each origin.
    told: Vec<[f64; TOLD.len()]>,
    pub(super) seconds: f64,
}

/// The trials on a series; `None` where it was not begun in time.
pub(super) type Trials = Option<Vec<Trial>>;

impl Trial {
    fn new(learner: ForecasterKind, seconds: f64) -> Self {
        Self { learner, errors: Vec::new(), scores: Vec::new(), told: Vec::new(), seconds }
    }

    /// The mean score over the origins.
    pub(super) fn mean(&self) -> f64 {
        mean(&self.scores)
    }

    /// The mean over the origins of the metrics that are told; `NaN` where one is undefined.
    pub(super) fn told(&self) -> [f64; TOLD.len()] {
        let mut means = [0.0; TOLD.len()];
        for scores in &self.told {
            for (mean, score) in means.iter_mut().zip(scores) {
                *mean += score / self.told.len() as f64;
            }
        }
        means
    }
}

impl Competition<'_> {
    /// The boosted model of each origin, the latest first, and how long it took.
    pub(super) fn boosters(&self, plans: &[Vec<Origin>]) -> Vec<(Option<Booster>, f64)> {
        if !self.kinds().contains(&ForecasterKind::Boosting) {
            return Vec::new();
        }
        let most = plans.iter().map(Vec::len).max().unwrap_or_default();
        (0..most)
            .map(|fold| {
                let began = Instant::now();
                let series = self.panel.series.iter().zip(plans);
                let histories: Vec<History<'_>> = series
                    .filter_map(|(series, plan)| Some(History::of(series, plan.get(fold)?.train)))
                    .collect();
                let setting = &self.panel.setting;
                let booster = Booster::fit(&histories, setting, self.seed, self.deadline);
                (booster, began.elapsed().as_secs_f64())
            })
            .collect()
    }

    /// Lets every learner forecast a series from each of its origins.
    pub(super) fn trials(
        &self,
        series: &Series,
        origins: &[Origin],
        boosters: &[(Option<Booster>, f64)],
    ) -> Trials {
        if origins.is_empty() {
            return Some(Vec::new());
        }
        if self.deadline.has_passed() {
            return None;
        }
        let shared = self.panel.series.len() as f64;
        let boosting: f64 = boosters.iter().map(|(_, seconds)| seconds / shared).sum();
        let begin = |learner| match learner {
            ForecasterKind::Boosting => Trial::new(learner, boosting),
            _ => Trial::new(learner, 0.0),
        };
        let mut trials: Vec<Trial> = self.kinds().into_iter().map(begin).collect();
        let none = (None, 0.0);
        for (fold, origin) in origins.iter().enumerate() {
            let (booster, _) = boosters.get(fold).unwrap_or(&none);
            self.forecast(series, *origin, booster.as_ref(), &mut trials);
        }
        // A learner counts where it forecasts from every origin.
        trials.retain(|trial| {
            trial.scores.len() == origins.len() && trial.scores.iter().all(|it| it.is_finite())
        });
        Some(trials)
    }

    /// Lets every learner forecast from one origin.
    fn forecast(
        &self,
        series: &Series,
        origin: Origin,
        booster: Option<&Booster>,
        trials: &mut [Trial],
    ) {
        let setting = &self.panel.setting;
        let history = History::of(series, origin.train);
        let scale = naive_error(history.values, setting.shortest_season(history.len()));
        let ahead = Ahead::of(series, origin);
        let mut fitted: BTreeMap<ForecasterKind, Vec<f64>> = BTreeMap::new();
        for trial in trials {
            let began = Instant::now();
            let forecast = match trial.learner {
                ForecasterKind::Combination => {
                    let parts: Vec<Vec<f64>> =
                        COMBINED.iter().filter_map(|kind| fitted.get(kind)).cloned().collect();
                    (parts.len() >= MIN_COMBINED).then(|| learners::median_of(&parts))
                }
                kind => learners::fit(kind, &history, setting, booster)
                    .map(|model| ahead.forecast(&model, &history, setting, booster)),
            };
            if let Some(forecast) = forecast {
                let made = |(forecast, truth): (&f64, &f64)| forecast - truth;
                trial.errors.push(forecast.iter().zip(ahead.truth).map(made).collect());
                let evaluation = evaluation(ahead.truth, &forecast, scale);
                let score = |metric| evaluation.as_ref().map_or(f64::NAN, |it| it.score(metric));
                trial.scores.push(score(self.metric));
                trial.told.push(TOLD.map(score));
                fitted.insert(trial.learner, forecast);
            }
            trial.seconds += began.elapsed().as_secs_f64();
        }
    }
}

/// A forecast beside the truth where that is known; `None` where it is not at all.
fn evaluation(truth: &[f64], forecast: &[f64], scale: f64) -> Option<Evaluation> {
    let known = truth.iter().zip(forecast).filter(|(truth, _)| !truth.is_nan());
    let (truth, forecast): (Vec<f64>, Vec<f64>) = known.map(|(a, b)| (*a, *b)).unzip();
    let scales = vec![scale; truth.len()];
    let evaluation = Evaluation::new(&Target::Values(truth), &Predictions::Values(forecast));
    evaluation.ok().map(|evaluation| evaluation.with_scales(scales))
}

/// The mean; 0 of nothing.
pub(super) fn mean(scores: &[f64]) -> f64 {
    scores.iter().sum::<f64>() / scores.len().max(1) as f64
}

/// The (population) standard deviation.
pub(super) fn deviation(values: &[f64]) -> f64 {
    let middle = mean(values);
    let squares: Vec<f64> = values.iter().map(|value| (value - middle).powi(2)).collect();
    mean(&squares).sqrt()
}
