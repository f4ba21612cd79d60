use std::time::{Duration, Instant};

use serde::Deserialize;

use super::*;
use crate::learners::algebra::weights_from;

/// Written by `scripts/golden/linear.py` with scikit-learn.
const GOLDEN: &str = include_str!("../../../tests/golden/linear.json");

#[derive(Deserialize)]
struct Golden {
    x: Vec<f64>,
    number: Vec<f64>,
    binary: Vec<usize>,
    multi: Vec<usize>,
    weights: Vec<f64>,
    cases: Vec<Case>,
    wide: Vec<f64>,
    wide_number: Vec<f64>,
    wide_ridge: Vec<f64>,
}

#[derive(Debug, Deserialize)]
struct Case {
    task: String,
    alpha: f64,
    l1_ratio: f64,
    weighted: bool,
    /// Coefficients, then the intercept, of each output.
    function: Vec<f64>,
}

fn classes(labels: &[usize]) -> Target {
    let count = labels.iter().max().unwrap() + 1;
    let classes = (0..count).map(|class| class.to_string()).collect();
    Target::Classes { classes, labels: labels.to_vec() }
}

fn fit(
    x: &[f64],
    columns: usize,
    target: Target,
    weights: Option<Vec<f64>>,
    params: &LinearParams,
) -> Result<LinearModel, FitError> {
    let features = Matrix::from_vec(x.to_vec(), columns);
    LinearModel::fit(&Examples { features, target, weights }, params, Deadline::default())
}

fn numbers(model: &LinearModel) -> Vec<f64> {
    let functions = model.outputs.iter();
    functions.flat_map(|f| f.coefficients.iter().copied().chain([f.intercept])).collect()
}

fn assert_close(found: &[f64], golden: &[f64], tolerance: f64, what: &impl std::fmt::Debug) {
    assert_eq!(found.len(), golden.len());
    for (number, golden) in found.iter().zip(golden) {
        assert!(
            (number - golden).abs() <= tolerance * (1.0 + golden.abs()),
            "{number} is not {golden} in {what:?}: {found:?}"
        );
    }
}

#[test]
fn coefficients_are_those_of_scikit_learn() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    for case in &golden.cases {
        let target = match case.task.as_str() {
            "number" => Target::Values(golden.number.clone()),
            "binary" => classes(&golden.binary),
            _ => classes(&golden.multi),
        };
        let params = LinearParams { alpha: case.alpha, l1_ratio: case.l1_ratio };
        let weights = case.weighted.then(|| golden.weights.clone());
        let model = fit(&golden.x, 5, target, weights, &params).unwrap();
        let mut found = numbers(&model);
        let mut expected = case.function.clone();
        if case.task == "multi" {
            // Adding the same to every intercept changes no probability.
            for function in [&mut found, &mut expected] {
                let mean = function.iter().skip(5).step_by(6).sum::<f64>() / 3.0;
                function.iter_mut().skip(5).step_by(6).for_each(|intercept| *intercept -= mean);
            }
        }
        assert_close(&found, &expected, 1e-6, case);
    }
}

#[test]
fn fewer_rows_than_columns_have_the_same_ridge() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    let weights = Some((1..=12).map(f64::from).collect());
    let params = LinearParams { alpha: 0.5, l1_ratio: 0.0 };
    let model = fit(&golden.wide, 20, Target::Values(golden.wide_number), weights, &params);
    assert_close(&numbers(&model.unwrap()), &golden.wide_ridge, 1e-10, &"wide");
}

#[test]
fn a_weight_counts_a_row_as_often() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    let counts: Vec<usize> = (0..160).map(|row| row % 3).collect();
    let twice = |row: usize| std::iter::repeat_n(row, counts[row]);
    let x: Vec<f64> =
        (0..160).flat_map(twice).flat_map(|row| golden.x[row * 5..][..5].to_vec()).collect();
    let labels: Vec<usize> = (0..160).flat_map(twice).map(|row| golden.multi[row]).collect();
    let weights: Vec<f64> = counts.iter().map(|&count| count as f64).collect();
    for l1_ratio in [0.0, 0.7] {
        let params = LinearParams { alpha: 2.0, l1_ratio };
        let weighted = fit(&golden.x, 5, classes(&golden.multi), Some(weights.clone()), &params);
        let repeated = fit(&x, 5, classes(&labels), None, &params);
        assert_close(&numbers(&weighted.unwrap()), &numbers(&repeated.unwrap()), 1e-6, &l1_ratio);
    }
}

/// Many rows, so that a sample of them comes first, with `classes` classes in
/// proportions that differ, and one feature that is another's double.
fn many(rows: usize, columns: usize, classes: usize) -> (Vec<f64>, Vec<usize>) {
    let mut random = fastrand::Rng::with_seed(3);
    let mut x = Vec::with_capacity(rows * columns);
    let mut labels = Vec::with_capacity(rows);
    for _ in 0..rows {
        let mut row: Vec<f64> = (0..columns).map(|_| random.f64() * 2.0 - 1.0).collect();
        row[columns - 1] = 2.0 * row[0];
        let score = 3.0 * row[0] - 2.0 * row[1] + random.f64();
        labels.push(((score + 2.0) / 2.0).max(0.0).min(classes as f64 - 1.0) as usize);
        x.extend(row);
    }
    (x, labels)
}

