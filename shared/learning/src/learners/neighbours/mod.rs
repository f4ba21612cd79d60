//! k nearest neighbours: a row is answered by the training rows next to it.

mod batch;
mod lengths;
mod payload;
mod search;
mod tree;

use std::fmt;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Examples, FitError};
use model_factory_tabular::dataset::Target;
use model_factory_tabular::features::Matrix;

pub(super) use payload::NeighboursHeader;
use search::Neighbour;
pub(super) use tree::Tree;

/// The most rows that are kept; above, an answer takes too long.
const MAX_ROWS: usize = 200_000;

/// The most numbers that are kept (64 MiB), since they are all in the artifact.
const MAX_VALUES: usize = 16 << 20;

/// Rows that one task answers, all at once.
const BATCH: usize = 64;

/// The hyper-parameters of k nearest neighbours, as scikit-learn names them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NeighboursParams {
    /// How many neighbours answer, at least 1. Default 5.
    pub n_neighbors: usize,
    /// How much each counts. Default `uniform`.
    pub weights: Vote,
}

/// How much each neighbour counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vote {
    /// All alike.
    #[default]
    Uniform,
    /// By the inverse of its distance; where some are at no distance, only they count.
    Distance,
}

impl Default for NeighboursParams {
    fn default() -> Self {
        Self { n_neighbors: 5, weights: Vote::Uniform }
    }
}

impl fmt::Display for NeighboursParams {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "n_neighbors={}", self.n_neighbors)?;
        match self.weights {
            Vote::Uniform => Ok(()),
            Vote::Distance => formatter.write_str(" weights=distance"),
        }
    }
}

/// The training rows with their true values.
#[derive(Debug, Clone, PartialEq)]
pub struct NeighboursModel {
    params: NeighboursParams,
    tree: Tree,
    answers: Answers,
    /// How much each training row counts; all alike when empty.
    weights: Vec<f64>,
}

/// The true values, in the order of the training rows.
#[derive(Debug, Clone, PartialEq)]
enum Answers {
    Values(Vec<f64>),
    Labels(Vec<u32>),
}

impl NeighboursModel {
    pub(super) fn fit(
        examples: &Examples<f32>,
        params: &NeighboursParams,
    ) -> Result<Self, FitError> {
        let Examples { features, target, weights } = examples;
        let (rows, columns) = (features.rows(), features.columns());
        if columns == 0 {
            return Err(FitError::Neighbours("no column has values to learn from".to_owned()));
        }
        if params.n_neighbors == 0 {
            return Err(FitError::Neighbours(
                "`n_neighbors` is 0, but it must be at least 1".to_owned(),
            ));
        }
        if rows > MAX_ROWS || rows * columns > MAX_VALUES {
            return Err(FitError::Neighbours(format!(
                "{rows} rows of {columns} features are more than the {MAX_ROWS} rows, or \
                 {MAX_VALUES} numbers, that are kept"
            )));
        }
        if !features.as_slice().iter().all(|value| value.is_finite()) {
            return Err(FitError::Neighbours("the features are not all finite numbers".to_owned()));
        }
        let answers = match target {
            Target::Values(values) => Answers::Values(values.clone()),
            Target::Classes { labels, .. } => {
                let labels = labels.iter().map(|&label| u32::try_from(label).unwrap_or(u32::MAX));
                Answers::Labels(labels.collect())
            }
            Target::Absent { .. } => return Err(FitError::NoTarget),
        };
        Ok(Self {
            params: params.clone(),
            tree: Tree::new(features.as_slice(), columns),
            answers,
            weights: weights.clone().unwrap_or_default(),
        })
    }

    /// The answers row by row: numbers, or the probabilities of `classes` classes.
    pub(super) fn predict(&self, features: &Matrix<f32>, classes: usize) -> Vec<f64> {
        let size = BATCH * features.columns().max(1);
        let batches: Vec<Vec<f64>> = features
            .as_slice()
            .par_chunks(size)
            .map(|rows| {
                let nearest = self.tree.nearest_to_each(rows, self.params.n_neighbors);
                nearest.iter().flat_map(|nearest| self.answer(nearest, classes)).collect()
            })
            .collect();
        batches.concat()
    }

    fn answer(&self, nearest: &[Neighbour], classes: usize) -> Vec<f64> {
        let exact = nearest.first().is_some_and(|&(distance, _)| distance == 0.0);
        let votes = nearest.iter().map(|&(distance, place)| {
            let vote = match self.params.weights {
                Vote::Uniform => 1.0,
                Vote::Distance if exact => f64::from(u8::from(distance == 0.0)),
                Vote::Distance => 1.0 / f64::from(distance).sqrt(),
            };
            let place = place as usize;
            (place, vote * self.weights.get(place).copied().unwrap_or(1.0))
        });
        let mut answer = vec![0.0; classes.max(1)];
        let mut total = 0.0;
        for (place, vote) in votes {
            total += vote;
            let (cell, value) = match &self.answers {
                Answers::Values(values) => {
                    (answer.first_mut(), values.get(place).copied().unwrap_or_default())
                }
                Answers::Labels(labels) => {
                    let label = labels.get(place).map_or(usize::MAX, |&label| label as usize);
                    (answer.get_mut(label), 1.0)
                }
            };
            if let Some(cell) = cell {
                *cell += vote * value;
            }
        }
        answer.iter_mut().for_each(|cell| *cell /= total);
        answer
    }
}

#[cfg(test)]
mod tests;
