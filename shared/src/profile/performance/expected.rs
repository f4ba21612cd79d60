//! The metrics that are to be expected of answers whose labels are not known.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::metrics::Metric;
use crate::profile::moments::Moments;

/// Probabilities are counted by their log-odds, in so many groups a unit …
const GROUPS: f64 = 40.0;

/// … from this to its opposite.
const FARTHEST: f64 = 14.0;

/// The least probability that a logarithm is taken of, as in scikit-learn.
const LEAST: f64 = f64::EPSILON;

/// What is to be expected of answers, summed up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// Of classes (CBPE): were each row of a class with its calibrated probability, how
    /// often would the answers be right?
    Classes(Classes),
    /// Of numbers (DLE): the errors that a model of the errors predicts.
    Errors {
        /// Absolute errors.
        absolute: Moments,
        /// Squared errors.
        squared: Moments,
    },
}

/// Sums over rows of calibrated probabilities.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Classes {
    rows: f64,
    log_loss: f64,
    brier: f64,
    classes: Vec<Class>,
}

/// Of one class: the expected numbers of rows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Class {
    /// Answered, and of it.
    right: f64,
    /// Answered, and of another.
    wrong: f64,
    /// Of it, and another is answered.
    missed: f64,
    /// Of it and of others, by the log-odds of its probability.
    ranks: BTreeMap<i16, (f64, f64)>,
}

impl Expected {
    pub(super) fn of_classes(classes: usize) -> Self {
        Self::Classes(Classes { classes: vec![Class::default(); classes], ..Classes::default() })
    }

    pub(super) fn of_numbers() -> Self {
        Self::Errors { absolute: Moments::default(), squared: Moments::default() }
    }

    /// Counts answered classes with the rows' calibrated probabilities (row-major), each
    /// row with its weight.
    pub fn add_classes(
        &mut self,
        probabilities: &[f64],
        answers: &[usize],
        weights: impl IntoIterator<Item = f64>,
    ) {
        let Self::Classes(sums) = self else { return };
        let rows = probabilities.chunks(sums.classes.len().max(1));
        for ((row, &answer), weight) in rows.zip(answers).zip(weights) {
            if weight > 0.0 {
                sums.add(row, answer, weight);
            }
        }
    }

    pub(super) fn add_errors(&mut self, absolute: &[f64], squared: &[f64]) {
        if let Self::Errors { absolute: all, squared: squares } = self {
            absolute.iter().for_each(|&error| all.push(error));
            squared.iter().for_each(|&error| squares.push(error));
        }
    }

    /// Adds what was counted elsewhere by the same estimator.
    pub fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Classes(sums), Self::Classes(more)) => sums.merge(more),
            (
                Self::Errors { absolute, squared },
                Self::Errors { absolute: more, squared: squares },
            ) => {
                absolute.merge(more);
                squared.merge(squares);
            }
            _ => {}
        }
    }

    /// How many answers are counted.
    #[must_use]
    pub fn rows(&self) -> u64 {
        match self {
            Self::Classes(sums) => sums.rows as u64,
            Self::Errors { absolute, .. } => absolute.count,
        }
    }

    /// The estimate of a metric; `None` for one that cannot be estimated, or that the
    /// rows do not define.
    #[must_use]
    pub fn score(&self, metric: Metric) -> Option<f64> {
        let value = match self {
            Self::Classes(sums) if sums.rows > 0.0 => sums.score(metric)?,
            Self::Errors { absolute, squared } if absolute.count > 0 => match metric {
                Metric::Mae => absolute.mean,
                Metric::Rmse => squared.mean.max(0.0).sqrt(),
                _ => return None,
            },
            _ => return None,
        };
        value.is_finite().then_some(value)
    }

    /// The standard deviation of an estimate of numbers from sample to sample, times the
    /// root of the rows.
    #[must_use]
    pub fn deviation(&self, metric: Metric) -> Option<f64> {
        let Self::Errors { absolute, squared } = self else { return None };
        match metric {
            Metric::Mae => Some(absolute.std()),
            // By the delta method, from that of the mean square.
            Metric::Rmse if squared.mean > 0.0 => Some(squared.std() / (2.0 * squared.mean.sqrt())),
            _ => None,
        }
    }
}

