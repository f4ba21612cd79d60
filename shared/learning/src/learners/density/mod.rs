//! Density clusters (Ester, Kriegel, Sander & Xu, *A Density-Based Algorithm for
//! Discovering Clusters*, KDD 1996), labelled as scikit-learn's DBSCAN labels them.

mod payload;
mod suggest;
mod tree;

use std::fmt;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{FitError, NOISE};
use model_factory_tabular::features::Matrix;

pub(super) use payload::DbscanHeader;
use tree::{Tree, Untaken};

/// The most core rows that are kept; they are all in the artifact.
const MAX_ROWS: usize = 1_000_000;

/// The most numbers that are kept (128 MiB).
const MAX_VALUES: usize = 16 << 20;

/// Rows that one task looks at.
const BATCH: usize = 256;

/// The hyper-parameters of DBSCAN, as scikit-learn names them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DbscanParams {
    /// How near rows are to each other to be neighbours, above 0. Default 0.5.
    pub eps: f64,
    /// How many neighbours, itself among them, a core row has. Default 5.
    pub min_samples: usize,
}

impl Default for DbscanParams {
    fn default() -> Self {
        Self { eps: 0.5, min_samples: 5 }
    }
}

impl DbscanParams {
    /// Four digits that count, however near the rows are.
    fn rounded_eps(&self) -> f64 {
        format!("{:.3e}", self.eps).parse().unwrap_or(self.eps)
    }
}

impl fmt::Display for DbscanParams {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "eps={} min_samples={}", self.rounded_eps(), self.min_samples)
    }
}

/// The core rows with their clusters.
#[derive(Debug, Clone, PartialEq)]
pub struct DbscanModel {
    params: DbscanParams,
    /// Of the core rows.
    tree: Tree,
    /// The cluster of each core row, in the order of the training rows.
    clusters: Vec<i32>,
}

impl DbscanModel {
    /// The model, and the label of each row: clusters are numbered from 0 in the order of
    /// their first core rows, a row on the border of several belongs to the first of them,
    /// and what is near no core row is [`NOISE`].
    pub(super) fn fit(
        features: &Matrix<f64>,
        params: &DbscanParams,
    ) -> Result<(Self, Vec<i32>), FitError> {
        let (columns, values) = (features.columns(), features.as_slice());
        if columns == 0 {
            return Err(FitError::Clusters("no column has values to learn from".to_owned()));
        }
        if !(params.eps > 0.0 && params.eps.is_finite()) || params.min_samples == 0 {
            return Err(FitError::Clusters(format!(
                "`eps` is {} and `min_samples` {}, but both must be above 0",
                params.eps, params.min_samples
            )));
        }
        if !values.iter().all(|value| value.is_finite()) {
            return Err(FitError::Clusters("the features are not all finite numbers".to_owned()));
        }
        let tree = Tree::new(values, columns);
        let is_core = core_rows(&tree, params);
        let labels = labels(&tree, &is_core, params);
        let cores = || {
            let rows = values.chunks_exact(columns).zip(&labels).zip(&is_core);
            rows.filter(|(_, is_core)| **is_core).map(|(row, _)| row)
        };
        let count = cores().count();
        if count == 0 {
            return Err(FitError::Clusters(format!(
                "no row has {} rows within {}: raise `eps`, or lower `min_samples`",
                params.min_samples,
                params.rounded_eps()
            )));
        }
        if count > MAX_ROWS || count * columns > MAX_VALUES {
            return Err(FitError::Clusters(format!(
                "{count} core rows of {columns} features are more than the {MAX_ROWS} rows, or \
                 {MAX_VALUES} numbers, that are kept"
            )));
        }
        let kept: Vec<f64> = cores().flat_map(|(row, _)| row).copied().collect();
        let clusters = cores().map(|(_, &label)| label).collect();
        let model = Self { params: params.clone(), tree: Tree::new(&kept, columns), clusters };
        Ok((model, labels))
    }

    /// How many core rows there are.
    pub(super) fn core_rows(&self) -> usize {
        self.clusters.len()
    }

    /// The cluster of the nearest core row within `eps`; [`NOISE`] where there is none.
    pub(super) fn predict(&self, features: &Matrix<f64>) -> Vec<i32> {
        let radius = self.params.eps * self.params.eps;
        let columns = self.tree.columns();
        let label = |row: &[f64]| {
            let nearest = self.tree.nearest_within(row, radius);
            let place = nearest.and_then(|position| self.tree.order().get(position));
            place.and_then(|&place| self.clusters.get(place as usize)).copied().unwrap_or(NOISE)
        };
        let batches: Vec<Vec<i32>> = features
            .as_slice()
            .par_chunks(BATCH * columns)
            .map(|rows| rows.chunks_exact(columns).map(label).collect())
            .collect();
        batches.concat()
    }
}

/// Whether each row has enough neighbours, by its place among the training rows.
fn core_rows(tree: &Tree, params: &DbscanParams) -> Vec<bool> {
    let radius = params.eps * params.eps;
    let positions: Vec<usize> = (0..tree.order().len()).collect();
    let by_position: Vec<Vec<bool>> = positions
        .par_chunks(BATCH)
        .map(|positions| {
            let is_core =
                |&position: &usize| tree.has_within(tree.row(position), radius, params.min_samples);
            positions.iter().map(is_core).collect()
        })
        .collect();
    let mut is_core = vec![false; positions.len()];
    for (&place, found) in tree.order().iter().zip(by_position.into_iter().flatten()) {
        if let Some(cell) = is_core.get_mut(place as usize) {
            *cell = found;
        }
    }
    is_core
}

/// Grows the clusters one after the other, each from its first core row to all that its
/// core rows reach.
fn labels(tree: &Tree, is_core: &[bool], params: &DbscanParams) -> Vec<i32> {
    let radius = params.eps * params.eps;
    let mut positions = vec![0_usize; is_core.len()];
    for (position, &place) in tree.order().iter().enumerate() {
        if let Some(cell) = positions.get_mut(place as usize) {
            *cell = position;
        }
    }
    let mut labels = vec![NOISE; is_core.len()];
    let mut untaken = Untaken::all(tree);
    let (mut open, mut taken) = (Vec::new(), Vec::new());
    let mut cluster = 0;
    for (place, _) in is_core.iter().enumerate().filter(|(_, is_core)| **is_core) {
        if labels.get(place).is_none_or(|label| *label != NOISE) {
            continue;
        }
        open.extend(positions.get(place).copied());
        while let Some(position) = open.pop() {
            taken.clear();
            untaken.take_within(tree.row(position), radius, &mut taken);
            for &position in &taken {
                let place = tree.order().get(position).map_or(usize::MAX, |&place| place as usize);
                if let Some(label) = labels.get_mut(place) {
                    *label = cluster;
                }
                if is_core.get(place) == Some(&true) {
                    open.push(position);
                }
            }
        }
        cluster += 1;
    }
    labels
}

#[cfg(test)]
mod tests;
