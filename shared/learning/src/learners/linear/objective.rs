//! What logistic regression minimises, with its derivatives.

use super::coordinate_descent::Penalty;
use super::softmax;
use crate::learners::algebra::{LANES, Rows, Symmetric, add, dot, weights_from};
use crate::learners::{Deadline, FitError};

/// A smooth convex function with an L1 penalty on some of its parameters.
pub(super) trait Objective {
    /// The number of parameters.
    fn size(&self) -> usize;

    /// The smooth part and its gradient.
    fn evaluate(&self, params: &[f64]) -> (f64, Vec<f64>);

    /// The factor of a parameter's absolute value.
    fn l1(&self, place: usize) -> f64;

    /// What a derivative is divided by to be one of the mean loss.
    fn scale(&self) -> f64;

    /// The L1 penalty.
    fn absolute(&self, params: &[f64]) -> f64 {
        params.iter().enumerate().map(|(place, param)| self.l1(place) * param.abs()).sum()
    }

    /// How far the parameters are from the optimum: the largest component of the
    /// smallest subgradient of the mean loss.
    fn violation(&self, params: &[f64], gradient: &[f64]) -> f64 {
        let components = params.iter().zip(gradient).enumerate();
        components
            .map(|(place, (&param, &slope))| subgradient(param, slope, self.l1(place)))
            .fold(0.0, f64::max)
            / self.scale()
    }
}

/// The size of the smallest subgradient of `smooth + l1 |param|` in one parameter, where
/// `slope` is the derivative of the smooth part.
pub(super) fn subgradient(param: f64, slope: f64, l1: f64) -> f64 {
    if param == 0.0 { (slope.abs() - l1).max(0.0) } else { (slope + l1.copysign(param)).abs() }
}

/// `Σ wᵢ · log loss of row i`, and the penalty on all coefficients but the intercepts.
///
/// Two classes have one function, more have one each. Its parameters are its
/// coefficients, then its intercept.
#[derive(Debug)]
pub(super) struct LogLoss<'a> {
    rows: Rows<'a>,
    labels: &'a [usize],
    classes: usize,
    weights: Option<&'a [f64]>,
    penalty: Penalty,
    total: f64,
}

/// A part of the rows, weighted so that they stand for all.
#[derive(Debug)]
pub(super) struct Sample {
    values: Vec<f64>,
    columns: usize,
    labels: Vec<usize>,
    classes: usize,
    weights: Vec<f64>,
    penalty: Penalty,
}

impl Sample {
    pub(super) fn loss(&self) -> LogLoss<'_> {
        let rows = Rows::new(&self.values, self.columns);
        LogLoss::new(rows, &self.labels, self.classes, Some(&self.weights), self.penalty)
    }
}

impl<'a> LogLoss<'a> {
    pub(super) fn new(
        rows: Rows<'a>,
        labels: &'a [usize],
        classes: usize,
        weights: Option<&'a [f64]>,
        penalty: Penalty,
    ) -> Self {
        let total = weights_from(weights, 0).take(rows.len()).sum();
        Self { rows, labels, classes, weights, penalty, total }
    }

    fn outputs(&self) -> usize {
        if self.classes == 2 { 1 } else { self.classes }
    }

    pub(super) fn has_l1(&self) -> bool {
        self.penalty.l1 > 0.0
    }

    /// About `size` rows, evenly spread over those of each class; `None` when that is
    /// not much less than all.
    pub(super) fn sample(&self, size: usize) -> Option<Sample> {
        let stride = self.rows.len() / size.max(1);
        if stride < 2 {
            return None;
        }
        let mut seen = vec![0_usize; self.classes];
        let mut count = vec![0_usize; self.classes];
        self.labels.iter().for_each(|&label| increment(&mut count, label));
        // Rare classes are taken whole.
        let strides: Vec<usize> = count.iter().map(|&rows| stride.min(rows / 100).max(1)).collect();
        let mut sample = Sample {
            values: Vec::new(),
            columns: self.rows.columns(),
            labels: Vec::new(),
            classes: self.classes,
            weights: Vec::new(),
            penalty: self.penalty,
        };
        let weights = weights_from(self.weights, 0);
        for ((row, &label), weight) in self.rows.iter().zip(self.labels).zip(weights) {
            let (position, stride) = (seen.get(label)?, strides.get(label)?);
            if position % stride == 0 {
                sample.values.extend_from_slice(row);
                sample.labels.push(label);
                sample.weights.push(weight * *stride as f64);
            }
            increment(&mut seen, label);
        }
        Some(sample)
    }

    /// The probabilities of a row's classes (of two, that of the second). Returns `m` and
    /// `p` of the row's log loss `m + ln p`.
    fn probabilities(
        &self,
        row: &[f64],
        label: usize,
        params: &[f64],
        into: &mut [f64],
    ) -> (f64, f64) {
        let functions = params.chunks_exact(self.rows.columns() + 1);
        for (margin, function) in into.iter_mut().zip(functions) {
            let (intercept, coefficients) = function.split_last().unwrap_or((&0.0, &[]));
            *margin = intercept + dot(coefficients, row);
        }
        if let [margin] = into {
            let odds = (-margin.abs()).exp();
            let loss = if label == 1 { -*margin } else { *margin }.max(0.0);
            *margin = if *margin >= 0.0 { 1.0 } else { odds } / (1.0 + odds);
            return (loss, 1.0 + odds);
        }
        let own = into.get(label).copied().unwrap_or_default();
        let highest = into.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (highest - own, softmax(into))
    }

