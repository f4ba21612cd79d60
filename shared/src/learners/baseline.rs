//! The naive baseline: what one would say without looking at the inputs.

use serde::{Deserialize, Serialize};

use crate::dataset::Target;

/// One answer for every row: the class frequencies, or the mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaselineModel {
    answer: Vec<f64>,
}

impl BaselineModel {
    pub(super) fn fit(target: &Target) -> Self {
        let rows = target.rows() as f64;
        let answer = match target {
            Target::Values(values) => vec![values.iter().sum::<f64>() / rows],
            Target::Classes { classes, labels } => {
                let mut counts = vec![0.0; classes.len()];
                for &label in labels {
                    if let Some(count) = counts.get_mut(label) {
                        *count += 1.0;
                    }
                }
                counts.iter().map(|count| count / rows).collect()
            }
        };
        Self { answer }
    }

    pub(super) fn predict(&self, rows: usize) -> Vec<f64> {
        self.answer.repeat(rows)
    }
}
