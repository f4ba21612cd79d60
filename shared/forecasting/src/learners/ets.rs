//! Exponential smoothing as innovations state space models with additive error, trend and
//! season (Hyndman, Koehler, Ord and Snyder, 2008): ETS(A,N,N), ETS(A,A,N),
//! ETS(A,Ad,N) and the same with an additive season, chosen by the corrected Akaike
//! criterion.
//!
//! A missing value moves the state on without correcting it.

use serde::{Deserialize, Serialize};

use super::simplex::minimise;
use crate::gaps::filled;

/// The longest season: of longer ones every value would be a parameter of its own.
const MAX_SEASON: usize = 24;

/// The seasons from which the first states are taken.
const FIRST_SEASONS: usize = 5;

/// The range of the damping, as in R's forecast package.
const DAMPING: (f64, f64) = (0.8, 0.98);

/// The most evaluations of the likelihood for one model, for each of its parameters.
const CALLS: usize = 60;

/// The trend of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trend {
    None,
    Damped,
    Additive,
}

/// Trends that end: one that never does is seldom right, and far off when it is wrong
/// (Gardner and McKenzie, 1985).
pub(crate) const ENDING: [Trend; 2] = [Trend::None, Trend::Damped];

/// A fitted model after its last step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ets {
    /// How much of an error goes into the level.
    pub(crate) alpha: f64,
    /// … into the trend; 0 without one.
    beta: f64,
    /// … into the season; 0 without one.
    gamma: f64,
    /// What of the trend is left after a step; 1 unless it is damped.
    damping: f64,
    pub(crate) level: f64,
    trend: f64,
    /// The season, the value of the next step first; empty without one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    season: Vec<f64>,
}

/// How large the squared errors were, and of how many steps.
#[derive(Debug, Clone, Copy)]
struct Errors {
    squares: f64,
    count: usize,
}

impl Ets {
    /// The model of the least corrected Akaike criterion among the given trends, with a
    /// season where it is longer than 1 and not too long; `None` for too few observations.
    pub(crate) fn best(values: &[f64], season: usize, trends: &[Trend]) -> Option<Self> {
        let season = if (2..=MAX_SEASON).contains(&season) { season } else { 1 };
        let seasons: &[usize] = if season > 1 { &[1, season] } else { &[1] };
        let models = seasons
            .iter()
            .flat_map(|season| trends.iter().map(|trend| Self::fit(values, *season, *trend)));
        let best = models.flatten().min_by(|(_, a), (_, b)| a.total_cmp(b));
        best.map(|(model, _)| model)
    }

    /// The most likely model of a form, with its corrected Akaike criterion.
    pub(crate) fn fit(values: &[f64], season: usize, trend: Trend) -> Option<(Self, f64)> {
        let observed = values.iter().filter(|value| !value.is_nan()).count();
        let with_trend = trend != Trend::None;
        let states = 1 + usize::from(with_trend) + season.saturating_sub(1);
        let of_trend = match trend {
            Trend::None => 0,
            Trend::Additive => 1,
            Trend::Damped => 2,
        };
        let smoothing = 1 + of_trend + usize::from(season > 1);
        // One more is the variance of the errors.
        let parameters = states + smoothing + 1;
        if observed < parameters + 2 || values.len() < 2 * season || observed < 4 {
            return None;
        }
        let first = Self::first(values, season, with_trend);
        let reversed: Vec<f64> = values.iter().rev().copied().collect();
        let build = |point: &[f64]| first.at(point, trend).backcast(values, &reversed);
        // A season that hardly changes, and one that follows what was last: between them
        // the likelihood may have a ridge.
        let starts: &[&[f64]] = match (trend, season > 1) {
            (Trend::None, false) => &[&[0.0]],
            (Trend::None, true) => &[&[0.0, -3.0], &[-1.0, 2.0]],
            (Trend::Additive, false) => &[&[0.0, -2.0]],
            (Trend::Additive, true) => &[&[0.0, -3.0, -2.0], &[-1.0, 2.0, -4.0]],
            (Trend::Damped, false) => &[&[0.0, -2.0, 0.0]],
            (Trend::Damped, true) => &[&[0.0, -3.0, -2.0, 0.0], &[-1.0, 2.0, -4.0, 2.0]],
        };
        let criterion = |point: &[f64]| {
            let Errors { squares, count } = build(point).run(values);
            let count = count as f64;
            count * (squares / count).max(f64::MIN_POSITIVE).ln()
        };
        let (point, likelihood) = starts
            .iter()
            .map(|start| minimise(start, 1.0, 1e-4, CALLS * start.len(), criterion))
            .min_by(|(_, a), (_, b)| a.total_cmp(b))?;
        let mut model = build(&point);
        model.run(values);
        let (n, k) = (observed as f64, parameters as f64);
        let corrected = likelihood + 2.0 * k + 2.0 * k * (k + 1.0) / (n - k - 1.0).max(1.0);
        model.is_finite().then_some((model, corrected))
    }

    /// The model whose weights a point stands for, before the first step: of the level, of
    /// the season where there is one, of the trend, and its damping. Weights are in (0, 1),
    /// that of the trend below the level's, and that of the season below what the level's
    /// leaves, so that every point is an admissible model.
    fn at(&self, point: &[f64], trend: Trend) -> Self {
        let share = |place: usize| {
            let at = point.get(place).copied().unwrap_or_default();
            1.0 / (1.0 + (-at).exp())
        };
        let alpha = share(0).clamp(1e-4, 1.0 - 1e-4);
        let after = 1 + usize::from(!self.season.is_empty());
        Self {
            alpha,
            beta: if trend == Trend::None { 0.0 } else { alpha * share(after) },
            gamma: if self.season.is_empty() { 0.0 } else { (1.0 - alpha) * share(1) },
            damping: match trend {
                Trend::Damped => DAMPING.0 + (DAMPING.1 - DAMPING.0) * share(after + 1),
                Trend::None | Trend::Additive => 1.0,
            },
            trend: if trend == Trend::None { 0.0 } else { self.trend },
            ..self.clone()
        }
    }

