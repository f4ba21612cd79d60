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
use crate::learners;
use crate::learners::combination::{COMBINED, MIN_COMBINED, Weights};
use crate::learners::lags::Booster;
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
    /// How much the parts of a combination count, by the errors from all origins.
    pub(super) weights: Weights,
    pub(super) seconds: f64,
}

/// What an origin shows, and what the parts of a combination forecast from it.
struct Seen<'a> {
    truth: &'a [f64],
    /// What counts as an error of 1.
    scale: f64,
    parts: BTreeMap<ForecasterKind, Vec<f64>>,
}

/// The trials on a series; `None` where it was not begun in time.
pub(super) type Trials = Option<Vec<Trial>>;

impl Trial {
    fn new(learner: ForecasterKind, seconds: f64) -> Self {
        Self {
            learner,
            errors: Vec::new(),
            scores: Vec::new(),
            told: Vec::new(),
            weights: Weights::default(),
            seconds,
        }
    }

    /// Notes what it forecast from an origin.
    fn note(&mut self, forecast: &[f64], seen: &Seen<'_>, ranks: Metric) {
        let Seen { truth, scale, .. } = *seen;
        let made = |(forecast, truth): (&f64, &f64)| forecast - truth;
        self.errors.push(forecast.iter().zip(truth).map(made).collect());
        let evaluation = evaluation(truth, forecast, scale);
        let score = |metric| evaluation.as_ref().map_or(f64::NAN, |it| it.score(metric));
        self.scores.push(score(ranks));
        self.told.push(TOLD.map(score));
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
        let mut seen = Vec::with_capacity(origins.len());
        for (fold, origin) in origins.iter().enumerate() {
            let (booster, _) = boosters.get(fold).unwrap_or(&none);
            seen.push(self.forecast(series, *origin, booster.as_ref(), &mut trials));
        }
        if let Some(trial) = trials.iter_mut().find(|it| it.learner == ForecasterKind::Combination)
        {
            self.combine(&seen, trial);
        }
        // A learner counts where it forecasts from every origin.
        trials.retain(|trial| {
            trial.scores.len() == origins.len() && trial.scores.iter().all(|it| it.is_finite())
        });
        Some(trials)
    }

    /// Lets every learner but a combination forecast from one origin.
    fn forecast<'a>(
        &self,
        series: &'a Series,
        origin: Origin,
        booster: Option<&Booster>,
        trials: &mut [Trial],
    ) -> Seen<'a> {
        let setting = &self.panel.setting;
        let history = History::of(series, origin.train);
        let scale = naive_error(history.values, setting.shortest_season(history.len()));
        let ahead = Ahead::of(series, origin);
        let mut seen = Seen { truth: ahead.truth, scale, parts: BTreeMap::new() };
        let weights = Weights::default();
        for trial in trials.iter_mut().filter(|it| it.learner != ForecasterKind::Combination) {
            let began = Instant::now();
            let model = learners::fit(trial.learner, &history, setting, booster, &weights);
            if let Some(model) = model {
                let forecast = ahead.forecast(&model, &history, setting, booster);
                trial.note(&forecast, &seen, self.metric);
                if COMBINED.contains(&trial.learner) {
                    seen.parts.insert(trial.learner, forecast);
                }
            }
            trial.seconds += began.elapsed().as_secs_f64();
        }
        seen
    }

    /// Combines the parts' forecasts from each origin by their errors from the others, so
    /// that what is scored has not shaped the weights.
    fn combine(&self, origins: &[Seen<'_>], trial: &mut Trial) {
        let began = Instant::now();
        let kinds = self.kinds();
        let parts: Vec<_> = COMBINED.into_iter().filter(|it| kinds.contains(it)).collect();
        let weights = |without: Option<usize>| {
            let others = || (0..).zip(origins).filter(|(fold, _)| Some(*fold) != without);
            let error = |part| others().map(|(_, seen)| seen.error(part)).sum::<Option<f64>>();
            let error = |part| (part, error(part).filter(|_| others().next().is_some()));
            Weights::by_errors(&parts.iter().copied().map(error).collect())
        };
        for (fold, seen) in origins.iter().enumerate() {
            if seen.parts.len() >= MIN_COMBINED {
                trial.note(&weights(Some(fold)).combine(&seen.parts), seen, self.metric);
            }
        }
        trial.weights = weights(None);
        trial.seconds += began.elapsed().as_secs_f64();
    }
}

impl Seen<'_> {
    /// The mean squared error of a part's forecast; `None` where it could not be fitted.
    fn error(&self, part: ForecasterKind) -> Option<f64> {
        let forecast = self.parts.get(&part)?;
        let errors = forecast.iter().zip(self.truth).filter(|(_, truth)| !truth.is_nan());
        let squares: Vec<f64> =
            errors.map(|(forecast, truth)| (forecast - truth).powi(2)).collect();
        Some(mean(&squares))
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
