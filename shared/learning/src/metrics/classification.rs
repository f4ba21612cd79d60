//! Metrics of predicted classes and their probabilities.

use std::sync::OnceLock;

use super::Metric;
use super::counts::{Counts, mean};
use super::ranking::Ranking;

/// The most rows that are ranked, over all classes: beyond, the metrics of ranks are
/// undefined rather than a matter of gigabytes.
const MAX_RANKED: usize = 10_000_000;

/// True labels with predicted probabilities, sorted when a metric needs it.
#[derive(Debug, Clone)]
pub(super) struct Scored {
    pub(super) classes: usize,
    pub(super) labels: Vec<usize>,
    pub(super) predicted: Vec<usize>,
    pub(super) probabilities: Vec<f64>,
    /// One a class, but of two classes the second's only.
    rankings: OnceLock<Vec<Ranking>>,
    losses: OnceLock<Vec<Losses>>,
}

/// What one row adds to the metrics of probabilities.
#[derive(Debug, Clone, Copy)]
struct Losses {
    log: f64,
    brier: f64,
}

impl Losses {
    fn of(row: &[f64], label: usize) -> Self {
        let certainty = row.get(label).copied().unwrap_or_default();
        let truth = |class| if class == label { 1.0 } else { 0.0 };
        let squares = row.iter().enumerate().map(|(class, p)| (p - truth(class)).powi(2));
        Self {
            log: -certainty.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln(),
            brier: if row.len() == 2 { squares.sum::<f64>() / 2.0 } else { squares.sum() },
        }
    }
}

impl Scored {
    pub(super) fn new(
        labels: Vec<usize>,
        classes: usize,
        probabilities: Vec<f64>,
        predicted: Vec<usize>,
    ) -> Self {
        Self {
            classes,
            labels,
            predicted,
            probabilities,
            rankings: OnceLock::new(),
            losses: OnceLock::new(),
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.labels.len()
    }

    pub(super) fn counts(&self, weights: &[f64]) -> Counts {
        Counts::new(self.classes, &self.labels, &self.predicted, weights)
    }

    /// The value of a metric of probabilities.
    pub(super) fn score(&self, metric: Metric, weights: &[f64]) -> f64 {
        let averaged = |score: fn(&Ranking, &[f64]) -> f64| {
            mean(self.rankings().iter().map(|ranking| score(ranking, weights)))
        };
        match metric {
            Metric::RocAuc => averaged(Ranking::roc_auc),
            Metric::AveragePrecision => averaged(Ranking::average_precision),
            Metric::LogLoss => self.mean(weights, |losses| losses.log),
            Metric::BrierScore => self.mean(weights, |losses| losses.brier),
            _ => f64::NAN,
        }
    }

    /// The weighted mean over the rows; a row of weight 0 does not count, whatever its
    /// value.
    fn mean(&self, weights: &[f64], value: impl Fn(&Losses) -> f64) -> f64 {
        let losses = self.losses.get_or_init(|| {
            let rows = self.probabilities.chunks(self.classes.max(1)).zip(&self.labels);
            rows.map(|(row, &label)| Losses::of(row, label)).collect()
        });
        let (sum, total) = losses.iter().zip(weights).fold(
            (0.0, 0.0),
            |(sum, total), (row, &weight)| match weight {
                0.0 => (sum, total),
                _ => (sum + weight * value(row), total + weight),
            },
        );
        sum / total
    }

    pub(super) fn rankings(&self) -> &[Ranking] {
        self.rankings.get_or_init(|| {
            let positives = if self.classes == 2 { 1..2 } else { 0..self.classes };
            if positives.len().saturating_mul(self.rows()) > MAX_RANKED {
                return Vec::new();
            }
            positives.map(|class| self.ranking(class)).collect()
        })
    }

    pub(super) fn ranking(&self, class: usize) -> Ranking {
        let rows = self.probabilities.chunks(self.classes.max(1)).zip(&self.labels);
        Ranking::new(
            rows.map(|(row, &label)| (row.get(class).copied().unwrap_or_default(), label == class)),
        )
    }
}
