use std::sync::Arc;

use serde::Deserialize;

use super::*;
use crate::dataset::{
    Column, Field, HashOrder, Kind, Labelled, Schema, Table, Target, Task, Values,
};
use crate::spec::Spec;
use crate::splitmix::uniforms;

/// Written by `scripts/golden/monitoring.py` with NannyML.
const GOLDEN: &str = include_str!("../../../tests/golden/monitoring.json");

/// How far metrics of an order may be off where probabilities are counted in groups.
const GROUPED: f64 = 2e-3;

#[derive(Deserialize)]
struct Golden {
    binary: Vec<Binary>,
    multiclass: Vec<Multiclass>,
}

#[derive(Deserialize)]
struct Binary {
    seed: u64,
    rows: usize,
    power: i32,
    threshold: f64,
    expected: BTreeMap<Metric, f64>,
}

#[derive(Deserialize)]
struct Multiclass {
    seed: u64,
    rows: usize,
    classes: usize,
    expected: BTreeMap<Metric, f64>,
}

fn classes(count: usize, probabilities: Vec<f64>, threshold: Option<f64>) -> Predictions {
    let classes: Arc<[String]> = (0..count).map(|class| class.to_string()).collect();
    Predictions::Classes { classes, probabilities, threshold }
}

/// The estimate, counted in three parts that are put together.
fn estimate(predictions: &Predictions, count: usize) -> Expected {
    let estimator = Estimator::Confidence { calibration: None, classes: count };
    let Predictions::Classes { classes, probabilities, threshold } = predictions else {
        panic!("classes")
    };
    let mut sum = estimator.nothing();
    for part in probabilities.chunks(count * (predictions.rows() / 3 + 1)) {
        let part = Predictions::Classes {
            classes: Arc::clone(classes),
            probabilities: part.to_vec(),
            threshold: *threshold,
        };
        let mut counted = estimator.nothing();
        let fitted = estimator.fitted().unwrap().unwrap();
        fitted.count(&Table::default(), &part, &mut counted).unwrap();
        sum.merge(&counted);
    }
    assert_eq!(sum.rows(), predictions.rows() as u64);
    sum
}

fn assert_estimates(expected: &Expected, golden: &BTreeMap<Metric, f64>) {
    for (&metric, value) in golden {
        let found = expected.score(metric).unwrap();
        let slack = match metric {
            Metric::RocAuc | Metric::AveragePrecision => GROUPED,
            _ => 1e-9,
        };
        assert!((found - value).abs() < slack, "{metric}: {found} instead of {value}");
    }
}

#[test]
fn confidence_estimates_what_nannyml_does() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    for case in golden.binary {
        let positive = uniforms(case.seed, case.rows).into_iter().map(|u| u.powi(case.power));
        let probabilities = positive.flat_map(|p| [1.0 - p, p]).collect();
        let predictions = classes(2, probabilities, Some(case.threshold));
        assert_estimates(&estimate(&predictions, 2), &case.expected);
    }
    for case in golden.multiclass {
        let raw: Vec<f64> = uniforms(case.seed, case.rows * case.classes)
            .iter()
            .map(|u| u.powi(3) + 1e-3)
            .collect();
        let normed = raw.chunks(case.classes).flat_map(|row| {
            let sum: f64 = row.iter().sum();
            row.iter().map(move |value| value / sum).collect::<Vec<_>>()
        });
        let predictions = classes(case.classes, normed.collect(), None);
        assert_estimates(&estimate(&predictions, case.classes), &case.expected);
    }
}

#[test]
fn confidence_tells_the_metrics_of_labels_that_follow_it() {
    let positive: Vec<f64> = uniforms(21, 20_000).iter().map(|u| u.powi(3)).collect();
    let labels = positive.iter().zip(uniforms(22, 20_000));
    let labels = labels.map(|(p, u)| usize::from(u < *p)).collect();
    let predictions = classes(2, positive.iter().flat_map(|p| [1.0 - p, *p]).collect(), Some(0.4));
    let Predictions::Classes { classes, .. } = &predictions else { panic!("classes") };
    let truth = Target::Classes { classes: Arc::clone(classes), labels };
    let realised = crate::metrics::Evaluation::new(&truth, &predictions).unwrap();
    let expected = estimate(&predictions, 2);
    for metric in [
        Metric::RocAuc,
        Metric::AveragePrecision,
        Metric::LogLoss,
        Metric::BrierScore,
        Metric::BalancedAccuracy,
        Metric::F1,
        Metric::F1Macro,
        Metric::Accuracy,
    ] {
        let (found, value) = (expected.score(metric).unwrap(), realised.score(metric));
        assert!((found - value).abs() < 0.015, "{metric}: {found} and {value}");
    }
    assert_eq!(expected.score(Metric::MatthewsCorrcoef), None);
    assert_eq!(Expected::of_classes(2).score(Metric::RocAuc), None);
}

/// A model that answers 0 where the truth is noise that grows with `x`.
fn noisy(seed: u64, rows: usize, from: f64, to: f64) -> (Labelled, Vec<f64>) {
    let x: Vec<f64> = uniforms(seed, rows).iter().map(|u| from + (to - from) * u).collect();
    let noise = uniforms(seed + 1, rows);
    let truth = x.iter().zip(noise).map(|(x, u)| (u - 0.5) * 4.0 * x).collect();
    let column = Column { name: "answer".into(), values: Values::Number(x) };
    let field = Field::new("answer", Kind::Fractional, false);
    let data = Labelled {
        inputs: Table::new(vec![column]).unwrap(),
        target: Target::Values(truth),
        schema: Schema { inputs: vec![field], target: Some("y".into()), task: Task::Regression },
        notes: Vec::new(),
        groups: None,
        times: None,
        unused: Vec::new(),
        hash_order: HashOrder::default(),
    };
    (data, vec![0.0; rows])
}

#[test]
fn expected_errors_follow_the_inputs_where_labels_do_not() {
    let (rows, answers) = noisy(31, 4_000, 0.0, 1.0);
    let model = ErrorModel::fit(&rows, &answers, &Spec::default()).unwrap().unwrap();
    let bytes = serde_json::to_vec(&model).unwrap();
    assert!(bytes.len() < 150_000, "{} bytes", bytes.len());
    let estimator = Estimator::Errors(Some(Box::new(serde_json::from_slice(&bytes).unwrap())));
    let fitted = estimator.fitted().unwrap().unwrap();
    for (from, to) in [(0.0, 1.0), (0.6, 1.0), (0.0, 0.3)] {
        let (window, answers) = noisy(41, 3_000, from, to);
        let Target::Values(truth) = &window.target else { panic!("numbers") };
        let mae = truth.iter().map(|value| value.abs()).sum::<f64>() / truth.len() as f64;
        let rmse =
            (truth.iter().map(|value| value * value).sum::<f64>() / truth.len() as f64).sqrt();
        let mut expected = estimator.nothing();
        fitted.count(&window.inputs, &Predictions::Values(answers), &mut expected).unwrap();
        for (metric, value) in [(Metric::Mae, mae), (Metric::Rmse, rmse)] {
            let found = expected.score(metric).unwrap();
            assert!((found / value - 1.0).abs() < 0.12, "{metric}: {found} and {value}");
        }
        assert_eq!(expected.score(Metric::R2), None);
    }
    let few = rows.select(&(0..199).collect::<Vec<_>>());
    assert_eq!(ErrorModel::fit(&few, &answers[..199], &Spec::default()).unwrap(), None);
}
