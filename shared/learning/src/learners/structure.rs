//! What a model without a target has found in rows.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::predictions::{NOISE, Predictions};
use super::predictor::{Model, PredictError, Predictor};
use crate::metrics::silhouettes;
use model_factory_tabular::dataset::Table;
use model_factory_tabular::features::Matrix;

/// The most rows whose silhouettes are taken.
const SAMPLE: usize = 5_000;

/// What a model without a target has found in rows, under the names of the run's metadata.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Structure {
    /// The number of clusters; `None` for a detector of anomalies.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub n_clusters: Option<usize>,
    /// The rows of no cluster, or the anomalies.
    pub n_noise: usize,
    /// The core rows of density clusters; `None` for other models.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub n_core: Option<usize>,
    /// The mean silhouette of the rows (of at most 5,000, evenly spaced), noise being one
    /// more cluster; `None` where there are no two clusters.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub silhouette_coefficient: Option<f64>,
    /// From which score on a row is an anomaly; `None` for clusters.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub threshold: Option<f64>,
}

impl Structure {
    /// What `predictions`, a predictor's labels of the rows of `table`, tell.
    ///
    /// # Errors
    /// When the table does not have the model's inputs.
    pub fn of(
        predictor: &Predictor,
        table: &Table,
        predictions: &Predictions,
    ) -> Result<Self, PredictError> {
        Ok(match predictions {
            Predictions::Clusters(labels) => {
                let clusters: BTreeSet<i32> =
                    labels.iter().copied().filter(|label| *label != NOISE).collect();
                let noise = labels.iter().filter(|label| **label == NOISE).count();
                let apart = clusters.len() + usize::from(noise > 0) > 1;
                let silhouettes = of_sample(predictor, table, labels)?;
                let mean = silhouettes.iter().sum::<f64>() / silhouettes.len().max(1) as f64;
                Self {
                    n_clusters: Some(clusters.len()),
                    n_noise: noise,
                    n_core: match predictor.model() {
                        Model::Dbscan(model) => Some(model.core_rows()),
                        _ => None,
                    },
                    silhouette_coefficient: apart.then_some(mean),
                    threshold: None,
                }
            }
            Predictions::Anomalies { outliers, .. } => Self {
                n_noise: outliers.iter().filter(|outlier| **outlier).count(),
                threshold: predictor.threshold(),
                ..Self::default()
            },
            Predictions::Classes { .. } | Predictions::Values(_) => Self::default(),
        })
    }
}

/// The silhouettes of the rows, of at most 5,000 evenly spaced ones, as the predictor sees
/// their features.
///
/// # Errors
/// When the table does not have the model's inputs.
pub fn of_sample(
    predictor: &Predictor,
    table: &Table,
    labels: &[i32],
) -> Result<Vec<f64>, PredictError> {
    let rows = labels.len();
    let taken = rows.min(SAMPLE);
    let chosen: Vec<usize> = (0..taken).map(|index| index * rows / taken).collect();
    let sample;
    let table = if taken < rows {
        sample = table.select(&chosen);
        &sample
    } else {
        table
    };
    let labels: Vec<i32> = chosen.iter().filter_map(|&row| labels.get(row).copied()).collect();
    let features: Matrix<f64> = predictor.pipeline().transform(table)?;
    Ok(silhouettes(features.as_slice(), features.columns(), &labels))
}
