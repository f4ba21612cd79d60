//! Learners compete: each forecasts every series from several origins, and the one with the
//! least mean error is chosen.

use std::collections::BTreeMap;
use std::time::Instant;

use model_factory_learning::learners::{Deadline, Predictions};
use model_factory_learning::metrics::{Evaluation, Metric};
use model_factory_tabular::dataset::Target;
use model_factory_tabular::spec::{ForecasterKind, Forecasting, Winner};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::forecaster::Forecaster;
use super::history::{History, naive_error};
use super::intervals::Spread;
use super::learners::lags::Booster;
use super::learners::{self, COMBINED, Future, MIN_COMBINED, Model};
use super::panel::{Panel, Series};
use super::rolling::{Origin, origins};

/// A lead over the combination counts from so many of its standard errors on …
const SURE: f64 = 2.0;
/// … and of at least so many origins: fewer do not tell how uncertain it is.
const MIN_ORIGINS: usize = 3;

/// What learners compete on.
#[derive(Debug, Clone, Copy)]
pub struct Competition<'a> {
    /// The series.
    pub panel: &'a Panel,
    /// What is asked for.
    pub asked: &'a Forecasting,
    /// The metric that ranks learners.
    pub metric: Metric,
    /// Seeds every draw.
    pub seed: u64,
    /// Series that are not begun by then get the naive forecast, and wait for another run.
    pub deadline: Deadline,
    /// An earlier, unfinished run on the same data: what it has chosen stays.
    pub carried: Option<&'a Forecaster>,
}

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
    /// The number of series that it was chosen for.
    pub chosen: usize,
    /// The number of series that it could not forecast from every origin.
    pub failed: usize,
    /// How long it took, in seconds of one core.
    pub seconds: f64,
}

/// What was chosen for a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The learner.
    pub learner: ForecasterKind,
    /// How far its forecasts missed.
    pub spread: Spread,
    /// Its mean score; `None` where the series is too short to tell, or was not begun.
    pub score: Option<f64>,
    /// Whether another run has to choose.
    pub unfinished: bool,
}

impl Chosen {
    /// The naive forecast, of which nothing is known.
    pub(crate) fn naive() -> Self {
        Self {
            learner: ForecasterKind::SeasonalNaive,
            spread: Spread::default(),
            score: None,
            unfinished: false,
        }
    }
}

/// A learner's forecasts of one series: an error a step and a score for each origin.
struct Trial {
    learner: ForecasterKind,
    errors: Vec<Vec<f64>>,
    scores: Vec<f64>,
    seconds: f64,
}

/// The trials on a series; `None` where it was not begun in time.
type Trials = Option<Vec<Trial>>;

/// Compares the learners on every series. The last horizon of each series is not looked
/// at.
#[must_use]
pub fn compete(competition: &Competition<'_>) -> Board {
    let Competition { panel, asked, metric, .. } = *competition;
    let plans: Vec<Vec<Origin>> =
        panel.series.iter().map(|series| competition.origins(series)).collect();
    let boosters = competition.boosters(&plans);
    let trials: Vec<Trials> = panel
        .series
        .par_iter()
        .zip(&plans)
        .map(|(series, origins)| competition.trials(series, origins, &boosters))
        .collect();
    let overall = match asked.winner {
        Winner::Series => None,
        Winner::Overall => overall(&trials, metric),
    };
    let chosen: Vec<Chosen> = panel
        .series
        .iter()
        .zip(&trials)
        .map(|(series, trials)| competition.choose(series, trials.as_deref(), overall))
        .collect();
    let competed = trials.iter().flatten().filter(|trials| !trials.is_empty()).count();
    Board {
        metric,
        origins: plans.iter().map(Vec::len).max().unwrap_or_default(),
        series: competed,
        standings: standings(competition, &trials, &chosen),
        chosen,
    }
}

