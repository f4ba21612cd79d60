//! An additive model after Prophet (Taylor and Letham, 2018): a piecewise linear trend, the
//! seasons of the calendar as Fourier terms, holidays and regressors, with Prophet's priors.
//!
//! The mode of the posterior is found by iterated ridge regression: a Laplace prior is a
//! normal one whose variance follows the coefficient (Figueiredo, 2003). The data is read
//! once, into a Gram matrix. Prophet finds the same mode by L-BFGS.

use model_factory_learning::learners::{Deadline, Rows, Symmetric};
use serde::{Deserialize, Serialize};

use super::Future;
use crate::history::{History, mean};
use crate::setting::Setting;

/// The changes of the trend lie in this first share of the series.
const CHANGEPOINT_RANGE: f64 = 0.8;
/// How many changes there may be.
const CHANGEPOINTS: usize = 25;
/// The scale of the Laplace prior of a change.
const CHANGE_SCALE: f64 = 0.05;
/// The standard deviations of the normal priors of the trend's line and of all else.
const LINE_DEVIATION: f64 = 5.0;
const OTHER_DEVIATION: f64 = 10.0;
/// Rounds of the ridge regression.
const ROUNDS: usize = 25;
/// A change smaller than this share of the scale of its prior is none.
const SMALL: f64 = 1e-3;
/// Seconds of a day.
const DAY: f64 = 86_400.0;
/// Period in days and number of Fourier terms of a year, a week and a day, as Prophet's.
const CALENDAR: [(f64, usize); 3] = [(365.25, 10), (7.0, 3), (1.0, 4)];
/// Terms of a season that is not of the calendar.
const OTHER_TERMS: usize = 5;

/// A fitted model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Additive {
    /// The first step, and how many steps are one unit of the trend's time.
    start: i64,
    span: f64,
    /// What the values were divided by.
    scale: f64,
    changepoints: Vec<f64>,
    seasons: Vec<Season>,
    /// Mean and deviation of each regressor.
    regressors: Vec<(f64, f64)>,
    /// Line, changes, seasons, holidays, regressors.
    coefficients: Vec<f64>,
}

/// A season as Fourier terms.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Season {
    /// The period in seconds.
    period: f64,
    /// The number of pairs of sine and cosine.
    terms: usize,
}

impl Additive {
    /// `None` for fewer than ten observations.
    pub(crate) fn fit(history: &History<'_>, setting: &Setting) -> Option<Self> {
        let observed: Vec<usize> = history
            .values
            .iter()
            .enumerate()
            .filter(|(_, value)| !value.is_nan())
            .map(|(step, _)| step)
            .collect();
        if observed.len() < 10 {
            return None;
        }
        let last = history.len().saturating_sub(1).max(1) as f64;
        let size = history.values.iter().filter(|value| !value.is_nan());
        let scale = size.fold(0.0_f64, |most, value| most.max(value.abs()));
        let count = CHANGEPOINTS.min(observed.len() / 4);
        let changepoint = |at: usize| CHANGEPOINT_RANGE * at as f64 / count as f64;
        let regressors = history.regressors.iter().map(|values| {
            let values = values.get(..history.len()).unwrap_or(values);
            let middle = mean(values.iter().copied()).unwrap_or_default();
            let variance = mean(values.iter().map(|value| (value - middle).powi(2)));
            let deviation = variance.unwrap_or_default().sqrt();
            (middle, if deviation > 0.0 { deviation } else { 1.0 })
        });
        let mut model = Self {
            start: history.start,
            span: last,
            scale: if scale > 0.0 { scale } else { 1.0 },
            changepoints: (1..=count).map(changepoint).collect(),
            seasons: seasons(history.len(), setting),
            regressors: regressors.collect(),
            coefficients: Vec::new(),
        };
        let width = model.width(setting);
        let mut rows = Vec::with_capacity(observed.len() * width);
        for &step in &observed {
            let known = history.regressors.iter().map(|it| it.get(step).copied());
            model.push(&mut rows, setting, history.start + step as i64, known);
        }
        let target: Vec<f64> = observed
            .iter()
            .map(|step| history.values.get(*step).copied().unwrap_or_default() / model.scale)
            .collect();
        let gram = Symmetric::gram(
            Rows::new(&rows, width),
            None,
            |row| target.get(row).copied().unwrap_or_default(),
            |_| 1.0,
            Deadline::NEVER,
        )
        .ok()?;
        model.coefficients = model.posterior_mode(&gram, observed.len(), width)?;
        Some(model)
    }

