//! Isolation forests (Liu, Ting & Zhou, *Isolation Forest*, ICDM 2008): random splits
//! part a row from the others the sooner the more it is unlike them. Scores and thresholds
//! are defined as scikit-learn's.

mod grow;
mod payload;

use std::fmt;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{FitContext, FitError, thresholds};
use model_factory_tabular::features::Matrix;
use model_factory_tabular::spec::Contamination;

pub(super) use payload::IsolationHeader;

/// Rows that one task scores, tree by tree, so that they stay in the cache.
const BATCH: usize = 256;

/// From which score on a row is an anomaly where no share is given: as scikit-learn's
/// `offset_` of −0.5.
const USUAL: f64 = 0.5;

/// The hyper-parameters of an isolation forest, as scikit-learn names them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IsolationParams {
    /// The number of trees, at least 1. Default 100.
    pub n_estimators: usize,
    /// The rows that each tree is grown from, at least 2. Default 256, all of fewer.
    pub max_samples: usize,
    /// The share of training rows that are anomalies. Default `auto`: those with a score
    /// above 0.5.
    pub contamination: Contamination,
}

impl Default for IsolationParams {
    fn default() -> Self {
        Self { n_estimators: 100, max_samples: 256, contamination: Contamination::AUTO }
    }
}

impl fmt::Display for IsolationParams {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "n_estimators={} max_samples={}", self.n_estimators, self.max_samples)?;
        match self.contamination.share() {
            Some(share) => write!(formatter, " contamination={share}"),
            None => Ok(()),
        }
    }
}

/// A node of a tree. The left child of a split follows it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Node {
    /// The feature that is split, or [`LEAF`].
    feature: u32,
    /// Where the right child is.
    right: u32,
    /// Of a split: rows of at most this go to the left. Of a leaf: the length of the path
    /// to one of its rows, with what would follow if it were split on.
    value: f32,
}

/// What stands in place of a leaf's feature.
const LEAF: u32 = u32::MAX;

/// The trees.
#[derive(Debug, Clone, PartialEq)]
pub struct IsolationForest {
    columns: usize,
    /// The nodes of all trees, one tree after the other.
    nodes: Vec<Node>,
    /// Where each tree begins.
    roots: Vec<u32>,
    /// The path length that scores 0.5: [`mean_path`] of a tree's rows.
    usual_path: f64,
    /// A row with a higher score is an anomaly.
    threshold: f64,
}

/// The mean length of a path that finds nothing in a binary search tree of `rows`
/// (Liu et al., equation 1).
fn mean_path(rows: usize) -> f64 {
    const EULER: f64 = 0.577_215_664_901_532_9;
    match rows {
        0 | 1 => 0.0,
        2 => 1.0,
        rows => {
            let rows = rows as f64;
            2.0 * ((rows - 1.0).ln() + EULER) - 2.0 * (rows - 1.0) / rows
        }
    }
}

impl IsolationForest {
    pub(super) fn fit(
        features: &Matrix<f32>,
        params: &IsolationParams,
        context: &FitContext<'_>,
    ) -> Result<Self, FitError> {
        let columns = features.columns();
        if columns == 0 {
            return Err(FitError::Anomalies("no column has values to learn from".to_owned()));
        }
        if params.n_estimators == 0 || params.max_samples < 2 {
            let message = "`n_estimators` must be at least 1, and `max_samples` at least 2";
            return Err(FitError::Anomalies(message.to_owned()));
        }
        if !features.as_slice().iter().all(|value| value.is_finite()) {
            return Err(FitError::Anomalies("the features are not all finite numbers".to_owned()));
        }
        let sample = params.max_samples.min(features.rows());
        let mut random = fastrand::Rng::with_seed(context.seed);
        let seeds: Vec<u64> = (0..params.n_estimators).map(|_| random.u64(..)).collect();
        let trees: Vec<Option<Vec<Node>>> = seeds
            .into_par_iter()
            .map(|seed| {
                (!context.deadline.has_passed()).then(|| grow::tree(features, sample, seed))
            })
            .collect();
        let trees: Option<Vec<Vec<Node>>> = trees.into_iter().collect();
        let mut forest = Self {
            columns,
            nodes: Vec::new(),
            roots: Vec::new(),
            // As leaves hold it, so that rows of one kind score 0.5 and no more.
            usual_path: f64::from(mean_path(sample) as f32),
            threshold: USUAL,
        };
        for tree in trees.ok_or(FitError::Deadline)? {
            forest.roots.push(u32::try_from(forest.nodes.len()).unwrap_or(u32::MAX));
            forest.nodes.extend(tree);
        }
        if let Some(share) = params.contamination.share() {
            forest.threshold = thresholds::upper(&forest.scores(features), share);
        }
        Ok(forest)
    }

    pub(super) fn threshold(&self) -> f64 {
        self.threshold
    }

    /// `2^(−path / usual path)` of each row, between 0 and 1, with the mean path over the
    /// trees: the negative of scikit-learn's `score_samples`.
    pub(super) fn scores(&self, features: &Matrix<f32>) -> Vec<f64> {
        let batches: Vec<Vec<f64>> = features
            .as_slice()
            .par_chunks(BATCH * self.columns)
            .map(|rows| self.scores_of(rows))
            .collect();
        batches.concat()
    }

    fn scores_of(&self, rows: &[f32]) -> Vec<f64> {
        let mut paths = vec![0.0_f64; rows.len() / self.columns];
        let ends = self.roots.iter().skip(1).map(|&root| root as usize);
        let ends = ends.chain([self.nodes.len()]);
        for (&root, end) in self.roots.iter().zip(ends) {
            let tree = self.nodes.get(root as usize..end).unwrap_or_default();
            for (path, row) in paths.iter_mut().zip(rows.chunks_exact(self.columns)) {
                *path += f64::from(path_length(tree, row));
            }
        }
        let usual = self.usual_path * self.roots.len() as f64;
        // Rows of one kind only have no path at all.
        let share = |path: f64| if usual > 0.0 { path / usual } else { 1.0 };
        paths.into_iter().map(|path| (-share(path)).exp2()).collect()
    }
}

#[inline]
fn path_length(tree: &[Node], row: &[f32]) -> f32 {
    let mut place = 0;
    while let Some(node) = tree.get(place) {
        match row.get(node.feature as usize) {
            Some(&value) => {
                place = if value <= node.value { place + 1 } else { node.right as usize };
            }
            None => return node.value,
        }
    }
    0.0
}

#[cfg(test)]
mod tests;
