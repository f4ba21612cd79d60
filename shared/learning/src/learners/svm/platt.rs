//! Probabilities from decisions: Platt scaling for two classes (Lin, Lin & Weng, Machine
//! Learning 68, 2007), pairwise coupling for more (Wu, Lin & Weng, JMLR 5, 2004). As in
//! libsvm, but for the weights.

use serde::{Deserialize, Serialize};

use crate::learners::algebra::dot;

/// Steps of Newton's method after which what was found is taken.
const MAX_STEPS: usize = 100;

/// A probability of a pair is at least this far from 0 and 1.
const MARGIN: f64 = 1e-7;

/// How far the conditions of coupled probabilities may be violated.
const COUPLED: f64 = 1e-8;

/// The probability of the second class is `1 / (1 + exp(slope · decision + shift))`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Sigmoid {
    slope: f64,
    shift: f64,
}

/// A decision, whether the row is of the second class, and how much it counts.
pub(super) type Decided = (f64, bool, f64);

impl Sigmoid {
    /// Maximises the likelihood of the decisions' classes, with Platt's targets, by
    /// Newton's method with backtracking.
    pub(super) fn fit(decisions: &[Decided]) -> Self {
        let weight = |wanted: bool| -> f64 {
            decisions.iter().filter(|(_, second, _)| *second == wanted).map(|row| row.2).sum()
        };
        let (second, first) = (weight(true), weight(false));
        let (high, low) = ((second + 1.0) / (second + 2.0), 1.0 / (first + 2.0));
        let target = |second: bool| if second { high } else { low };
        let loss = |sigmoid: Self| -> f64 {
            let losses = decisions.iter().map(|&(decision, second, weight)| {
                let margin = sigmoid.slope * decision + sigmoid.shift;
                let certain = if margin >= 0.0 { 0.0 } else { margin };
                weight * (target(second) * margin + (-margin.abs()).exp().ln_1p() - certain)
            });
            losses.sum()
        };
        let mut sigmoid = Self { slope: 0.0, shift: ((first + 1.0) / (second + 1.0)).ln() };
        let mut value = loss(sigmoid);
        for _ in 0..MAX_STEPS {
            // The Hessian is kept positive definite by a small diagonal.
            let (mut aa, mut bb, mut ab) = (1e-12, 1e-12, 0.0);
            let (mut a, mut b) = (0.0, 0.0);
            for &(decision, second, weight) in decisions {
                let probability = sigmoid.probability(decision);
                let curvature = weight * probability * (1.0 - probability);
                let slope = weight * (target(second) - probability);
                aa += decision * decision * curvature;
                bb += curvature;
                ab += decision * curvature;
                a += decision * slope;
                b += slope;
            }
            if a.abs() < 1e-5 && b.abs() < 1e-5 {
                break;
            }
            let determinant = aa * bb - ab * ab;
            let (da, db) = (-(bb * a - ab * b) / determinant, -(aa * b - ab * a) / determinant);
            let expected = a * da + b * db;
            let mut step = 1.0;
            let next = loop {
                let next =
                    Self { slope: sigmoid.slope + step * da, shift: sigmoid.shift + step * db };
                let next_value = loss(next);
                if next_value < value + 1e-4 * step * expected {
                    break Some((next, next_value));
                }
                step *= 0.5;
                if step < 1e-10 {
                    break None;
                }
            };
            let Some(next) = next else { break };
            (sigmoid, value) = next;
        }
        sigmoid
    }

    /// The probability of the second class.
    pub(super) fn probability(self, decision: f64) -> f64 {
        let margin = self.slope * decision + self.shift;
        let odds = (-margin.abs()).exp();
        if margin >= 0.0 { odds / (1.0 + odds) } else { 1.0 / (1.0 + odds) }
    }
}

/// The probabilities of the classes that fit those of the pairs best: `pairs` are
/// `(a, b, probability of b when it is one of the two)`. A class of no pair has none.
pub(super) fn couple(classes: usize, pairs: &[(usize, usize, f64)]) -> Vec<f64> {
    let mut matrix = vec![vec![0.0; classes]; classes];
    let mut cell = |row: usize, column: usize, value: f64| {
        if let Some(cell) = matrix.get_mut(row).and_then(|row| row.get_mut(column)) {
            *cell += value;
        }
    };
    for &(a, b, probability) in pairs {
        let of_b = probability.clamp(MARGIN, 1.0 - MARGIN);
        let of_a = 1.0 - of_b;
        cell(a, a, of_b * of_b);
        cell(b, b, of_a * of_a);
        cell(a, b, -of_a * of_b);
        cell(b, a, -of_a * of_b);
    }
    let present: Vec<(usize, f64)> = matrix
        .iter()
        .enumerate()
        .filter_map(|(class, row)| Some((class, *row.get(class)?)))
        .filter(|(_, diagonal)| *diagonal > 0.0)
        .collect();
    let mut probabilities = vec![0.0; classes];
    for (class, _) in &present {
        if let Some(probability) = probabilities.get_mut(*class) {
            *probability = 1.0 / present.len() as f64;
        }
    }
    for _ in 0..MAX_STEPS {
        // Computed anew so that rounding does not pile up.
        let mut products: Vec<f64> = matrix.iter().map(|row| dot(row, &probabilities)).collect();
        let mut mean = dot(&products, &probabilities);
        let violation = |(class, _): &(usize, f64)| {
            products.get(*class).map_or(0.0, |product| (product - mean).abs())
        };
        if present.iter().map(violation).fold(0.0, f64::max) < COUPLED / classes as f64 {
            break;
        }
        for &(class, diagonal) in &present {
            let (Some(row), Some(&product)) = (matrix.get(class), products.get(class)) else {
                continue;
            };
            let change = (mean - product) / diagonal;
            let total = 1.0 + change;
            mean = (mean + change * (change * diagonal + 2.0 * product)) / (total * total);
            if let Some(probability) = probabilities.get_mut(class) {
                *probability += change;
            }
            probabilities.iter_mut().for_each(|probability| *probability /= total);
            for (product, q) in products.iter_mut().zip(row) {
                *product = (*product + change * q) / total;
            }
        }
    }
    probabilities
}
