//! What a model answers.

use std::sync::Arc;

/// The predictions for a number of rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Predictions {
    /// Class probabilities.
    Classes {
        /// The classes in the order of the probability columns.
        classes: Arc<[String]>,
        /// Row-major, `rows × classes`; each row sums to 1.
        probabilities: Vec<f64>,
        /// The probability from which the second of two classes is answered; `None`:
        /// the most probable class is.
        threshold: Option<f64>,
    },
    /// One number a row.
    Values(Vec<f64>),
    /// How unlike the training rows each row is.
    Anomalies {
        /// The higher, the more unlike; at least 0.
        scores: Vec<f64>,
        /// Whether the row is taken for an anomaly.
        outliers: Vec<bool>,
    },
    /// The cluster of each row, from 0 on, or [`NOISE`].
    Clusters(Vec<i32>),
}

/// The label of a row that belongs to no cluster.
pub const NOISE: i32 = -1;

impl Predictions {
    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        match self {
            Self::Classes { classes, probabilities, .. } => {
                probabilities.len() / classes.len().max(1)
            }
            Self::Values(values) => values.len(),
            Self::Anomalies { scores, .. } => scores.len(),
            Self::Clusters(labels) => labels.len(),
        }
    }

    /// What was answered, row by row: numbers, or the probabilities of classes; empty for
    /// anomalies and clusters.
    #[must_use]
    pub fn answers(&self) -> &[f64] {
        match self {
            Self::Values(answers) | Self::Classes { probabilities: answers, .. } => answers,
            Self::Anomalies { .. } | Self::Clusters(_) => &[],
        }
    }

    /// The same of other [`Self::answers`], of as many rows or of others; `None` for
    /// anomalies and clusters.
    #[must_use]
    pub fn with_answers(&self, answers: Vec<f64>) -> Option<Self> {
        match self {
            Self::Values(_) => Some(Self::Values(answers)),
            Self::Classes { classes, threshold, .. } => Some(Self::Classes {
                classes: Arc::clone(classes),
                probabilities: answers,
                threshold: *threshold,
            }),
            Self::Anomalies { .. } | Self::Clusters(_) => None,
        }
    }

    /// The predictions of one after the other, with the first one's threshold; `None`
    /// without any, or when they are not all of one kind, and of the same classes.
    #[must_use]
    pub fn concat(parts: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut parts = parts.into_iter();
        let first = parts.next()?;
        parts.try_fold(first, |mut all, part| {
            match (&mut all, part) {
                (Self::Values(all), Self::Values(part)) => all.extend(part),
                (Self::Clusters(all), Self::Clusters(part)) => all.extend(part),
                (
                    Self::Anomalies { scores, outliers },
                    Self::Anomalies { scores: more, outliers: others },
                ) => {
                    scores.extend(more);
                    outliers.extend(others);
                }
                (
                    Self::Classes { classes, probabilities, .. },
                    Self::Classes { classes: others, probabilities: part, .. },
                ) if *classes == others => probabilities.extend(part),
                _ => return None,
            }
            Some(all)
        })
    }

    /// The class that is answered for each row: see [`Self::class_indices`]; empty without
    /// classes.
    #[must_use]
    pub fn labels(&self) -> Vec<&str> {
        match self {
            Self::Classes { classes, .. } => self
                .class_indices()
                .into_iter()
                .filter_map(|index| classes.get(index).map(String::as_str))
                .collect(),
            Self::Values(_) | Self::Anomalies { .. } | Self::Clusters(_) => Vec::new(),
        }
    }

    /// The index of the class that is answered for each row: the second of two classes
    /// from the threshold on, or the most probable one (the first of equals); empty without
    /// classes.
    #[must_use]
    pub fn class_indices(&self) -> Vec<usize> {
        match self {
            Self::Classes { classes, probabilities, threshold } => probabilities
                .chunks(classes.len().max(1))
                .map(|row| match (row, threshold) {
                    ([_, positive], Some(threshold)) => usize::from(positive >= threshold),
                    _ => argmax(row),
                })
                .collect(),
            Self::Values(_) | Self::Anomalies { .. } | Self::Clusters(_) => Vec::new(),
        }
    }

    /// One number a row: the value of a regression, the score of a detector, the number of
    /// the cluster, the probability of the last class of a binary classification, the
    /// highest probability otherwise.
    #[must_use]
    pub fn scores(&self) -> Vec<f64> {
        match self {
            Self::Values(values) => values.clone(),
            Self::Anomalies { scores, .. } => scores.clone(),
            Self::Clusters(labels) => labels.iter().map(|label| f64::from(*label)).collect(),
            Self::Classes { classes, probabilities, .. } => probabilities
                .chunks(classes.len().max(1))
                .map(|row| match row {
                    [_, positive] => *positive,
                    _ => row.iter().copied().fold(0.0, f64::max),
                })
                .collect(),
        }
    }
}

/// Between which numbers the true values lie, with a probability of `coverage`.
#[derive(Debug, Clone, PartialEq)]
pub struct Intervals {
    /// The share of true values that lie within.
    pub coverage: f64,
    /// The lower and the upper bound of each row.
    pub bounds: Vec<(f64, f64)>,
}

fn argmax(row: &[f64]) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for (index, &value) in row.iter().enumerate() {
        if value > best.1 {
            best = (index, value);
        }
    }
    best.0
}