#[test]
fn every_solver_ends_at_the_same_optimum() {
    use super::coordinate_descent::Penalty;
    use super::objective::{LogLoss, Objective};

    // Of so many rows, a sample comes first.
    for (rows, classes) in [(800, 2), (800, 3), (10_100, 2), (10_100, 3)] {
        let (x, labels) = many(rows, 4, classes);
        for l1 in [0.0, 0.003 * rows as f64] {
            let penalty = Penalty { l1, l2: 1.0 };
            let loss = LogLoss::new(Rows::new(&x, 4), &labels, classes, None, penalty);
            let start = || vec![0.0; loss.size()];
            let newton = newton::minimise(&loss, start(), 1e-7, Deadline::default()).unwrap();
            let params = LinearParams { alpha: l1 + 1.0, l1_ratio: l1 / (l1 + 1.0) };
            let target = super::tests::classes(&labels);
            let fitted = fit(&x, 4, target, None, &params).unwrap();
            assert_close(&numbers(&fitted), &newton, 1e-4, &(rows, classes, l1));
            if rows < 1_000 {
                let first_order = match l1 > 0.0 {
                    true => fista::minimise(&loss, start(), 1e-5, Deadline::default()),
                    false => lbfgs::minimise(&loss, start(), |_| (), 1e-6, Deadline::default()),
                };
                assert_close(&first_order.unwrap(), &newton, 1e-2, &(classes, l1));
            }
        }
    }
}

#[test]
fn the_same_bits_on_one_thread_and_on_two() {
    let (x, labels) = many(10_100, 6, 3);
    let values: Vec<f64> = labels.iter().map(|&label| label as f64).collect();
    for target in [classes(&labels), Target::Values(values)] {
        for l1_ratio in [0.0, 0.5] {
            let params = LinearParams { alpha: 0.1, l1_ratio };
            let model = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| fit(&x, 6, target.clone(), None, &params)).unwrap()
            };
            assert_eq!(model(1), model(2));
        }
    }
}

#[test]
fn separable_classes_and_dependent_columns_are_no_failure() {
    let x: Vec<f64> = (0..40).flat_map(|row| [f64::from(row), 2.0 * f64::from(row)]).collect();
    let labels: Vec<usize> = (0..40).map(|row| usize::from(row >= 20)).collect();
    let values: Vec<f64> = (0..40).map(f64::from).collect();
    let none = LinearParams { alpha: 0.0, l1_ratio: 0.0 };
    let model = fit(&x, 2, classes(&labels), None, &none).unwrap();
    let probabilities = model.predict(&Matrix::from_vec(x.clone(), 2), 2);
    assert!(probabilities[1] < 1e-3 && probabilities[79] > 0.999);
    let model = fit(&x, 2, Target::Values(values.clone()), None, &none).unwrap();
    assert_close(&model.predict(&Matrix::from_vec(x, 2), 0), &values, 1e-6, &"dependent");
}

#[test]
fn what_cannot_be_fitted_is_said() {
    let target = || Target::Values(vec![1.0, 2.0, 3.0]);
    let message = |x: &[f64], alpha, l1_ratio| {
        let params = LinearParams { alpha, l1_ratio };
        fit(x, 1, target(), None, &params).unwrap_err().to_string()
    };
    assert!(message(&[1.0, 2.0, 4.0], -1.0, 0.0).contains("`alpha` is -1"));
    assert!(message(&[1.0, 2.0, 4.0], 1.0, 1.5).contains("`l1_ratio` is 1.5"));
    assert!(message(&[1.0, f64::NAN, 4.0], 1.0, 0.0).contains("finite"));
}

/// Far fewer multiplications than the whole fit has pass between two looks at the clock.
#[test]
fn long_fits_end_soon_after_their_deadline() {
    let mut random = fastrand::Rng::with_seed(9);
    let mut end = |rows: usize, columns: usize, classes: usize, l1_ratio: f64| {
        let features =
            Matrix::from_vec((0..rows * columns).map(|_| random.f64()).collect(), columns);
        let target = match classes {
            0 => Target::Values((0..rows).map(|_| random.f64()).collect()),
            _ => super::tests::classes(&(0..rows).map(|row| row % classes).collect::<Vec<_>>()),
        };
        let examples = Examples { features, target, weights: None };
        let given = Duration::from_millis(100);
        let began = Instant::now();
        let params = LinearParams { alpha: 1e-3, l1_ratio };
        let late = LinearModel::fit(&examples, &params, Deadline::within(given));
        assert!(matches!(late, Err(FitError::Deadline)), "{rows} {columns} {classes} {l1_ratio}");
        assert!(began.elapsed() < 50 * given, "{rows} {columns}: {:?}", began.elapsed());
    };
    // Of rows by columns: ridge from normal equations and from the dual ones, elastic net,
    // logistic regression by Newton's method, L-BFGS and FISTA.
    end(8_000, 2_000, 0, 0.0);
    end(2_500, 8_000, 0, 0.0);
    end(8_000, 2_000, 0, 0.5);
    end(100_000, 200, 2, 0.5);
    end(20_000, 600, 2, 0.0);
    end(20_000, 600, 2, 0.5);
}

#[test]
fn weights_are_ones_where_there_are_none() {
    assert_eq!(weights_from(None, 3).take(2).collect::<Vec<_>>(), [1.0, 1.0]);
    assert_eq!(weights_from(Some(&[1.0, 2.0, 3.0]), 1).collect::<Vec<_>>(), [2.0, 3.0]);
}
