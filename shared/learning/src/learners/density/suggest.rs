//! How near is near: what the data says where nobody does.

use super::super::neighbours::Tree;
use super::super::{Candidate, FitContext, FitError, Learner};
use super::DbscanParams;
use model_factory_tabular::dataset::Labelled;
use model_factory_tabular::features::Matrix;
use model_factory_tabular::spec::Spec;

/// The rows whose neighbours are looked at.
const SAMPLE: usize = 1_000;

/// The shares of rows that are to be core rows.
const CORES: [f64; 4] = [0.5, 0.75, 0.9, 0.97];

impl DbscanParams {
    /// Distances within which half to nearly all rows have `min_samples` neighbours, itself
    /// among them (Sander et al., *Density-Based Clustering in Spatial Databases*, 1998,
    /// look for the bend in these), ascending. Rows are sampled evenly.
    ///
    /// # Errors
    /// When the rows cannot be encoded.
    pub fn suggest_eps(
        data: &Labelled,
        spec: &Spec,
        min_samples: usize,
    ) -> Result<Vec<f64>, FitError> {
        let candidate = Candidate::from(Learner::Dbscan(Self::default()));
        let (_, features): (_, Matrix<f32>) = candidate.features(data, &FitContext::new(spec))?;
        let (rows, columns) = (features.rows(), features.columns());
        if columns == 0 || !features.as_slice().iter().all(|value| value.is_finite()) {
            return Err(FitError::Clusters("the features are not all finite numbers".to_owned()));
        }
        let tree = Tree::new(features.as_slice(), columns);
        let taken = rows.min(SAMPLE);
        let mut distances: Vec<f32> = (0..taken)
            .filter_map(|index| features.iter_rows().nth(index * rows / taken))
            .filter_map(|row| tree.nearest(row, min_samples).last().map(|(squared, _)| *squared))
            .collect();
        distances.sort_unstable_by(f32::total_cmp);
        let last = distances.len().saturating_sub(1);
        let at = |share: f64| distances.get((share * last as f64).round() as usize).copied();
        let mut found: Vec<f64> =
            CORES.into_iter().filter_map(at).map(|squared| f64::from(squared).sqrt()).collect();
        found.retain(|eps| *eps > 0.0);
        found.dedup();
        Ok(found)
    }
}
