//! k-means: centroids that are the means of the rows nearest to them (Lloyd, 1982), started
//! far apart (Arthur & Vassilvitskii, *k-means++*, SODA 2007).

use std::fmt;

use fastrand::Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::FitError;
use model_factory_tabular::features::Matrix;

/// Rows whose sums are taken together, in order.
const BATCH: usize = 2048;

/// The hyper-parameters of k-means, as scikit-learn names them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KMeansParams {
    /// The number of clusters, at least 1. Default 8.
    pub n_clusters: usize,
    /// How often it starts; the end with the least inertia counts. Default 10.
    pub n_init: usize,
    /// The most rounds of a start. Default 300.
    pub max_iter: usize,
    /// A round that moves the centroids by less ends a start: their squared moves, summed,
    /// as a share of the features' mean variance. Default 1e-4.
    pub tol: f64,
}

impl Default for KMeansParams {
    fn default() -> Self {
        Self { n_clusters: 8, n_init: 10, max_iter: 300, tol: 1e-4 }
    }
}

impl fmt::Display for KMeansParams {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "n_clusters={}", self.n_clusters)
    }
}

/// The centroids.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KMeansModel {
    columns: usize,
    /// Row-major; of the clusters in the order of their first training rows.
    centroids: Vec<f64>,
    /// The sum of the training rows' squared distances to their centroids.
    inertia: f64,
}

/// Rows assigned to centroids.
struct Assigned {
    labels: Vec<i32>,
    /// The squared distance of each row to its centroid.
    distances: Vec<f64>,
    /// The sum of the rows of each centroid, row-major.
    sums: Vec<f64>,
    counts: Vec<f64>,
}

impl Assigned {
    fn inertia(&self) -> f64 {
        self.distances.iter().sum()
    }
}