    /// The same with the first states that the whole series tells of, looked at backwards
    /// (Box and Jenkins, 1976).
    fn backcast(mut self, values: &[f64], reversed: &[f64]) -> Self {
        self.run(values);
        self.turn();
        self.run(reversed);
        self.turn();
        self
    }

    /// The states before the next step become those of the reversed series after it.
    fn turn(&mut self) {
        self.level += self.damping * self.trend;
        self.trend = -self.trend;
        self.season.reverse();
    }

    /// States before the first step: the season from a centred moving average over the
    /// first seasons, level and trend from a line through what is left.
    fn first(values: &[f64], season: usize, with_trend: bool) -> Self {
        let values = filled(values);
        let indices = if season > 1 {
            let head = values.get(..(FIRST_SEASONS * season).min(values.len()));
            seasonal_indices(head.unwrap_or(&values), season, false)
        } else {
            Vec::new()
        };
        let adjusted: Vec<f64> = values
            .iter()
            .zip(indices.iter().cycle().copied().chain(std::iter::repeat(0.0)))
            .take((2 * season).max(10))
            .map(|(value, season)| value - season)
            .collect();
        let (level, trend) = line(&adjusted);
        let mean = adjusted.iter().sum::<f64>() / adjusted.len().max(1) as f64;
        Self {
            alpha: 0.5,
            beta: 0.0,
            gamma: 0.0,
            damping: 1.0,
            level: if with_trend { level - trend } else { mean },
            trend,
            season: indices,
        }
    }

    /// Runs over the values; afterwards the states are those after the last one.
    fn run(&mut self, values: &[f64]) -> Errors {
        let Self { alpha, beta, gamma, damping, .. } = *self;
        let (mut level, mut trend) = (self.level, self.trend);
        let (mut squares, mut count) = (0.0, 0);
        let length = self.season.len();
        let mut place = 0;
        for &value in values {
            let carried = damping * trend;
            let season = self.season.get(place).copied().unwrap_or_default();
            let error = value - (level + carried + season);
            level += carried;
            trend = carried;
            if !error.is_nan() {
                squares += error * error;
                count += 1;
                level += alpha * error;
                trend += beta * error;
                if let Some(season) = self.season.get_mut(place) {
                    *season += gamma * error;
                }
            }
            place += 1;
            if place >= length {
                place = 0;
            }
        }
        (self.level, self.trend) = (level, trend);
        self.season.rotate_left(place.min(length));
        Errors { squares, count }
    }

    pub(crate) fn forecast(&self, steps: usize) -> Vec<f64> {
        let seasons = self.season.iter().copied().cycle().chain(std::iter::repeat(0.0));
        let (mut level, mut trend) = (self.level, self.trend);
        seasons
            .take(steps)
            .map(|season| {
                trend *= self.damping;
                level += trend;
                level + season
            })
            .collect()
    }

    fn is_finite(&self) -> bool {
        [self.level, self.trend].iter().chain(&self.season).all(|value| value.is_finite())
    }
}

/// The seasonal indices by classical decomposition (Kendall and Stuart, 1983): the mean
/// ratio to, or distance from, the centred moving average of a season's length, place by
/// place; they cancel out. There are at least two seasons of values.
pub(crate) fn seasonal_indices(values: &[f64], season: usize, multiplicative: bool) -> Vec<f64> {
    let half = season / 2;
    let ends = if season.is_multiple_of(2) { 0.5 } else { 1.0 };
    let mut sums = vec![(0.0, 0_u32); season];
    for centre in half..values.len().saturating_sub(half) {
        let around = values.get(centre - half..=centre + half).unwrap_or_default();
        let weighted = around
            .iter()
            .enumerate()
            .map(|(at, value)| if at == 0 || at == 2 * half { ends * value } else { *value });
        let trend = weighted.sum::<f64>() / season as f64;
        let value = values.get(centre).copied().unwrap_or_default();
        let index = if multiplicative { value / trend } else { value - trend };
        if let Some((sum, count)) = sums.get_mut(centre % season).filter(|_| index.is_finite()) {
            (*sum, *count) = (*sum + index, *count + 1);
        }
    }
    let neutral = if multiplicative { 1.0 } else { 0.0 };
    let indices: Vec<f64> = sums
        .into_iter()
        .map(|(sum, count)| if count > 0 { sum / f64::from(count) } else { neutral })
        .collect();
    let mean = indices.iter().sum::<f64>() / season as f64;
    let balance = |index: f64| if multiplicative { index / mean } else { index - mean };
    indices.into_iter().map(balance).collect()
}

/// Intercept and slope of the line of least squares through the values at 0, 1, 2, ….
pub(crate) fn line(values: &[f64]) -> (f64, f64) {
    let count = values.len().max(1) as f64;
    let middle = (count - 1.0) / 2.0;
    let mean = values.iter().sum::<f64>() / count;
    let (along, squares) =
        values.iter().enumerate().fold((0.0, 0.0), |(along, squares), (at, value)| {
            let from = at as f64 - middle;
            (along + from * (value - mean), squares + from * from)
        });
    let slope = if squares > 0.0 { along / squares } else { 0.0 };
    (mean - slope * middle, slope)
}