impl Competition<'_> {
    /// The steps that a series is learned from while learners compete: all but those held
    /// out. `None` for a series too short to hold any out.
    pub(crate) fn train(&self, series: &Series) -> Option<usize> {
        let enough = series.observations() >= 2 * self.asked.horizon + 3;
        series.values.len().checked_sub(self.asked.horizon).filter(|_| enough)
    }

    fn origins(&self, series: &Series) -> Vec<Origin> {
        if self.carried_model(series).is_some() {
            return Vec::new();
        }
        let train = self.train(series).unwrap_or_default();
        origins(train, self.asked.horizon, &self.asked.cv)
    }

    /// What an earlier run has chosen for the series.
    fn carried_model(&self, series: &Series) -> Option<Chosen> {
        let model = self.carried?.find(&series.key)?;
        (!model.unfinished).then(|| model.chosen())
    }

    /// The learners that compete, as the spec has them; a combination comes last.
    fn kinds(&self) -> Vec<ForecasterKind> {
        let mut kinds = self.asked.learners.clone();
        kinds.push(ForecasterKind::SeasonalNaive);
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// The boosted model of each origin, the latest first.
    fn boosters(&self, plans: &[Vec<Origin>]) -> Vec<(Option<Booster>, f64)> {
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

    fn trials(
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
        let mut trials: Vec<Trial> = self
            .kinds()
            .into_iter()
            .map(|learner| Trial {
                learner,
                errors: Vec::new(),
                scores: Vec::new(),
                seconds: match learner {
                    ForecasterKind::Boosting => {
                        boosters.iter().map(|(_, seconds)| seconds / shared).sum()
                    }
                    _ => 0.0,
                },
            })
            .collect();
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
        for Trial { learner, errors, scores, seconds } in trials {
            let began = Instant::now();
            let forecast = match *learner {
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
                errors.push(forecast.iter().zip(ahead.truth).map(made).collect());
                scores.push(score(self.metric, ahead.truth, &forecast, scale));
                fitted.insert(*learner, forecast);
            }
            *seconds += began.elapsed().as_secs_f64();
        }
    }

    fn choose(
        &self,
        series: &Series,
        trials: Option<&[Trial]>,
        overall: Option<ForecasterKind>,
    ) -> Chosen {
        if let Some(carried) = self.carried_model(series) {
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
                spread: Spread::of(&trial.errors),
                score: Some(mean(&trial.scores)),
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

/// The steps after an origin.
pub(crate) struct Ahead<'a> {
    start: i64,
    /// What was observed; `NaN` where nothing was.
    pub(crate) truth: &'a [f64],
    regressors: Vec<&'a [f64]>,
}

impl<'a> Ahead<'a> {
    pub(crate) fn of(series: &'a Series, Origin { train, horizon }: Origin) -> Self {
        let cut = |values: &'a [f64]| {
            values.get(train..(train + horizon).min(values.len())).unwrap_or_default()
        };
        Self {
            start: series.start + train as i64,
            truth: cut(&series.values),
            regressors: series.regressors.iter().map(|values| cut(values)).collect(),
        }
    }

    /// What a model says of these steps.
    pub(crate) fn forecast(
        &self,
        model: &Model,
        history: &History<'_>,
        setting: &super::Setting,
        booster: Option<&Booster>,
    ) -> Vec<f64> {
        let future = Future {
            setting,
            start: self.start,
            steps: self.truth.len(),
            regressors: &self.regressors,
        };
        let forecast = model.forecast(&future, booster);
        bounded(forecast, is_never_negative(history.values))
    }
}

/// Whether a series never was negative: it is not forecast to be, then.
pub(crate) fn is_never_negative(values: &[f64]) -> bool {
    !values.iter().any(|value| *value < 0.0)
}

/// The forecast, at least 0 where it must be.
pub(crate) fn bounded(mut forecast: Vec<f64>, never_negative: bool) -> Vec<f64> {
    if never_negative {
        forecast.iter_mut().for_each(|value| *value = value.max(0.0));
    }
    forecast
}

/// The error of a forecast where the truth is known; `NaN` where it is not at all.
fn score(metric: Metric, truth: &[f64], forecast: &[f64], scale: f64) -> f64 {
    let known = truth.iter().zip(forecast).filter(|(truth, _)| !truth.is_nan());
    let (truth, forecast): (Vec<f64>, Vec<f64>) = known.map(|(a, b)| (*a, *b)).unzip();
    let scales = vec![scale; truth.len()];
    let evaluation = Evaluation::new(&Target::Values(truth), &Predictions::Values(forecast));
    evaluation.map_or(f64::NAN, |evaluation| evaluation.with_scales(scales).score(metric))
}

fn mean(scores: &[f64]) -> f64 {
    scores.iter().sum::<f64>() / scores.len().max(1) as f64
}

/// The trial of the least mean score; that of the combination unless the other's lead over
/// it is certain: errors from a few origins tell little, and a median goes astray least.
fn best(trials: &[Trial]) -> Option<&Trial> {
    let leader = trials.iter().min_by(|a, b| mean(&a.scores).total_cmp(&mean(&b.scores)))?;
    let combined = trials.iter().find(|trial| trial.learner == ForecasterKind::Combination);
    let Some(combined) = combined else { return Some(leader) };
    let leads: Vec<f64> =
        combined.scores.iter().zip(&leader.scores).map(|(other, own)| other - own).collect();
    let error = deviation(&leads) / (leads.len().saturating_sub(1).max(1) as f64).sqrt();
    let is_certain = leads.len() >= MIN_ORIGINS && mean(&leads) > SURE * error;
    Some(if is_certain { leader } else { combined })
}

/// The (population) standard deviation.
fn deviation(values: &[f64]) -> f64 {
    let middle = mean(values);
    let squares: Vec<f64> = values.iter().map(|value| (value - middle).powi(2)).collect();
    mean(&squares).sqrt()
}

/// The learner of the least mean score over the series that the leader forecasts.
fn overall(trials: &[Trials], metric: Metric) -> Option<ForecasterKind> {
    debug_assert!(!metric.higher_is_better(), "errors rank forecasts");
    let all = trials.iter().flatten().filter(|trials| !trials.is_empty()).count();
    let mut scores: BTreeMap<ForecasterKind, Vec<f64>> = BTreeMap::new();
    for trial in trials.iter().flatten().flatten() {
        scores.entry(trial.learner).or_default().push(mean(&trial.scores));
    }
    scores
        .into_iter()
        .filter(|(_, scores)| scores.len() == all)
        .min_by(|(_, a), (_, b)| mean(a).total_cmp(&mean(b)))
        .map(|(learner, _)| learner)
}

fn standings(competition: &Competition<'_>, trials: &[Trials], chosen: &[Chosen]) -> Vec<Standing> {
    let competed = trials.iter().flatten().filter(|trials| !trials.is_empty()).count();
    let mut standings: Vec<Standing> = competition
        .kinds()
        .into_iter()
        .map(|learner| {
            let own: Vec<&Trial> = trials
                .iter()
                .flatten()
                .flatten()
                .filter(|trial| trial.learner == learner)
                .collect();
            let means: Vec<f64> = own.iter().map(|trial| mean(&trial.scores)).collect();
            let spread = match own.as_slice() {
                [only] => deviation(&only.scores),
                _ => deviation(&means),
            };
            let won = |it: &&Chosen| it.learner == learner && it.score.is_some();
            Standing {
                learner,
                mean: (!means.is_empty()).then(|| mean(&means)),
                deviation: (!means.is_empty()).then_some(spread),
                chosen: chosen.iter().filter(won).count(),
                failed: competed.saturating_sub(own.len()),
                seconds: own.iter().map(|trial| trial.seconds).sum(),
            }
        })
        .collect();
    let order = |it: &Standing| it.mean.unwrap_or(f64::INFINITY);
    standings.sort_by(|a, b| a.failed.cmp(&b.failed).then(order(a).total_cmp(&order(b))));
    standings
}
