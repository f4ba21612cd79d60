use std::sync::Arc;

use serde::Deserialize;

use super::*;

/// Written by `scripts/golden/neighbours.py` with scikit-learn.
const GOLDEN: &str = include_str!("../../../tests/golden/neighbours.json");

#[derive(Deserialize)]
struct Golden {
    x: Vec<f64>,
    labels: Vec<usize>,
    number: Vec<f64>,
    queries: Vec<f64>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    params: NeighboursParams,
    probabilities: Vec<f64>,
    values: Vec<f64>,
}

fn matrix(values: &[f64], columns: usize) -> Matrix<f32> {
    Matrix::from_vec(values.iter().map(|&value| value as f32).collect(), columns)
}

fn classes(labels: Vec<usize>) -> Target {
    let classes: Arc<[String]> = ["a", "b", "c"].map(str::to_owned).into();
    Target::Classes { classes, labels }
}

fn fit(features: Matrix<f32>, target: Target, params: &NeighboursParams) -> NeighboursModel {
    NeighboursModel::fit(&Examples { features, target, weights: None }, params).unwrap()
}

fn assert_close(found: &[f64], golden: &[f64]) {
    assert_eq!(found.len(), golden.len());
    for (found, golden) in found.iter().zip(golden) {
        // The training rows are kept in single precision.
        assert!((found - golden).abs() < 1e-5 * (1.0 + golden.abs()), "{found} is not {golden}");
    }
}

#[test]
fn answers_are_those_of_scikit_learn() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    let queries = matrix(&golden.queries, 4);
    for Case { params, probabilities, values } in &golden.cases {
        let model = fit(matrix(&golden.x, 4), classes(golden.labels.clone()), params);
        assert_close(&model.predict(&queries, 3), probabilities);
        let model = fit(matrix(&golden.x, 4), Target::Values(golden.number.clone()), params);
        assert_close(&model.predict(&queries, 0), values);
    }
}

#[test]
fn of_equally_near_rows_the_first_answer_and_weights_count() {
    let features = matrix(&[0.0, 2.0, 0.0, 2.0], 1);
    let params = NeighboursParams { n_neighbors: 3, ..NeighboursParams::default() };
    let examples = |weights| Examples {
        features: features.clone(),
        target: classes(vec![0, 1, 2, 2]),
        weights,
    };
    let answer = |weights| {
        let model = NeighboursModel::fit(&examples(weights), &params).unwrap();
        model.predict(&matrix(&[1.0], 1), 3)
    };
    assert_close(&answer(None), &[1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]);
    assert_close(&answer(Some(vec![2.0, 1.0, 1.0, 9.0])), &[0.5, 0.25, 0.25]);
}

#[test]
fn a_model_reads_back_and_damage_is_seen() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    let model = fit(matrix(&golden.x, 4), classes(golden.labels), &NeighboursParams::default());
    let (header, payload) = model.encode();
    assert_eq!(NeighboursModel::decode(header.clone(), &payload, 3).unwrap(), model);
    let (_, shorter) = payload.split_first().unwrap();
    assert_eq!(NeighboursModel::decode(header.clone(), shorter, 3), None);
    assert_eq!(NeighboursModel::decode(header, &payload, 0), None);
}

#[test]
fn what_cannot_be_fitted_is_said() {
    let message = |features: Matrix<f32>, n_neighbors| {
        let target = classes(vec![0; features.rows()]);
        let params = NeighboursParams { n_neighbors, ..NeighboursParams::default() };
        let examples = Examples { features, target, weights: None };
        NeighboursModel::fit(&examples, &params).unwrap_err().to_string()
    };
    assert!(message(matrix(&[1.0], 1), 0).contains("`n_neighbors` is 0"));
    assert!(message(Matrix::zeros(MAX_ROWS + 1, 1), 5).contains("more than"));
    assert!(message(matrix(&[f64::NAN], 1), 5).contains("finite"));
}
