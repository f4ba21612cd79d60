//! How much each input matters to a model.

use std::collections::BTreeMap;

use fastrand::Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::dataset::{Column, Labelled, Table};
use crate::learners::Predictor;
use crate::metrics::{Evaluation, Metric};

use super::TrainingError;

/// How often each column is shuffled.
const REPEATS: usize = 3;

/// The most rows that are shuffled.
const MOST_ROWS: usize = 2_000;

/// The fewest rows, however many columns there are.
const LEAST_ROWS: usize = 100;

/// About how many rows are predicted in all.
const BUDGET: usize = 200_000;

/// How many rows are explained.
const EXPLAINED: usize = 100;

/// How much each input matters, by three measures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Importances {
    /// Each input's share of the trees' total gain; empty for other models.
    pub gain: BTreeMap<String, f64>,
    /// By how much the metric gets worse when an input's values are shuffled among
    /// holdout rows, on average (Breiman, *Random Forests*, 2001).
    pub permutation: BTreeMap<String, f64>,
    /// How much each input moves an answer: the mean size of its SHAP values over
    /// (at most 100) holdout rows and all classes, in log-odds for boosted classes
    /// (Lundberg & Lee, NeurIPS 2017); empty for models that are not of trees.
    #[serde(default)]
    pub shap: BTreeMap<String, f64>,
}

impl Importances {
    /// Measures them. The same predictor, rows and seed give the same numbers.
    ///
    /// # Errors
    /// When the rows cannot be predicted.
    pub(super) fn of(
        predictor: &Predictor,
        holdout: &Labelled,
        metric: Metric,
        seed: u64,
    ) -> Result<Self, TrainingError> {
        Ok(Self {
            gain: predictor.importance(),
            permutation: permutation(predictor, holdout, metric, seed)?,
            shap: shap(predictor, holdout, seed)?,
        })
    }

    /// One share for each input, for weighing inputs: of the gain, which knows every
    /// column that a tree asks, also where two say the same; else of the permutation
    /// importance. Empty when no input matters.
    #[must_use]
    pub fn shares(&self) -> BTreeMap<String, f64> {
        let measured = if self.gain.is_empty() { &self.permutation } else { &self.gain };
        let total: f64 = measured.values().map(|value| value.max(0.0)).sum();
        if total <= 0.0 {
            return BTreeMap::new();
        }
        measured.iter().map(|(name, value)| (name.clone(), value.max(0.0) / total)).collect()
    }
}

fn permutation(
    predictor: &Predictor,
    holdout: &Labelled,
    metric: Metric,
    seed: u64,
) -> Result<BTreeMap<String, f64>, TrainingError> {
    let columns = holdout.inputs.columns();
    let most = (BUDGET / (REPEATS * columns.len()).max(1)).clamp(LEAST_ROWS, MOST_ROWS);
    let mut random = Rng::with_seed(seed);
    let sample = sample(holdout, most, &mut random);
    let score = |inputs: &Table| -> Result<f64, TrainingError> {
        let predictions = predictor.predict(inputs)?;
        Ok(Evaluation::new(&sample.target, &predictions)?.score(metric))
    };
    let intact = score(&sample.inputs)?;
    let mut losses = vec![0.0; columns.len()];
    for _ in 0..REPEATS {
        let mut order: Vec<usize> = (0..sample.rows()).collect();
        random.shuffle(&mut order);
        let shuffled = sample.inputs.select(&order);
        let scores: Vec<f64> = (0..columns.len())
            .into_par_iter()
            .map(|column| score(&with_column_of(&sample.inputs, &shuffled, column)))
            .collect::<Result<_, _>>()?;
        for (loss, score) in losses.iter_mut().zip(scores) {
            *loss += metric.improvement(intact, score) / REPEATS as f64;
        }
    }
    let named = columns.iter().map(|column| column.name.clone()).zip(losses);
    Ok(named.filter(|(_, loss)| loss.is_finite()).collect())
}

/// The mean size of each input's SHAP values.
fn shap(
    predictor: &Predictor,
    holdout: &Labelled,
    seed: u64,
) -> Result<BTreeMap<String, f64>, TrainingError> {
    let rows = sample(holdout, EXPLAINED, &mut Rng::with_seed(seed));
    let Some(found) = predictor.contributions(&rows.inputs)? else { return Ok(BTreeMap::new()) };
    let mut sizes = vec![0.0; found.columns.len()];
    let answers = found.values.chunks_exact(sizes.len().max(1));
    let count = answers.len().max(1) as f64;
    for answer in answers {
        for (size, value) in sizes.iter_mut().zip(answer) {
            *size += value.abs() / count;
        }
    }
    Ok(found.columns.into_iter().zip(sizes).collect())
}

/// At most so many of the rows.
fn sample(rows: &Labelled, most: usize, random: &mut Rng) -> Labelled {
    rows.select(&random.choose_multiple(0..rows.rows(), most))
}

/// The table with one column from the other.
fn with_column_of(table: &Table, other: &Table, column: usize) -> Table {
    let columns: Vec<Column> = table
        .columns()
        .iter()
        .zip(other.columns())
        .enumerate()
        .map(|(index, (own, others))| if index == column { others } else { own }.clone())
        .collect();
    // The columns of two tables of as many rows are of one length.
    Table::new(columns).unwrap_or_else(|_| table.clone())
}

#[cfg(test)]
#[path = "importance_tests.rs"]
mod tests;
