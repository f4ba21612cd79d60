//! `[clustering]`: which clusters are looked for.

use serde::{Deserialize, Serialize};

use super::{SpecError, check};

/// Which clusters are looked for; the names are scikit-learn's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Clustering {
    /// The number of clusters of k-means, 2 to 1,000. Default: that of 2 to 10 whose
    /// silhouette is best.
    pub n_clusters: Option<usize>,
    /// How often k-means starts, each time from other centroids; the best end counts.
    /// Default 10.
    pub n_init: usize,
    /// How near rows of a density cluster (DBSCAN) are to each other, as features are
    /// scaled. Default: what the distances to the `min_samples`-th neighbours suggest.
    pub eps: Option<f64>,
    /// How many rows, itself among them, a core row of such a cluster has within `eps`.
    /// Default 5.
    pub min_samples: usize,
}

impl Clustering {
    pub(super) fn validate(&self) -> Result<(), SpecError> {
        let clusters = self.n_clusters.unwrap_or(2);
        let key = "clustering.n_clusters";
        check((2..=1_000).contains(&clusters), key, clusters, "it must be 2 to 1000")?;
        let starts = self.n_init;
        let rule = "it must be 1 to 1000";
        check((1..=1_000).contains(&starts), "clustering.n_init", starts, rule)?;
        let eps = self.eps.unwrap_or(1.0);
        check(eps > 0.0 && eps.is_finite(), "clustering.eps", eps, "it must be above 0")?;
        let least = self.min_samples;
        check(least > 0, "clustering.min_samples", least, "it must be at least 1")
    }
}

impl Default for Clustering {
    fn default() -> Self {
        Self { n_clusters: None, n_init: 10, eps: None, min_samples: 5 }
    }
}
