use std::collections::BTreeSet;

use serde::Deserialize;

use super::*;

/// Written by `scripts/golden/clusters.py` with scikit-learn.
const GOLDEN: &str = include_str!("../../tests/golden/clusters.json");

#[derive(Deserialize)]
struct Golden {
    means: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    x: Vec<f64>,
    columns: usize,
    n_clusters: usize,
    inertia: f64,
    labels: Vec<usize>,
}

#[test]
fn inertia_and_clusters_are_those_of_scikit_learn() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    for case in golden.means {
        let features = Matrix::from_vec(case.x, case.columns);
        let params = KMeansParams { n_clusters: case.n_clusters, n_init: 20, ..Default::default() };
        let model = KMeansModel::fit(&features, &params, 7).unwrap();
        assert!((model.inertia() - case.inertia).abs() < 1e-3 * case.inertia);
        let labels = model.predict(&features);
        // The same groups, whatever they are called.
        let pairs: BTreeSet<_> = labels.iter().zip(&case.labels).collect();
        assert_eq!(pairs.len(), case.n_clusters);
        // Called in the order of their first rows.
        let mut known = -1;
        for label in labels {
            assert!(label <= known + 1);
            known = known.max(label);
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_centroids() {
    let values = (0..600).map(|index| f64::from(index * 7919 % 1013) / 100.0).collect();
    let features = Matrix::from_vec(values, 3);
    let params = KMeansParams { n_clusters: 5, n_init: 2, ..Default::default() };
    let fit = |seed| KMeansModel::fit(&features, &params, seed).unwrap();
    assert_eq!(fit(1), fit(1));
}

#[test]
fn equal_rows_leave_centroids_without_rows() {
    let features = Matrix::from_vec(vec![1.0, 1.0, 1.0, 2.0, 2.0], 1);
    let params = KMeansParams { n_clusters: 4, ..Default::default() };
    let model = KMeansModel::fit(&features, &params, 1).unwrap();
    assert_eq!(model.inertia(), 0.0);
    assert_eq!(model.predict(&features), [0, 0, 0, 1, 1]);
    let params = KMeansParams { n_clusters: 6, ..Default::default() };
    assert!(KMeansModel::fit(&features, &params, 1).is_err());
}