    /// The coefficients of the highest posterior density.
    fn posterior_mode(&self, gram: &Symmetric, rows: usize, width: usize) -> Option<Vec<f64>> {
        let changes = 2..2 + self.changepoints.len();
        let products: Vec<f64> = (0..width).map(|column| gram.get(width, column)).collect();
        let squares = gram.get(width, width);
        let base = gram.leading();
        let mut sizes = vec![CHANGE_SCALE; changes.len()];
        let mut variance = 0.1 * squares / rows as f64;
        let mut coefficients = Vec::new();
        for _ in 0..ROUNDS {
            let mut penalised = base.clone();
            for column in 0..width {
                let prior = match column {
                    0 | 1 => LINE_DEVIATION.powi(2),
                    _ => match sizes.get(column - 2) {
                        Some(size) => CHANGE_SCALE * size.max(SMALL * CHANGE_SCALE),
                        None => OTHER_DEVIATION.powi(2),
                    },
                };
                *penalised.get_mut(column, column)? += variance / prior;
            }
            coefficients.clone_from(&products);
            penalised.factor(Deadline::NEVER).ok()??.solve(&mut coefficients);
            let fitted: f64 = coefficients.iter().zip(&products).map(|(a, b)| a * b).sum();
            let quadratic: f64 = (0..width)
                .flat_map(|row| (0..width).map(move |column| (row, column)))
                .map(|(row, column)| {
                    let at = |place: usize| coefficients.get(place).copied().unwrap_or_default();
                    at(row) * at(column) * base.get(row, column)
                })
                .sum();
            variance = ((squares - 2.0 * fitted + quadratic) / rows as f64).max(1e-10);
            sizes = coefficients.get(changes.clone())?.iter().map(|change| change.abs()).collect();
        }
        coefficients.iter().all(|it| it.is_finite()).then_some(coefficients)
    }

    pub(crate) fn forecast(&self, future: &Future<'_>) -> Vec<f64> {
        let mut row = Vec::with_capacity(self.coefficients.len());
        (0..future.steps)
            .map(|ahead| {
                row.clear();
                let known = future.regressors.iter().map(|it| it.get(ahead).copied());
                self.push(&mut row, future.setting, future.start + ahead as i64, known);
                let sum = row.iter().zip(&self.coefficients).map(|(a, b)| a * b).sum::<f64>();
                self.scale * sum
            })
            .collect()
    }

    fn width(&self, setting: &Setting) -> usize {
        let seasons: usize = self.seasons.iter().map(|season| 2 * season.terms).sum();
        2 + self.changepoints.len() + seasons + setting.holidays.len() + self.regressors.len()
    }

    /// Appends the features of a step.
    fn push(
        &self,
        row: &mut Vec<f64>,
        setting: &Setting,
        step: i64,
        regressors: impl Iterator<Item = Option<f64>>,
    ) {
        let time = (step - self.start) as f64 / self.span;
        row.extend([1.0, time]);
        row.extend(self.changepoints.iter().map(|change| (time - change).max(0.0)));
        let instant = setting.grid.at(step) as f64;
        for Season { period, terms } in &self.seasons {
            let angle = std::f64::consts::TAU * (instant / period).fract();
            for term in 1..=*terms {
                let (sine, cosine) = (term as f64 * angle).sin_cos();
                row.extend([sine, cosine]);
            }
        }
        row.extend(setting.holidays_at(step));
        row.extend(self.regressors.iter().zip(regressors).map(|((mean, deviation), value)| {
            value.map_or(0.0, |value| (value - mean) / deviation)
        }));
    }
}

/// The seasons that so many steps show twice: of the calendar as far as they are longer
/// than two steps, and others that the spec names.
fn seasons(steps: usize, setting: &Setting) -> Vec<Season> {
    let step = setting.grid.seconds();
    let span = step * steps as f64;
    let season = |period: f64, terms: usize| Season {
        period,
        // A term needs two steps at least.
        terms: terms.min((period / step / 2.0) as usize),
    };
    let calendar = CALENDAR.map(|(days, terms)| season(days * DAY, terms));
    let named = setting.seasons.iter().map(|length| season(*length as f64 * step, OTHER_TERMS));
    let near = |a: f64, b: f64| (a / b - 1.0).abs() < 0.02;
    let others = named.filter(|it| !CALENDAR.iter().any(|(days, _)| near(it.period, days * DAY)));
    let shows = |it: &Season| it.terms > 0 && 2.0 * it.period <= span;
    calendar.into_iter().chain(others).filter(shows).collect()
}
