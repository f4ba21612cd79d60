//! What a scored file looks like.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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
}

/// What was answered, over all rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answered {
    /// How often each class was.
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
    count: u64,
    sum: f64,
    range: Option<(f64, f64)>,
    numbers: bool,
}

impl Tally {
    pub(super) fn add(&mut self, predictions: &Predictions) {
        match predictions {
            Predictions::Classes { .. } => {
                for label in predictions.labels() {
                    match self.classes.get_mut(label) {
                        Some(count) => *count += 1,
                        None => drop(self.classes.insert(label.to_owned(), 1)),
                    }
                }
            }
            Predictions::Values(values) => {
                self.numbers = true;
                for &value in values {
                    self.count += 1;
                    self.sum += value;
                    let (min, max) = self.range.unwrap_or((value, value));
                    self.range = Some((min.min(value), max.max(value)));
                }
            }
        }
    }

    pub(super) fn end(self) -> Answered {
        if !self.numbers {
            return Answered::Classes { classes: self.classes };
        }
        Answered::Numbers {
            min: self.range.map(|(min, _)| min),
            mean: (self.count > 0).then(|| self.sum / self.count as f64),
            max: self.range.map(|(_, max)| max),
        }
    }
}