    /// The second derivatives of the smooth part.
    ///
    /// # Errors
    /// When the deadline passes.
    pub(super) fn hessian(
        &self,
        params: &[f64],
        deadline: Deadline,
    ) -> Result<Symmetric, FitError> {
        let (outputs, block) = (self.outputs(), self.rows.columns() + 1);
        let mut probabilities = vec![0.0; outputs * self.rows.len()];
        let cells = probabilities.chunks_exact_mut(outputs);
        for ((row, &label), cells) in self.rows.iter().zip(self.labels).zip(cells) {
            self.probabilities(row, label, params, cells);
        }
        let probability = |row: usize, output: usize| {
            probabilities.get(row * outputs + output).copied().unwrap_or_default()
        };
        let weight = |row: usize| {
            self.weights.map_or(1.0, |weights| weights.get(row).copied().unwrap_or_default())
        };
        let mut hessian = Symmetric::zeros(outputs * block);
        for a in 0..outputs {
            for b in 0..=a {
                let curvature = |row: usize| {
                    let (p, q) = (probability(row, a), probability(row, b));
                    weight(row) * if a == b { p * (1.0 - p) } else { -p * q }
                };
                let gram = Symmetric::gram(self.rows, None, |_| 1.0, curvature, deadline)?;
                for i in 0..block {
                    for j in 0..if a == b { i + 1 } else { block } {
                        let mut value = gram.get(i, j);
                        let intercepts = i + 1 == block && j + 1 == block;
                        if a == b && i == j && !intercepts {
                            value += self.penalty.l2;
                        }
                        // Adding the same to all intercepts changes nothing: this
                        // keeps a step from doing so.
                        if outputs > 1 && intercepts {
                            value += self.total / outputs as f64;
                        }
                        if let Some(cell) = hessian.get_mut(a * block + i, b * block + j) {
                            *cell = value;
                        }
                    }
                }
            }
        }
        Ok(hessian)
    }
}

fn increment(counts: &mut [usize], label: usize) {
    if let Some(count) = counts.get_mut(label) {
        *count += 1;
    }
}

impl Objective for LogLoss<'_> {
    fn size(&self) -> usize {
        self.outputs() * (self.rows.columns() + 1)
    }

    fn evaluate(&self, params: &[f64]) -> (f64, Vec<f64>) {
        let (outputs, block) = (self.outputs(), self.rows.columns() + 1);
        let mut sums = self.rows.sum(outputs * block + 1, |start, rows, sums| {
            let mut probabilities = vec![0.0; outputs];
            // Of four rows, for each output.
            let mut residuals = vec![[0.0; LANES]; outputs];
            let mut labels = self.labels.iter().skip(start);
            let mut weights = weights_from(self.weights, start);
            let Some((loss, gradient)) = sums.split_last_mut() else { return };
            for four in rows.fours() {
                let mut product = 1.0;
                for (lane, (row, (&label, weight))) in
                    four.iter().zip(labels.by_ref().zip(weights.by_ref())).enumerate()
                {
                    let (linear, factor) =
                        self.probabilities(row, label, params, &mut probabilities);
                    *loss += weight * linear;
                    match self.weights {
                        // One logarithm for four rows.
                        None => product *= factor,
                        Some(_) => *loss += weight * factor.ln(),
                    }
                    let own = if outputs == 1 { label.wrapping_sub(1) } else { label };
                    let cells = residuals.iter_mut().zip(&probabilities).enumerate();
                    for (output, (lanes, probability)) in cells {
                        if let Some(residual) = lanes.get_mut(lane) {
                            let truth = if output == own { 1.0 } else { 0.0 };
                            *residual = weight * (probability - truth);
                        }
                    }
                }
                *loss += product.ln();
                for (slopes, &lanes) in gradient.chunks_exact_mut(block).zip(&residuals) {
                    let Some((intercept, slopes)) = slopes.split_last_mut() else { continue };
                    *intercept += lanes.iter().take(four.len()).sum::<f64>();
                    four.add_to(slopes, lanes);
                }
            }
        });
        let mut loss = sums.pop().unwrap_or_default();
        for (function, slopes) in params.chunks_exact(block).zip(sums.chunks_exact_mut(block)) {
            let coefficients = function.split_last().map_or(function, |(_, rest)| rest);
            loss += 0.5 * self.penalty.l2 * dot(coefficients, coefficients);
            add(slopes, self.penalty.l2, coefficients);
        }
        (loss, sums)
    }

    fn l1(&self, place: usize) -> f64 {
        let block = self.rows.columns() + 1;
        if place % block + 1 == block { 0.0 } else { self.penalty.l1 }
    }

    fn scale(&self) -> f64 {
        self.total
    }
}