impl Classes {
    fn add(&mut self, row: &[f64], answer: usize, weight: f64) {
        self.rows += weight;
        let two = row.len() == 2;
        for (index, (class, &probability)) in self.classes.iter_mut().zip(row).enumerate() {
            let (of_it, of_others) = (weight * probability, weight * (1.0 - probability));
            if index == answer {
                class.right += of_it;
                class.wrong += of_others;
            } else {
                class.missed += of_it;
            }
            self.log_loss -= of_it * probability.max(LEAST).ln();
            // Of two classes, the squared error is that of the second's probability.
            if !two || index == 1 {
                self.brier += of_it * (1.0 - probability);
                let sums = class.ranks.entry(rank(probability)).or_default();
                *sums = (sums.0 + of_it, sums.1 + of_others);
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.log_loss += other.log_loss;
        self.brier += other.brier;
        for (class, more) in self.classes.iter_mut().zip(&other.classes) {
            class.right += more.right;
            class.wrong += more.wrong;
            class.missed += more.missed;
            for (&rank, more) in &more.ranks {
                let sums = class.ranks.entry(rank).or_default();
                *sums = (sums.0 + more.0, sums.1 + more.1);
            }
        }
    }

    fn score(&self, metric: Metric) -> Option<f64> {
        let positive = match self.classes.as_slice() {
            [_, positive] => Some(positive),
            _ => None,
        };
        let mean = |of: fn(&Class) -> f64| -> f64 {
            self.classes.iter().map(of).sum::<f64>() / self.classes.len() as f64
        };
        Some(match metric {
            Metric::Accuracy => {
                self.classes.iter().map(|class| class.right).sum::<f64>() / self.rows
            }
            Metric::BalancedAccuracy | Metric::RecallMacro => mean(Class::recall),
            Metric::PrecisionMacro => mean(Class::precision),
            Metric::F1Macro => mean(Class::f1),
            Metric::Precision => positive?.precision(),
            Metric::Recall => positive?.recall(),
            Metric::F1 => positive?.f1(),
            Metric::LogLoss => self.log_loss / self.rows,
            Metric::BrierScore => self.brier / self.rows,
            Metric::RocAuc => positive.map_or_else(|| mean(Class::roc_auc), Class::roc_auc),
            Metric::AveragePrecision => {
                positive.map_or_else(|| mean(Class::average_precision), Class::average_precision)
            }
            _ => return None,
        })
    }
}

impl Class {
    fn precision(&self) -> f64 {
        share(self.right, self.right + self.wrong)
    }

    fn recall(&self) -> f64 {
        share(self.right, self.right + self.missed)
    }

    fn f1(&self) -> f64 {
        share(self.right, self.right + (self.wrong + self.missed) / 2.0)
    }

    /// Rows of one rank tie.
    fn roc_auc(&self) -> f64 {
        let (mut of_it, mut below, mut won) = (0.0, 0.0, 0.0);
        for (own, others) in self.ranks.values() {
            won += own * (below + others / 2.0);
            below += others;
            of_it += own;
        }
        won / (of_it * below)
    }

    fn average_precision(&self) -> f64 {
        let (mut right, mut taken, mut sum) = (0.0, 0.0, 0.0);
        for (own, others) in self.ranks.values().rev() {
            right += own;
            taken += own + others;
            sum += own * share(right, taken);
        }
        sum / right
    }
}

/// The group of a probability.
fn rank(probability: f64) -> i16 {
    let odds = (probability / (1.0 - probability)).ln();
    (GROUPS * odds.clamp(-FARTHEST, FARTHEST)).round() as i16
}

/// A quotient that is 0 where there is nothing to divide by.
fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
