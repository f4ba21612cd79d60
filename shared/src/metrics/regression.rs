//! Metrics of predicted numbers.

/// True values with their errors.
#[derive(Debug, Clone)]
pub(super) struct Scored {
    /// Truth and predicted minus truth.
    rows: Vec<(f64, f64)>,
}

impl Scored {
    pub(super) fn new(truth: &[f64], predicted: &[f64]) -> Self {
        Self {
            rows: truth
                .iter()
                .zip(predicted)
                .map(|(&truth, &value)| (truth, value - truth))
                .collect(),
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The weighted mean of `value(truth, error)`.
    fn mean(&self, weights: &[f64], value: impl Fn(f64, f64) -> f64) -> f64 {
        let (sum, total) = self.rows.iter().zip(weights).fold(
            (0.0, 0.0),
            |(sum, total), (&(truth, error), &weight)| {
                (sum + weight * value(truth, error), total + weight)
            },
        );
        sum / total
    }

    pub(super) fn rmse(&self, weights: &[f64]) -> f64 {
        self.mean(weights, |_, error| error * error).sqrt()
    }

    pub(super) fn mae(&self, weights: &[f64]) -> f64 {
        self.mean(weights, |_, error| error.abs())
    }

    pub(super) fn r2(&self, weights: &[f64]) -> f64 {
        let mean = self.mean(weights, |truth, _| truth);
        let residual = self.mean(weights, |_, error| error * error);
        1.0 - residual / self.mean(weights, |truth, _| (truth - mean).powi(2))
    }
}
