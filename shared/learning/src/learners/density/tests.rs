use serde::Deserialize;

use super::*;
use crate::metrics::silhouettes;

/// Written by `scripts/golden/clusters.py` with scikit-learn.
const GOLDEN: &str = include_str!("../../../tests/golden/clusters.json");

#[derive(Deserialize)]
struct Golden {
    density: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    x: Vec<f64>,
    columns: usize,
    params: DbscanParams,
    labels: Vec<i32>,
    cores: usize,
    contested: usize,
    silhouettes: Vec<f64>,
    silhouette: f64,
}

fn golden() -> Vec<Case> {
    serde_json::from_str::<Golden>(GOLDEN).unwrap().density
}

#[test]
fn labels_are_those_of_scikit_learn() {
    let cases = golden();
    assert!(cases.iter().any(|case| case.contested > 0), "no border row is contested");
    for case in cases {
        let features = Matrix::from_vec(case.x, case.columns);
        let (model, labels) = DbscanModel::fit(&features, &case.params).unwrap();
        assert_eq!(labels, case.labels, "{}", case.params);
        assert_eq!(model.core_rows(), case.cores);
    }
}

#[test]
fn silhouettes_are_those_of_scikit_learn() {
    for case in golden().into_iter().filter(|case| !case.silhouettes.is_empty()) {
        let found = silhouettes(&case.x, case.columns, &case.labels);
        for (found, golden) in found.iter().zip(&case.silhouettes) {
            assert!((found - golden).abs() < 1e-9, "{found} is not {golden}");
        }
        let mean = found.iter().sum::<f64>() / found.len() as f64;
        assert!((mean - case.silhouette).abs() < 1e-9);
    }
    assert_eq!(silhouettes(&[1.0, 2.0, 3.0], 1, &[0, 0, 0]), [0.0; 3]);
}

#[test]
fn later_rows_belong_to_the_nearest_core_row() {
    // Two clusters, and a row between them that is a neighbour of both.
    let values = vec![0.0, 0.1, 0.2, 1.0, 1.1, 1.2, 0.61, 5.0];
    let features = Matrix::from_vec(values, 1);
    let params = DbscanParams { eps: 0.42, min_samples: 4 };
    let (model, labels) = DbscanModel::fit(&features, &params).unwrap();
    assert_eq!(labels, [0, 0, 0, 1, 1, 1, 0, NOISE]);
    // In training it is the first one's, later the nearer one's.
    assert_eq!(model.predict(&features), [0, 0, 0, 1, 1, 1, 1, NOISE]);
    let (header, payload) = model.encode();
    assert_eq!(DbscanModel::decode(header.clone(), &payload), Some(model));
    assert_eq!(DbscanModel::decode(header, &payload[1..]), None);
}

#[test]
fn what_has_no_dense_place_has_no_clusters() {
    let features = Matrix::from_vec(vec![0.0, 10.0, 20.0], 1);
    let error = DbscanModel::fit(&features, &DbscanParams::default()).unwrap_err().to_string();
    assert!(error.contains("raise `eps`"), "{error}");
    for params in [
        DbscanParams { eps: 0.0, min_samples: 2 },
        DbscanParams { eps: f64::NAN, min_samples: 2 },
        DbscanParams { eps: 1.0, min_samples: 0 },
    ] {
        assert!(DbscanModel::fit(&features, &params).is_err());
    }
}
