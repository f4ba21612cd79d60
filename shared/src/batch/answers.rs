//! What is added to each row.

use crate::dataset::table::LengthMismatch;
use crate::dataset::write::OutputColumn;
use crate::dataset::{Categories, Column, ItemType, Table, Task, Values};
use crate::learners::Predictions;
use crate::protocol::Extras;

/// The class or number that is answered.
const PREDICTION: &str = "prediction";

/// Whether a row is an anomaly, and how unlike the others it is.
const ANOMALY: [&str; 2] = ["outlier", "score"];

/// The cluster of a row.
const CLUSTER: &str = "cluster";

/// The columns that a model of the task adds.
pub(super) fn columns(task: &Task, interval: bool) -> Vec<OutputColumn> {
    let column = |name: &str, kind| OutputColumn { name: name.to_owned(), kind };
    match task {
        Task::Classification { classes } => {
            let probabilities =
                classes.iter().map(|class| column(&probability(class), ItemType::Number));
            std::iter::once(column(PREDICTION, ItemType::Text)).chain(probabilities).collect()
        }
        Task::Regression => {
            let bounds = interval.then_some(["lower", "upper"]).into_iter().flatten();
            std::iter::once(PREDICTION)
                .chain(bounds)
                .map(|name| column(name, ItemType::Number))
                .collect()
        }
        Task::Anomaly => {
            let [outlier, score] = ANOMALY;
            vec![column(outlier, ItemType::Boolean), column(score, ItemType::Number)]
        }
        Task::Clustering => vec![column(CLUSTER, ItemType::Integer)],
    }
}

/// Their values.
///
/// # Errors
/// When there are more of one than of another.
pub(super) fn table(predictions: &Predictions, extras: &Extras) -> Result<Table, LengthMismatch> {
    let column = |name: &str, values| Column { name: name.to_owned(), values };
    let mut columns = Vec::new();
    match predictions {
        Predictions::Classes { classes, probabilities, .. } => {
            let labels = Categories::encode(predictions.labels().into_iter().map(Some));
            columns.push(column(PREDICTION, Values::Category(labels)));
            let width = classes.len().max(1);
            for (index, class) in classes.iter().enumerate() {
                let values = probabilities.iter().skip(index).step_by(width).copied().collect();
                columns.push(column(&probability(class), Values::Number(values)));
            }
        }
        Predictions::Values(values) => {
            columns.push(column(PREDICTION, Values::Number(values.clone())));
            if let Some(intervals) = &extras.intervals {
                let (lower, upper) = intervals.bounds.iter().copied().unzip();
                columns.push(column("lower", Values::Number(lower)));
                columns.push(column("upper", Values::Number(upper)));
            }
        }
        Predictions::Anomalies { scores, outliers } => {
            let [outlier, score] = ANOMALY;
            let truths = outliers.iter().map(|&it| Some(if it { "true" } else { "false" }));
            columns.push(column(outlier, Values::Category(Categories::encode(truths))));
            columns.push(column(score, Values::Number(scores.clone())));
        }
        Predictions::Clusters(labels) => {
            let labels = labels.iter().copied().map(f64::from).collect();
            columns.push(column(CLUSTER, Values::Number(labels)));
        }
    }
    Table::new(columns)
}

fn probability(class: &str) -> String {
    format!("probability_{class}")
}
