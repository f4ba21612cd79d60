//! What a learner is fitted to.

use model_factory_tabular::dataset::Target;
use model_factory_tabular::features::Matrix;

/// Rows of features with their true values and weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Examples<T> {
    /// One row of features each.
    pub features: Matrix<T>,
    /// The true values.
    pub target: Target,
    /// How much each row counts; `None` when all count alike.
    pub weights: Option<Vec<f64>>,
}
