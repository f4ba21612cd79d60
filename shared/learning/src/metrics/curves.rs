//! What the metrics sum up: curves and tables to look at.

use super::counts::Class;
use super::{Evaluation, Kind};

/// A class's metrics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassScores {
    /// How many rows are of it.
    pub rows: f64,
    /// The share of it among the rows taken for it; 0 when there are none.
    pub precision: f64,
    /// The share of its rows that are taken for it; 0 when there are none.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
}

/// A group of rows with similar probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reliability {
    /// The mean probability that is predicted.
    pub predicted: f64,
    /// The share of rows that are of the class.
    pub actual: f64,
    /// How many rows there are.
    pub rows: usize,
}

impl Evaluation {
    /// Precision, recall and F1 of each class; empty for numbers.
    #[must_use]
    pub fn of_classes(&self) -> Vec<ClassScores> {
        let Kind::Classes(scored) = &self.0 else { return Vec::new() };
        let counts = scored.counts(&vec![1.0; scored.rows()]);
        let scores = |class: &Class| ClassScores {
            rows: class.actual,
            precision: class.precision(),
            recall: class.recall(),
            f1: class.f1(),
        };
        counts.classes().iter().map(scores).collect()
    }

    /// How many rows of each class (the outer index) are taken for each class; empty
    /// for numbers.
    #[must_use]
    pub fn confusion(&self) -> Vec<Vec<u64>> {
        let Kind::Classes(scored) = &self.0 else { return Vec::new() };
        let mut matrix = vec![vec![0; scored.classes]; scored.classes];
        for (&label, &predicted) in scored.labels.iter().zip(&scored.predicted) {
            if let Some(count) = matrix.get_mut(label).and_then(|row| row.get_mut(predicted)) {
                *count += 1;
            }
        }
        matrix
    }

    /// False-positive and true-positive rate of the class from the highest threshold to
    /// the lowest; empty when one of them is undefined.
    #[must_use]
    pub fn roc_curve(&self, class: usize) -> Vec<(f64, f64)> {
        self.curve(class, |(wrong, right), (negative, positive)| {
            (wrong / negative, right / positive)
        })
    }

    /// Recall and precision of the class from the highest threshold to the lowest;
    /// empty when one of them is undefined.
    #[must_use]
    pub fn precision_recall_curve(&self, class: usize) -> Vec<(f64, f64)> {
        self.curve(class, |(wrong, right), (_, positive)| {
            let taken = wrong + right;
            (right / positive, if taken > 0.0 { right / taken } else { 1.0 })
        })
    }

    fn curve(
        &self,
        class: usize,
        point: impl Fn((f64, f64), (f64, f64)) -> (f64, f64),
    ) -> Vec<(f64, f64)> {
        let Kind::Classes(scored) = &self.0 else { return Vec::new() };
        let above = scored.ranking(class).cumulative(&vec![1.0; scored.rows()]);
        let total = above.last().copied().unwrap_or_default();
        if total.0 * total.1 == 0.0 {
            return Vec::new();
        }
        above.into_iter().map(|sum| point(sum, total)).collect()
    }

    /// The rows in at most `groups` groups of equal size by their probability of the
    /// class: scikit-learn's `calibration_curve` with quantiles. Empty for numbers.
    #[must_use]
    pub fn reliability(&self, class: usize, groups: usize) -> Vec<Reliability> {
        let Kind::Classes(scored) = &self.0 else { return Vec::new() };
        let rows = scored.probabilities.chunks(scored.classes.max(1)).zip(&scored.labels);
        let mut rows: Vec<(f64, bool)> = rows
            .map(|(row, &label)| (row.get(class).copied().unwrap_or_default(), label == class))
            .collect();
        rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let size = rows.len().div_ceil(groups.max(1)).max(1);
        let group = |rows: &[(f64, bool)]| {
            let count = rows.len() as f64;
            Reliability {
                predicted: rows.iter().map(|(probability, _)| probability).sum::<f64>() / count,
                actual: rows.iter().filter(|(_, is_class)| *is_class).count() as f64 / count,
                rows: rows.len(),
            }
        };
        rows.chunks(size).map(group).collect()
    }

    /// The true and predicted value of each row; empty for classes.
    #[must_use]
    pub fn values(&self) -> Vec<(f64, f64)> {
        match &self.0 {
            Kind::Classes(_) | Kind::Anomalies(_) | Kind::Clusters(_) => Vec::new(),
            Kind::Values(scored) => {
                scored.rows.iter().map(|&(truth, error)| (truth, truth + error)).collect()
            }
        }
    }
}
