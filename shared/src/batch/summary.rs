//! What a scored file looks like.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::outliers::Outliers;
use super::rejected::RejectedRow;
use crate::learners::Predictions;
use crate::spec::TableFormat;

/// What became of a file's rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// How the file was written.
    pub input_format: TableFormat,
    /// How the predictions are.
    pub output_format: TableFormat,
    /// How many rows the file has.
    pub rows: u64,
    /// How many of them were answered.
    pub predicted: u64,
    /// How many of them were not.
    pub rejected: u64,
    /// The first of those, with the reasons.
    pub rejected_rows: Vec<RejectedRow>,
    /// What was answered.
    pub answers: Answered,
    /// The rows that are unlike the others; `None` where the model tells of none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outliers: Option<Outliers>,
}

/// What was answered, over all rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answered {
    /// How often each class was, or each cluster, with −1 for noise; of anomalies how many
    /// rows are `outlier` and how many `usual`.
    Classes {
        /// Rows by class.
        classes: BTreeMap<String, u64>,
    },
    /// The range of the numbers.
    Numbers {
        /// The least; `None` without any.
        min: Option<f64>,
        /// Their mean.
        mean: Option<f64>,
        /// The greatest.
        max: Option<f64>,
    },
}

/// Counts what is answered.
#[derive(Debug, Default)]
pub(super) struct Tally {
    classes: BTreeMap<String, u64>,
    numbers_seen: u64,
    sum: f64,
    range: Option<(f64, f64)>,
    numbers: bool,
}

impl Tally {
    pub(super) fn add(&mut self, predictions: &Predictions) {
        match predictions {
            Predictions::Classes { .. } => {
                predictions.labels().into_iter().for_each(|label| self.count(label));
            }
            Predictions::Anomalies { outliers, .. } => {
                let named = outliers.iter().map(|&it| if it { "outlier" } else { "usual" });
                named.for_each(|name| self.count(name));
            }
            Predictions::Clusters(labels) => {
                labels.iter().for_each(|label| self.count(&label.to_string()));
            }
            Predictions::Values(values) => {
                self.numbers = true;
                for &value in values {
                    self.numbers_seen += 1;
                    self.sum += value;
                    let (min, max) = self.range.unwrap_or((value, value));
                    self.range = Some((min.min(value), max.max(value)));
                }
            }
        }
    }

    fn count(&mut self, class: &str) {
        match self.classes.get_mut(class) {
            Some(count) => *count += 1,
            None => drop(self.classes.insert(class.to_owned(), 1)),
        }
    }

    pub(super) fn end(self) -> Answered {
        if !self.numbers {
            return Answered::Classes { classes: self.classes };
        }
        Answered::Numbers {
            min: self.range.map(|(min, _)| min),
            mean: (self.numbers_seen > 0).then(|| self.sum / self.numbers_seen as f64),
            max: self.range.map(|(_, max)| max),
        }
    }
}
