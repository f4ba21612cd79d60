//! The bootstrap: how a metric would vary with other rows of the same kind.
//!
//! Efron & Tibshirani, *An Introduction to the Bootstrap*, 1993.

use std::collections::BTreeMap;

use fastrand::Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Evaluation, Metric};

/// The most resamples.
const MOST: usize = 1_000;

/// The fewest resamples.
const LEAST: usize = 200;

/// How many rows are drawn over all resamples, between those two.
const BUDGET: usize = 50_000_000;

/// The share of resamples outside of a metric's interval, on each side.
const TAIL: f64 = 0.025;

/// Draws of as many rows as there are, with replacement, as weights of the rows.
///
/// 1,000 of them up to 50,000 rows, then fewer, down to 200: the more rows, the less
/// one resample differs from another.
#[derive(Debug, Clone)]
pub struct Resamples {
    rows: usize,
    seeds: Vec<u64>,
}

/// Between which values a metric lies with 95 % confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

impl Resamples {
    /// Resamples of `rows` rows; the same seed draws the same.
    #[must_use]
    pub fn new(rows: usize, seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let count = (BUDGET / rows.max(1)).clamp(LEAST, MOST);
        Self { rows, seeds: std::iter::repeat_with(|| random.u64(..)).take(count).collect() }
    }

    /// How many they are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.seeds.len()
    }

    /// What `score` makes of the rows' weights in each resample, in order.
    pub fn map<T: Send>(&self, score: impl Fn(&[f64]) -> T + Sync) -> Vec<T> {
        self.seeds
            .par_iter()
            .map_init(
                || vec![0.0; self.rows],
                |weights, &seed| {
                    let mut random = Rng::with_seed(seed);
                    weights.fill(0.0);
                    for _ in 0..self.rows {
                        if let Some(weight) = weights.get_mut(random.usize(..self.rows)) {
                            *weight += 1.0;
                        }
                    }
                    score(weights)
                },
            )
            .collect()
    }

    /// The percentile interval of every metric of the task that most resamples define.
    #[must_use]
    pub fn intervals(&self, evaluation: &Evaluation) -> BTreeMap<Metric, Interval> {
        let metrics = evaluation.metrics();
        let scores = self.map(|weights| evaluation.scores(metrics, weights));
        let column = |index: usize| scores.iter().filter_map(move |row| row.get(index).copied());
        (0..)
            .zip(metrics)
            .filter_map(|(index, &metric)| Some((metric, interval(column(index).collect())?)))
            .collect()
    }
}

/// The percentile interval; `None` when fewer than half of the values are numbers.
fn interval(values: Vec<f64>) -> Option<Interval> {
    let drawn = values.len();
    let mut values: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
    if 2 * values.len() < drawn {
        return None;
    }
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let low = (TAIL * last as f64).floor() as usize;
    Some(Interval { low: *values.get(low)?, high: *values.get(last - low)? })
}
