//! The naive baseline: what one would say without looking at the inputs.

use serde::{Deserialize, Serialize};

use super::algebra::weights_from;
use super::balance::{Balance, class_weights};
use model_factory_tabular::dataset::Target;

/// One answer for every row: the class frequencies, or the mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaselineModel {
    answer: Vec<f64>,
}

impl BaselineModel {
    /// Balanced either way, all classes that have rows are equally frequent.
    pub(super) fn fit(target: &Target, balance: Balance) -> Self {
        let weights = match balance {
            Balance::None => None,
            Balance::ClassWeight | Balance::Smote => class_weights(target, None),
        };
        let weights = || weights_from(weights.as_deref(), 0);
        let total: f64 = weights().take(target.rows()).sum();
        let mut answer = match target {
            Target::Absent { .. } => Vec::new(),
            Target::Values(values) => {
                vec![values.iter().zip(weights()).map(|(value, weight)| weight * value).sum()]
            }
            Target::Classes { classes, labels } => {
                let mut counts = vec![0.0; classes.len()];
                for (&label, weight) in labels.iter().zip(weights()) {
                    if let Some(count) = counts.get_mut(label) {
                        *count += weight;
                    }
                }
                counts
            }
        };
        answer.iter_mut().for_each(|number| *number /= total);
        Self { answer }
    }

    pub(super) fn predict(&self, rows: usize) -> Vec<f64> {
        self.answer.repeat(rows)
    }
}
