//! Ridge, lasso and elastic-net regression, from the Gram matrix of the centred
//! features.

use super::coordinate_descent::{self, Penalty};
use super::{LinearFunction, LinearParams};
use crate::learners::algebra::{Rows, Symmetric, add, dot, weights_from};
use crate::learners::{Deadline, FitError};

/// The duality gap, as a share of the target's sum of squares, at which the descent
/// ends.
const GAP: f64 = 1e-10;

/// The function that minimises `½ Σ wᵢ (yᵢ − f(xᵢ))² + ½ alpha ‖c‖²` (ridge), or the
/// objective of scikit-learn's `ElasticNet` when `l1_ratio` is above 0. The intercept
/// is not penalised.
pub(super) fn fit(
    rows: Rows<'_>,
    values: &[f64],
    weights: Option<&[f64]>,
    params: &LinearParams,
    deadline: Deadline,
) -> Result<LinearFunction, FitError> {
    let means = rows.means(weights);
    let target_mean = Rows::new(values, 1).means(weights).into_iter().sum::<f64>();
    let centred = Centred { rows, means: &means, values, target_mean, weights };
    let coefficients = if params.l1_ratio * params.alpha > 0.0 {
        elastic_net(&centred, params, deadline)?
    } else if rows.columns() > rows.len() {
        dual_ridge(&centred, params.alpha, deadline)?
    } else {
        ridge(&centred, params.alpha, deadline)?
    };
    Ok(LinearFunction { intercept: target_mean - dot(&coefficients, &means), coefficients })
}

/// Features and target, less their weighted means.
struct Centred<'a> {
    rows: Rows<'a>,
    means: &'a [f64],
    values: &'a [f64],
    target_mean: f64,
    weights: Option<&'a [f64]>,
}

impl Centred<'_> {
    fn target(&self, row: usize) -> f64 {
        self.values.get(row).map_or(0.0, |value| value - self.target_mean)
    }

    fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights.get(row).copied().unwrap_or_default())
    }

    /// The Gram matrix of the features, their products with the target, and the
    /// target's sum of squares.
    fn normal_equations(&self, deadline: Deadline) -> Result<(Symmetric, Vec<f64>, f64), FitError> {
        let gram = Symmetric::gram(
            self.rows,
            Some(self.means),
            |row| self.target(row),
            |row| self.weight(row),
            deadline,
        )?;
        let last = gram.lower_row(self.rows.columns());
        let (squares, products) = last.split_last().unwrap_or((&0.0, &[]));
        Ok((gram.leading(), products.to_vec(), *squares))
    }
}

fn unsolvable() -> FitError {
    FitError::Linear("the features are too large".to_owned())
}

fn ridge(centred: &Centred<'_>, alpha: f64, deadline: Deadline) -> Result<Vec<f64>, FitError> {
    let (mut gram, mut products, _) = centred.normal_equations(deadline)?;
    gram.add_diagonal(alpha);
    gram.factor(deadline)?.ok_or_else(unsolvable)?.solve(&mut products);
    Ok(products)
}

/// Ridge regression with fewer rows than columns: `c = Zᵀ (Z Zᵀ + alpha)⁻¹ y`, where
/// `Z` and `y` are scaled by the roots of the weights.
fn dual_ridge(centred: &Centred<'_>, alpha: f64, deadline: Deadline) -> Result<Vec<f64>, FitError> {
    let roots: Vec<f64> =
        weights_from(centred.weights, 0).take(centred.rows.len()).map(f64::sqrt).collect();
    let scaled: Vec<f64> = centred
        .rows
        .iter()
        .zip(&roots)
        .flat_map(|(row, root)| {
            row.iter().zip(centred.means).map(move |(value, mean)| (value - mean) * root)
        })
        .collect();
    let scaled = Rows::new(&scaled, centred.rows.columns());
    let mut kernel = Symmetric::zeros(scaled.len());
    for (i, a) in scaled.iter().enumerate() {
        deadline.check()?;
        for (j, b) in scaled.iter().enumerate().take(i + 1) {
            if let Some(cell) = kernel.get_mut(i, j) {
                *cell = dot(a, b);
            }
        }
    }
    kernel.add_diagonal(alpha);
    let mut factors: Vec<f64> =
        roots.iter().enumerate().map(|(row, root)| root * centred.target(row)).collect();
    kernel.factor(deadline)?.ok_or_else(unsolvable)?.solve(&mut factors);
    let mut coefficients = vec![0.0; scaled.columns()];
    for (row, factor) in scaled.iter().zip(factors) {
        add(&mut coefficients, factor, row);
    }
    Ok(coefficients)
}

/// `1/(2n) Σ wᵢ (yᵢ − f(xᵢ))² + alpha · l1_ratio ‖c‖₁ + ½ alpha (1 − l1_ratio) ‖c‖²` for
/// a target of unit variance and weights with mean 1, then scaled back: `alpha` means
/// the same whatever the target's unit.
fn elastic_net(
    centred: &Centred<'_>,
    params: &LinearParams,
    deadline: Deadline,
) -> Result<Vec<f64>, FitError> {
    let (gram, products, squares) = centred.normal_equations(deadline)?;
    let total: f64 = weights_from(centred.weights, 0).take(centred.rows.len()).sum();
    let deviation = (squares / total).sqrt();
    let penalty = Penalty {
        l1: params.alpha * params.l1_ratio * total * deviation,
        l2: params.alpha * (1.0 - params.l1_ratio) * total,
    };
    let quadratic = coordinate_descent::Quadratic { gram: &gram.full(), linear: &products };
    let start = vec![0.0; products.len()];
    let converged = |coefficients: &[f64], gradient: &[f64]| {
        gap(coefficients, gradient, &products, squares, &penalty) <= GAP * squares
    };
    coordinate_descent::minimise(&quadratic, |_| penalty, start, converged, deadline)
}

/// The duality gap of the elastic net, as in scikit-learn's
/// `enet_coordinate_descent_gram`; `gradient` is `Xᵀy − XᵀX c`.
fn gap(
    coefficients: &[f64],
    gradient: &[f64],
    products: &[f64],
    squares: f64,
    penalty: &Penalty,
) -> f64 {
    let fitted = dot(coefficients, products) - dot(coefficients, gradient);
    let residual = squares - 2.0 * dot(coefficients, products) + fitted;
    let norm = dot(coefficients, coefficients);
    let dual = gradient
        .iter()
        .zip(coefficients)
        .map(|(gradient, coefficient)| (gradient - penalty.l2 * coefficient).abs())
        .fold(0.0, f64::max);
    let scale = if dual > penalty.l1 { penalty.l1 / dual } else { 1.0 };
    let primal = f64::midpoint(residual, residual * scale * scale);
    let absolute: f64 = coefficients.iter().map(|coefficient| coefficient.abs()).sum();
    let correlation = squares - dot(coefficients, products);
    primal + penalty.l1 * absolute - scale * correlation
        + 0.5 * penalty.l2 * (1.0 + scale * scale) * norm
}
