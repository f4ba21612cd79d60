//! What a forest learns: a number, or a class.
//!
//! Both are learned by reducing Σ (sum of an output)² / weight over the nodes: for a
//! number that is the variance, for one-hot classes Gini's impurity, and for two
//! classes, of which one output says all, half of it.

use model_factory_tabular::dataset::Target;

/// The true values with their weights.
#[derive(Debug)]
pub(super) struct Response {
    /// The number less `centre`, the label of two classes, or the class.
    values: Vec<f32>,
    /// The mean of the numbers, without which their squares would swamp what differs.
    centre: f64,
    /// How much each row counts; 1 on average.
    weights: Option<Vec<f32>>,
    outputs: usize,
    number: bool,
}

/// A row as a tree sees it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sample {
    pub(super) row: u32,
    pub(super) weight: f32,
    /// As in [`Response`].
    pub(super) value: f32,
}

impl Response {
    pub(super) fn of(target: &Target, weights: Option<&[f64]>) -> Self {
        let (values, centre, outputs, number) = match target {
            Target::Values(values) => {
                let centre = values.iter().sum::<f64>() / values.len().max(1) as f64;
                (values.iter().map(|&value| (value - centre) as f32).collect(), centre, 1, true)
            }
            Target::Classes { classes, labels } => {
                let labels = labels.iter().map(|&label| label as f32).collect();
                (labels, 0.0, if classes.len() == 2 { 1 } else { classes.len() }, false)
            }
            Target::Absent { .. } => (Vec::new(), 0.0, 1, true),
        };
        let weights = weights.map(|weights| {
            let mean = weights.iter().sum::<f64>() / weights.len().max(1) as f64;
            weights.iter().map(|weight| (weight / mean) as f32).collect()
        });
        Self { values, centre, weights, outputs, number }
    }

    pub(super) fn is_number(&self) -> bool {
        self.number
    }

    /// The numbers that a leaf answers.
    pub(super) fn outputs(&self) -> usize {
        self.outputs
    }

    /// What a leaf adds to the mean of its values.
    pub(super) fn centre(&self) -> f64 {
        self.centre
    }

    /// The rows of a tree: all, or as many drawn with replacement.
    pub(super) fn samples(&self, bootstrap: bool, random: &mut fastrand::Rng) -> Vec<Sample> {
        let rows = self.values.len();
        let mut draws = vec![u32::from(!bootstrap); rows];
        if bootstrap {
            for _ in 0..rows {
                if let Some(count) = draws.get_mut(random.usize(..rows)) {
                    *count += 1;
                }
            }
        }
        let weight = |row: usize| match &self.weights {
            Some(weights) => weights.get(row).copied().unwrap_or(0.0),
            None => 1.0,
        };
        draws
            .into_iter()
            .zip(&self.values)
            .enumerate()
            .map(|(row, (count, &value))| Sample {
                row: row as u32,
                weight: count as f32 * weight(row),
                value,
            })
            .filter(|sample| sample.weight > 0.0)
            .collect()
    }
}
