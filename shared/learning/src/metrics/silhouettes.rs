//! How well clusters are apart (Rousseeuw, *Silhouettes*, 1987), as scikit-learn's
//! `silhouette_samples`.

use std::collections::BTreeMap;

use rayon::prelude::*;

/// Rows that one task looks at.
const BATCH: usize = 32;

/// The silhouette of each row, from −1 to 1: with the mean distance `a` to the other rows
/// of its own label, and the least mean distance `b` to those of another one,
/// `(b − a) / max(a, b)`; 0 for a row that is alone with its label. What is noise is one
/// more label. Where all rows have the same label nothing is apart: all are 0.
///
/// Takes time by the square of the number of rows. `rows` is row-major.
#[must_use]
pub fn silhouettes(rows: &[f64], columns: usize, labels: &[i32]) -> Vec<f64> {
    let mut counts: BTreeMap<i32, usize> = BTreeMap::new();
    for label in labels {
        *counts.entry(*label).or_default() += 1;
    }
    if counts.len() < 2 || columns == 0 {
        return vec![0.0; labels.len()];
    }
    let places: BTreeMap<i32, usize> = counts.keys().copied().zip(0..).collect();
    let own: Vec<usize> = labels.iter().filter_map(|label| places.get(label).copied()).collect();
    let counts: Vec<f64> = counts.values().map(|count| *count as f64).collect();
    let indexed: Vec<(&[f64], usize)> =
        rows.chunks_exact(columns).zip(own.iter().copied()).collect();
    let of_row = |&(row, cluster): &(&[f64], usize)| {
        let mut sums = vec![0.0; counts.len()];
        for (other, of) in &indexed {
            let squares = row.iter().zip(*other).map(|(a, b)| (a - b) * (a - b));
            if let Some(sum) = sums.get_mut(*of) {
                *sum += squares.sum::<f64>().sqrt();
            }
        }
        let count = counts.get(cluster).copied().unwrap_or_default();
        if count <= 1.0 {
            return 0.0;
        }
        let within = sums.get(cluster).copied().unwrap_or_default() / (count - 1.0);
        let others = sums.iter().zip(&counts).enumerate().filter(|(of, _)| *of != cluster);
        let apart = others.map(|(_, (sum, count))| sum / count).fold(f64::INFINITY, f64::min);
        let larger = within.max(apart);
        if larger > 0.0 { (apart - within) / larger } else { 0.0 }
    };
    let batches: Vec<Vec<f64>> =
        indexed.par_chunks(BATCH).map(|rows| rows.iter().map(of_row).collect()).collect();
    batches.concat()
}
