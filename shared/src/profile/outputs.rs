//! A model's answers as columns.

use crate::dataset::{Categories, Values};
use crate::learners::predictions::Predictions;

/// The output column that holds what was predicted: a class or a number.
pub const PREDICTION: &str = "prediction";

/// The output column that holds a classifier's score.
pub const SCORE: &str = "score";

/// The output columns that predictions make.
pub(super) fn outputs(predictions: &Predictions) -> Vec<(&'static str, Values)> {
    match predictions {
        Predictions::Values(values) => vec![(PREDICTION, Values::Number(values.clone()))],
        Predictions::Classes { .. } => {
            let labels = Categories::encode(predictions.labels().into_iter().map(Some));
            vec![
                (PREDICTION, Values::Category(labels)),
                (SCORE, Values::Number(predictions.scores())),
            ]
        }
    }
}
