//! What a run writes down of each class.

use std::collections::BTreeMap;

use model_factory::metrics::Evaluation;
use serde::{Deserialize, Serialize};

/// What the holdout says of one class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassRecord {
    /// The class.
    pub class: String,
    /// How many rows are of it.
    pub rows: u64,
    /// The share of it among the rows taken for it; 0 when there are none.
    pub precision: f64,
    /// The share of its rows that are taken for it; 0 when there are none.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
    /// How many of its rows are taken for which class, without those for which there is none:
    /// a row of the confusion matrix.
    pub answered: BTreeMap<String, u64>,
}

impl ClassRecord {
    /// Every class; none where numbers, anomalies or clusters are answered.
    pub(crate) fn all(evaluation: &Evaluation, classes: &[String]) -> Vec<Self> {
        let of_classes = classes.iter().zip(evaluation.of_classes());
        let record = |((class, scores), row): ((&String, _), Vec<u64>)| {
            let model_factory::metrics::ClassScores { precision, recall, f1, .. } = scores;
            let answered = classes.iter().cloned().zip(row.iter().copied());
            Self {
                class: class.clone(),
                rows: row.iter().sum(),
                precision,
                recall,
                f1,
                answered: answered.filter(|(_, rows)| *rows > 0).collect(),
            }
        };
        of_classes.zip(evaluation.confusion()).map(record).collect()
    }
}
