//! The answers for rows that are told apart, as a stream's are.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::record::Record;
use crate::learners::Predictions;
use crate::protocol::extras::Extras;
use crate::protocol::output::Output;

/// The answer for one of several rows; it is written as a scoring response tells the row: an
/// object with a member for each output.
#[derive(Debug, Clone)]
pub struct RowAnswer {
    answers: Arc<Answers>,
    row: usize,
}

#[derive(Debug)]
struct Answers {
    predictions: Predictions,
    extras: Extras,
    outputs: Vec<Output>,
    /// Empty for numbers.
    classes: Vec<usize>,
}

impl RowAnswer {
    /// The answers for all rows of which something was predicted.
    #[must_use]
    pub fn all(predictions: Predictions, extras: Extras, outputs: Vec<Output>) -> Vec<Self> {
        let (rows, classes) = (predictions.rows(), predictions.class_indices());
        let answers = Arc::new(Answers { predictions, extras, outputs, classes });
        (0..rows).map(|row| Self { answers: Arc::clone(&answers), row }).collect()
    }

    /// What is wrong with the row, where it does not fit.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.answers.extras.errors.get(self.row)
    }
}

impl Serialize for RowAnswer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { answers, row } = self;
        let Answers { predictions, extras, outputs, classes } = answers.as_ref();
        let label = match predictions {
            Predictions::Classes { classes: names, .. } => {
                classes.get(*row).and_then(|class| names.get(*class)).map(String::as_str)
            }
            _ => None,
        };
        Record { predictions, extras, outputs, label, row: *row }.serialize(serializer)
    }
}