impl KMeansModel {
    pub(super) fn fit(
        features: &Matrix<f64>,
        params: &KMeansParams,
        seed: u64,
    ) -> Result<Self, FitError> {
        let (rows, columns) = (features.as_slice(), features.columns());
        if columns == 0 {
            return Err(FitError::Clusters("no column has values to learn from".to_owned()));
        }
        if !rows.iter().all(|value| value.is_finite()) {
            return Err(FitError::Clusters("the features are not all finite numbers".to_owned()));
        }
        let clusters = params.n_clusters;
        if clusters == 0 || clusters > features.rows() {
            return Err(FitError::Clusters(format!(
                "`n_clusters` is {clusters}, but it must be 1 to the {} rows",
                features.rows()
            )));
        }
        let enough = params.tol * mean_variance(rows, columns);
        let mut random = Rng::with_seed(seed);
        let mut best: Option<(f64, Vec<f64>, Vec<i32>)> = None;
        for _ in 0..params.n_init.max(1) {
            let start = plus_plus(rows, columns, clusters, &mut random);
            let (centroids, end) = lloyd(rows, columns, start, params.max_iter, enough);
            let inertia = end.inertia();
            if best.as_ref().is_none_or(|(least, ..)| inertia < *least) {
                best = Some((inertia, centroids, end.labels));
            }
        }
        let (inertia, centroids, labels) = best.unwrap_or_default();
        Ok(Self { columns, centroids: in_order(&centroids, columns, &labels), inertia })
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// The sum of the training rows' squared distances to their centroids.
    #[must_use]
    pub fn inertia(&self) -> f64 {
        self.inertia
    }

    /// The cluster of the nearest centroid, of equally near ones the first.
    pub(super) fn predict(&self, features: &Matrix<f64>) -> Vec<i32> {
        assign(features.as_slice(), self.columns, &self.centroids).labels
    }
}

/// The mean over the columns of the (population) variance.
fn mean_variance(rows: &[f64], columns: usize) -> f64 {
    let count = (rows.len() / columns).max(1) as f64;
    let mut total = 0.0;
    for column in 0..columns {
        let values = || rows.iter().skip(column).step_by(columns);
        let mean = values().sum::<f64>() / count;
        total += values().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    }
    total / columns as f64
}

#[inline]
fn squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// The squared distance of each row to one of them.
fn distances(rows: &[f64], columns: usize, to: &[f64]) -> Vec<f64> {
    let parts: Vec<Vec<f64>> = rows
        .par_chunks(BATCH * columns)
        .map(|part| part.chunks_exact(columns).map(|row| squared(row, to)).collect())
        .collect();
    parts.concat()
}

/// Rows far from each other: each is drawn by its squared distance to those before it, and
/// is the one of a few draws that leaves the least of it, as in scikit-learn.
fn plus_plus(rows: &[f64], columns: usize, clusters: usize, random: &mut Rng) -> Vec<f64> {
    let row = |index: usize| rows.get(index * columns..(index + 1) * columns).unwrap_or_default();
    let count = rows.len() / columns;
    let draws = 2 + (clusters as f64).ln() as usize;
    let first = row(random.usize(..count));
    let mut centroids = first.to_vec();
    let mut nearest = distances(rows, columns, first);
    for _ in 1..clusters {
        let total: f64 = nearest.iter().sum();
        let mut best: Option<(f64, usize, Vec<f64>)> = None;
        for _ in 0..draws {
            let mut mark = random.f64() * total;
            let reached = nearest.iter().position(|distance| {
                mark -= distance;
                mark < 0.0
            });
            let drawn = reached.unwrap_or_else(|| random.usize(..count));
            let mut after = distances(rows, columns, row(drawn));
            after.iter_mut().zip(&nearest).for_each(|(after, before)| *after = after.min(*before));
            let left: f64 = after.iter().sum();
            if best.as_ref().is_none_or(|(least, ..)| left < *least) {
                best = Some((left, drawn, after));
            }
        }
        let Some((_, drawn, after)) = best else { break };
        centroids.extend_from_slice(row(drawn));
        nearest = after;
    }
    centroids
}

/// Moves the centroids to the means of their rows until they stay.
fn lloyd(
    rows: &[f64],
    columns: usize,
    mut centroids: Vec<f64>,
    rounds: usize,
    enough: f64,
) -> (Vec<f64>, Assigned) {
    let mut assigned = assign(rows, columns, &centroids);
    for _ in 0..rounds {
        resettle(rows, columns, &mut assigned);
        let mut moved = 0.0;
        let means = assigned.sums.chunks_exact(columns).zip(&assigned.counts);
        for (centroid, (sums, count)) in centroids.chunks_exact_mut(columns).zip(means) {
            if *count > 0.0 {
                for (cell, sum) in centroid.iter_mut().zip(sums) {
                    let mean = sum / count;
                    moved += (*cell - mean).powi(2);
                    *cell = mean;
                }
            }
        }
        let next = assign(rows, columns, &centroids);
        let stays = next.labels == assigned.labels;
        assigned = next;
        if stays || moved <= enough {
            break;
        }
    }
    (centroids, assigned)
}

/// Gives each centroid without rows the row that is farthest from its own, as scikit-learn
/// does.
fn resettle(rows: &[f64], columns: usize, assigned: &mut Assigned) {
    let empty: Vec<usize> =
        (0..).zip(&assigned.counts).filter(|(_, n)| **n == 0.0).map(|(c, _)| c).collect();
    for cluster in empty {
        let farthest = (0..assigned.distances.len()).max_by(|&a, &b| {
            let distance = |row: usize| assigned.distances.get(row).copied().unwrap_or_default();
            distance(a).total_cmp(&distance(b)).then(b.cmp(&a))
        });
        let Some(row) = farthest else { return };
        let values = rows.get(row * columns..(row + 1) * columns).unwrap_or_default();
        let old = assigned.labels.get(row).copied().unwrap_or_default() as usize;
        for (cluster, sign) in [(old, -1.0), (cluster, 1.0)] {
            let sums = assigned.sums.iter_mut().skip(cluster * columns);
            sums.zip(values).for_each(|(sum, value)| *sum += sign * value);
            if let Some(count) = assigned.counts.get_mut(cluster) {
                *count += sign;
            }
        }
        if let Some(distance) = assigned.distances.get_mut(row) {
            *distance = 0.0;
        }
    }
}

/// The nearest centroid of each row. Sums are taken in parts that depend on the rows only,
/// and added in order.
fn assign(rows: &[f64], columns: usize, centroids: &[f64]) -> Assigned {
    let clusters = centroids.len() / columns;
    let parts: Vec<Assigned> = rows
        .par_chunks(BATCH * columns)
        .map(|part| {
            let count = part.len() / columns;
            let mut assigned = Assigned {
                labels: Vec::with_capacity(count),
                distances: Vec::with_capacity(count),
                sums: vec![0.0; centroids.len()],
                counts: vec![0.0; clusters],
            };
            for row in part.chunks_exact(columns) {
                let mut best = (0, f64::INFINITY);
                for (cluster, centroid) in centroids.chunks_exact(columns).enumerate() {
                    let distance = squared(row, centroid);
                    if distance < best.1 {
                        best = (cluster, distance);
                    }
                }
                let (cluster, distance) = best;
                assigned.labels.push(i32::try_from(cluster).unwrap_or(i32::MAX));
                assigned.distances.push(distance);
                let sums = assigned.sums.iter_mut().skip(cluster * columns);
                sums.zip(row).for_each(|(sum, value)| *sum += value);
                if let Some(count) = assigned.counts.get_mut(cluster) {
                    *count += 1.0;
                }
            }
            assigned
        })
        .collect();
    let mut all = Assigned {
        labels: Vec::new(),
        distances: Vec::new(),
        sums: vec![0.0; centroids.len()],
        counts: vec![0.0; clusters],
    };
    for part in parts {
        all.labels.extend(part.labels);
        all.distances.extend(part.distances);
        all.sums.iter_mut().zip(part.sums).for_each(|(sum, more)| *sum += more);
        all.counts.iter_mut().zip(part.counts).for_each(|(count, more)| *count += more);
    }
    all
}

/// The centroids in the order of their first rows; those without rows last.
fn in_order(centroids: &[f64], columns: usize, labels: &[i32]) -> Vec<f64> {
    let mut order: Vec<usize> = Vec::new();
    for &label in labels {
        let label = usize::try_from(label).unwrap_or_default();
        if !order.contains(&label) {
            order.push(label);
        }
    }
    let others = 0..centroids.len() / columns;
    let others: Vec<usize> = others.filter(|cluster| !order.contains(cluster)).collect();
    order.extend(others);
    let centroid = |&cluster: &usize| centroids.chunks_exact(columns).nth(cluster);
    order.iter().filter_map(centroid).flatten().copied().collect()
}

#[cfg(test)]
#[path = "k_means_tests.rs"]
mod tests;
