use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;

/// Written by `scripts/golden/metrics.py` with scikit-learn.
const GOLDEN: &str = include_str!("../../tests/golden/metrics.json");

#[derive(Deserialize)]
struct Golden {
    classification: Vec<Classification>,
    regression: Vec<Regression>,
}

#[derive(Deserialize)]
struct Classification {
    classes: usize,
    truth: Vec<usize>,
    probabilities: Vec<f64>,
    weights: Vec<f64>,
    scores: BTreeMap<String, f64>,
    weighted: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
struct Regression {
    truth: Vec<f64>,
    predicted: Vec<f64>,
    weights: Vec<f64>,
    scores: BTreeMap<String, f64>,
    weighted: BTreeMap<String, f64>,
}

fn assert_golden(
    evaluation: &Evaluation,
    weights: &[f64],
    scores: &BTreeMap<String, f64>,
    weighted: &BTreeMap<String, f64>,
) {
    for (name, golden) in scores {
        let value = evaluation.score(name.parse().unwrap());
        assert!((value - golden).abs() < 1e-12, "{name}: {value}, not {golden}");
    }
    for (name, golden) in weighted {
        let value = evaluation.weighted(name.parse().unwrap(), weights);
        assert!((value - golden).abs() < 1e-12, "weighted {name}: {value}, not {golden}");
    }
    assert_eq!(evaluation.all().len(), scores.len());
}

#[test]
fn metrics_are_those_of_scikit_learn() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    for case in golden.classification {
        let classes: std::sync::Arc<[String]> =
            (0..case.classes).map(|class| class.to_string()).collect();
        let truth = Target::Classes { classes: classes.clone(), labels: case.truth };
        let predictions = Predictions::Classes { classes, probabilities: case.probabilities };
        let evaluation = Evaluation::new(&truth, &predictions).unwrap();
        assert_golden(&evaluation, &case.weights, &case.scores, &case.weighted);
    }
    for case in golden.regression {
        let evaluation =
            Evaluation::new(&Target::Values(case.truth), &Predictions::Values(case.predicted))
                .unwrap();
        assert_golden(&evaluation, &case.weights, &case.scores, &case.weighted);
    }
}

#[test]
fn predictions_of_other_rows_or_tasks_are_not_comparable() {
    let truth = Target::Values(vec![1.0, 2.0]);
    assert!(Evaluation::new(&truth, &Predictions::Values(vec![1.0])).is_err());
    let classes: std::sync::Arc<[String]> = ["a".to_owned(), "b".to_owned()].into();
    let other = Predictions::Classes { classes, probabilities: vec![0.5; 4] };
    assert!(Evaluation::new(&truth, &other).is_err());
}

#[test]
fn a_metric_of_another_task_is_refused_with_those_to_choose_from() {
    let error = Metric::choose(Some("roc_auc"), &Task::Regression).unwrap_err().to_string();
    assert_eq!(error, "`roc_auc` is not a metric of a regression; choose one of rmse, mae, r2");
}
