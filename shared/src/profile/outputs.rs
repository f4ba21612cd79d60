//! A model's answers as columns.

use crate::dataset::{Categories, Values};
use crate::learners::predictions::Predictions;

/// The output column that holds what was predicted: a class, a number, a cluster, or
/// `anomaly` or `normal`.
pub const PREDICTION: &str = "prediction";

/// The output column that holds the score of a classifier, or of a detector of anomalies.
pub const SCORE: &str = "score";

/// The output columns that predictions make.
pub(super) fn outputs(predictions: &Predictions) -> Vec<(&'static str, Values)> {
    match predictions {
        Predictions::Values(values) => vec![(PREDICTION, Values::Number(values.clone()))],
        Predictions::Anomalies { scores, outliers } => {
            let name = |outlier: &bool| Some(if *outlier { "anomaly" } else { "normal" });
            let labels = Categories::encode(outliers.iter().map(name));
            vec![(PREDICTION, Values::Category(labels)), (SCORE, Values::Number(scores.clone()))]
        }
        Predictions::Clusters(labels) => {
            let labels = labels.iter().map(|label| Some(label.to_string()));
            vec![(PREDICTION, Values::Category(Categories::encode(labels)))]
        }
        Predictions::Classes { .. } => {
            let labels = Categories::encode(predictions.labels().into_iter().map(Some));
            vec![
                (PREDICTION, Values::Category(labels)),
                (SCORE, Values::Number(predictions.scores())),
            ]
        }
    }
}
