use serde::Deserialize;

use super::*;

/// Written by `scripts/golden/naive_bayes.py` with scikit-learn.
const GOLDEN: &str = include_str!("../../tests/golden/naive_bayes.json");

#[derive(Deserialize)]
struct Golden {
    x: Vec<f64>,
    codes: Vec<f64>,
    labels: Vec<usize>,
    weights: Vec<f64>,
    gaussian: Vec<f64>,
    gaussian_weighted: Vec<f64>,
    categorical: Vec<f64>,
    categorical_weighted: Vec<f64>,
}

fn classes(labels: &[usize]) -> Target {
    let classes = ["a", "b", "c"].map(str::to_owned).into();
    Target::Classes { classes, labels: labels.to_vec() }
}

fn fit(features: &Matrix<f64>, categorical: &[bool], golden: &Golden, weighted: bool) -> Vec<f64> {
    let examples = Examples {
        features: features.clone(),
        target: classes(&golden.labels),
        weights: weighted.then(|| golden.weights.clone()),
    };
    let params = NaiveBayesParams { var_smoothing: 1e-3, alpha: 0.5 };
    NaiveBayesModel::fit(&examples, categorical, &params).unwrap().predict(features)
}

fn assert_close(found: &[f64], golden: &[f64]) {
    assert_eq!(found.len(), golden.len());
    for (found, golden) in found.iter().zip(golden) {
        assert!((found - golden).abs() < 1e-9, "{found} is not {golden}");
    }
}

#[test]
fn probabilities_are_those_of_scikit_learn() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    let numbers = Matrix::from_vec(golden.x.clone(), 3);
    let codes = Matrix::from_vec(golden.codes.clone(), 2);
    for (weighted, gaussian, categorical) in [
        (false, &golden.gaussian, &golden.categorical),
        (true, &golden.gaussian_weighted, &golden.categorical_weighted),
    ] {
        assert_close(&fit(&numbers, &[false; 3], &golden, weighted), gaussian);
        assert_close(&fit(&codes, &[true; 2], &golden, weighted), categorical);
    }
}

#[test]
fn numbers_and_categories_count_together_and_missing_values_not_at_all() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    let mixed: Vec<f64> = golden
        .x
        .chunks(3)
        .zip(golden.codes.chunks(2))
        .flat_map(|(numbers, codes)| [numbers, codes].concat())
        .collect();
    let kinds = [false, false, false, true, true];
    let found = fit(&Matrix::from_vec(mixed.clone(), 5), &kinds, &golden, false);
    // p(c|x,z) ∝ p(c|x) p(c|z) / p(c)
    let mut prior = [0.0; 3];
    golden.labels.iter().for_each(|&label| prior[label] += 1.0);
    let mut expected = Vec::new();
    for (gaussian, categorical) in golden.gaussian.chunks(3).zip(golden.categorical.chunks(3)) {
        let odds: Vec<f64> =
            (0..3).map(|class| gaussian[class] * categorical[class] / prior[class]).collect();
        let total: f64 = odds.iter().sum();
        expected.extend(odds.iter().map(|odds| odds / total));
    }
    assert_close(&found, &expected);

    let examples = Examples {
        features: Matrix::from_vec(mixed, 5),
        target: classes(&golden.labels),
        weights: None,
    };
    let model = NaiveBayesModel::fit(&examples, &kinds, &NaiveBayesParams::default()).unwrap();
    let nothing = model.predict(&Matrix::from_vec(vec![f64::NAN; 5], 5));
    assert_close(&nothing, &prior.map(|count| count / golden.labels.len() as f64));
    let unknown =
        model.predict(&Matrix::from_vec(vec![f64::NAN, f64::NAN, f64::NAN, 99.0, f64::NAN], 5));
    assert_close(&unknown, &nothing);
}

#[test]
fn a_class_or_a_column_without_anything_is_no_failure() {
    let target = Target::Classes {
        classes: ["a", "b", "never"].map(str::to_owned).into(),
        labels: vec![0, 0, 1, 1],
    };
    let features = Matrix::from_vec(vec![1.0, 7.0, 2.0, 7.0, 5.0, 7.0, 6.0, 7.0], 2);
    let examples = Examples { features: features.clone(), target, weights: None };
    let model = NaiveBayesModel::fit(&examples, &[false; 2], &NaiveBayesParams::default()).unwrap();
    let found = model.predict(&features);
    assert!(found[0] > 0.9 && found[10] > 0.9, "{found:?}");
    assert!(found.iter().skip(2).step_by(3).all(|&never| never == 0.0));
}

#[test]
fn what_cannot_be_fitted_is_said() {
    let message = |target, var_smoothing| {
        let examples = Examples { features: Matrix::zeros(2, 1), target, weights: None };
        let params = NaiveBayesParams { var_smoothing, alpha: 1.0 };
        NaiveBayesModel::fit(&examples, &[false], &params).unwrap_err().to_string()
    };
    assert!(message(Target::Values(vec![1.0, 2.0]), 0.0).contains("not numbers"));
    assert!(message(classes(&[0, 1]), -1.0).contains("`var_smoothing` is -1"));
}
