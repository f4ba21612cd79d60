//! What is tried for clusters and anomalies.

use crate::dataset::Labelled;
use crate::learners::{
    Candidate, DbscanParams, FitError, IsolationParams, KMeansParams, Learner, RobustZParams,
};
use crate::spec::{LearnerKind, Spec};

/// The numbers of clusters that k-means is tried with, where the spec names none.
const CLUSTERS: std::ops::RangeInclusive<usize> = 2..=10;

/// The candidates of the spec's learners, in its order.
pub(super) fn candidates(training: &Labelled, spec: &Spec) -> Result<Vec<Candidate>, FitError> {
    let task = training.schema.task.kind();
    let mut candidates: Vec<Candidate> = Vec::new();
    for learner in spec.training.learners.iter().filter(|learner| learner.predicts(task)) {
        match learner {
            LearnerKind::IsolationForest => {
                let params = IsolationParams {
                    n_estimators: spec.anomaly.n_estimators,
                    max_samples: spec.anomaly.max_samples,
                    contamination: spec.anomaly.contamination,
                };
                candidates.push(Learner::IsolationForest(params).into());
            }
            LearnerKind::RobustZ => {
                let params = RobustZParams {
                    threshold: spec.anomaly.threshold,
                    contamination: spec.anomaly.contamination,
                };
                candidates.push(Learner::RobustZ(params).into());
            }
            LearnerKind::KMeans => {
                let n_init = spec.clustering.n_init;
                let counts = match spec.clustering.n_clusters {
                    Some(count) => count..=count,
                    None => CLUSTERS,
                };
                candidates.extend(counts.map(|n_clusters| {
                    let params = KMeansParams { n_clusters, n_init, ..KMeansParams::default() };
                    Candidate::from(Learner::KMeans(params))
                }));
            }
            LearnerKind::Dbscan => {
                let min_samples = spec.clustering.min_samples;
                let distances = match spec.clustering.eps {
                    Some(eps) => vec![eps],
                    None => DbscanParams::suggest_eps(training, spec, min_samples)?,
                };
                candidates.extend(distances.into_iter().map(|eps| {
                    Candidate::from(Learner::Dbscan(DbscanParams { eps, min_samples }))
                }));
            }
            _ => {}
        }
    }
    Ok(candidates)
}
