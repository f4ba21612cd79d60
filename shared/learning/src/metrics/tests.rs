use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use model_factory_tabular::dataset::Task;

/// Written by `scripts/golden/metrics.py` with scikit-learn.
const GOLDEN: &str = include_str!("../../tests/golden/metrics.json");

#[derive(Deserialize)]
struct Golden {
    classification: Vec<Classification>,
    regression: Vec<Regression>,
    reliability: Calibration,
}

#[derive(Deserialize)]
struct Classification {
    classes: usize,
    threshold: Option<f64>,
    truth: Vec<usize>,
    probabilities: Vec<f64>,
    weights: Vec<f64>,
    scores: BTreeMap<String, f64>,
    weighted: BTreeMap<String, f64>,
    confusion: Vec<Vec<u64>>,
    per_class: Vec<[f64; 3]>,
    roc_curve: Vec<(f64, f64)>,
}

#[derive(Deserialize)]
struct Regression {
    truth: Vec<f64>,
    predicted: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    coverage: f64,
    weights: Vec<f64>,
    scores: BTreeMap<String, f64>,
    weighted: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
struct Calibration {
    truth: Vec<usize>,
    probabilities: Vec<f64>,
    predicted: Vec<f64>,
    actual: Vec<f64>,
}

fn classes(count: usize) -> Arc<[String]> {
    (0..count).map(|class| class.to_string()).collect()
}

fn of_classes(
    count: usize,
    labels: Vec<usize>,
    probabilities: Vec<f64>,
    threshold: Option<f64>,
) -> Evaluation {
    let truth = Target::Classes { classes: classes(count), labels };
    let predictions = Predictions::Classes { classes: classes(count), probabilities, threshold };
    Evaluation::new(&truth, &predictions).unwrap()
}

fn of_values(truth: &[f64], predicted: &[f64]) -> Evaluation {
    Evaluation::new(&Target::Values(truth.to_vec()), &Predictions::Values(predicted.to_vec()))
        .unwrap()
}

/// Probabilities of the second of two classes as rows of both.
fn both(positive: &[f64]) -> Vec<f64> {
    positive.iter().flat_map(|&p| [1.0 - p, p]).collect()
}

fn near(value: f64, golden: f64) -> bool {
    (value - golden).abs() < 1e-12
}

/// Every metric is the golden one; what the golden file leaves out is undefined.
fn assert_golden(evaluation: &Evaluation, weights: &[f64], golden: &BTreeMap<String, f64>) {
    let scores = evaluation.scores(evaluation.metrics(), weights);
    for (metric, value) in evaluation.metrics().iter().zip(scores) {
        match golden.get(metric.name()) {
            Some(&golden) => assert!(near(value, golden), "{metric}: {value}, not {golden}"),
            None => assert!(value.is_nan(), "{metric}: {value}, not undefined"),
        }
        let alone = evaluation.weighted(*metric, weights);
        assert!(alone.is_nan() && value.is_nan() || alone == value, "{metric}");
    }
    assert!(golden.keys().all(|name| name.parse::<Metric>().is_ok()));
}

#[test]
fn metrics_are_those_of_scikit_learn() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    for case in golden.classification {
        let rows = case.truth.len();
        let evaluation = of_classes(case.classes, case.truth, case.probabilities, case.threshold);
        assert_golden(&evaluation, &vec![1.0; rows], &case.scores);
        assert_golden(&evaluation, &case.weights, &case.weighted);
        assert_eq!(evaluation.confusion(), case.confusion);
        for (class, golden) in evaluation.of_classes().iter().zip(case.per_class) {
            let scores = [class.precision, class.recall, class.f1];
            assert!(scores.iter().zip(golden).all(|(&score, golden)| near(score, golden)));
        }
        let curve = evaluation.roc_curve(case.classes - 1);
        assert_eq!(curve.len(), case.roc_curve.len());
        for (point, golden) in curve.iter().zip(case.roc_curve) {
            assert!(near(point.0, golden.0) && near(point.1, golden.1), "{point:?} {golden:?}");
        }
    }
    for case in golden.regression {
        let bounds = case.lower.into_iter().zip(case.upper).collect();
        let evaluation = of_values(&case.truth, &case.predicted)
            .with_intervals(Some(Intervals { coverage: case.coverage, bounds }));
        assert_golden(&evaluation, &vec![1.0; case.truth.len()], &case.scores);
        assert_golden(&evaluation, &case.weights, &case.weighted);
    }
    let case = golden.reliability;
    let evaluation = of_classes(2, case.truth, both(&case.probabilities), None);
    for ((group, predicted), actual) in
        evaluation.reliability(1, 5).iter().zip(case.predicted).zip(case.actual)
    {
        assert!(near(group.predicted, predicted) && near(group.actual, actual), "{group:?}");
    }
}

#[test]
fn predictions_of_other_rows_or_tasks_are_not_comparable() {
    let truth = Target::Values(vec![1.0, 2.0]);
    assert!(Evaluation::new(&truth, &Predictions::Values(vec![1.0])).is_err());
    let other =
        Predictions::Classes { classes: classes(2), probabilities: vec![0.5; 4], threshold: None };
    assert!(Evaluation::new(&truth, &other).is_err());
}

#[test]
fn a_metric_of_another_task_is_refused_with_those_to_choose_from() {
    let error = Metric::choose(Some("roc_auc"), &Task::Regression).unwrap_err().to_string();
    assert_eq!(
        error,
        "`roc_auc` is not a metric of a regression; choose one of rmse, mae, mape, r2"
    );
    assert!(Metric::choose(Some("coverage"), &Task::Regression).is_err());
    assert_eq!(Metric::of("coverage", &Task::Regression), Ok(Metric::Coverage));
    let three = Task::Classification { classes: classes(3).to_vec() };
    assert!(Metric::choose(Some("f1"), &three).is_err());
    assert_eq!(Metric::choose(Some("f1_macro"), &three), Ok(Metric::F1Macro));
}

#[test]
fn names_are_those_of_the_serialised_form() {
    for metric in Metric::of_classes(2).iter().chain(Metric::of_numbers()) {
        assert_eq!(serde_json::to_value(metric).unwrap(), metric.name());
        assert_eq!(metric.name().parse(), Ok(*metric));
    }
}

#[test]
fn one_class_or_one_value_leaves_metrics_of_order_and_spread_undefined() {
    let negative = of_classes(2, vec![0, 0, 0], both(&[0.1, 0.6, 0.3]), None);
    for metric in [Metric::RocAuc, Metric::AveragePrecision, Metric::Recall, Metric::F1] {
        assert!(negative.score(metric).is_nan(), "{metric}");
    }
    assert!(near(negative.score(Metric::Accuracy), 2.0 / 3.0));
    let positive = of_classes(2, vec![1, 1], both(&[0.1, 0.6]), None);
    assert!(positive.score(Metric::RocAuc).is_nan());
    assert_eq!(positive.score(Metric::AveragePrecision), 1.0);
    assert!(of_values(&[2.0, 2.0], &[1.0, 2.0]).score(Metric::R2).is_nan());
    assert!(of_values(&[2.0, 1.0], &[1.0, 2.0]).score(Metric::Coverage).is_nan());
}

#[test]
fn the_threshold_is_the_best_of_all() {
    let positive = [0.1, 0.2, 0.2, 0.3, 0.35, 0.4, 0.8];
    let labels = vec![0, 0, 1, 0, 1, 1, 1];
    let evaluation = of_classes(2, labels.clone(), both(&positive), None);
    for metric in [Metric::F1, Metric::BalancedAccuracy, Metric::MatthewsCorrcoef] {
        let threshold = evaluation.best_threshold(metric).unwrap();
        let scored = |threshold| {
            of_classes(2, labels.clone(), both(&positive), Some(threshold)).score(metric)
        };
        let best = scored(threshold);
        for other in 0..=100 {
            assert!(scored(f64::from(other) / 100.0) <= best + 1e-12, "{metric} {other}");
        }
        assert!(best > evaluation.score(metric), "{metric}");
    }
    assert_eq!(evaluation.best_threshold(Metric::RocAuc), None);
    // Recall alone is best when all are positive.
    assert!(evaluation.best_threshold(Metric::Recall).unwrap() < 0.2);
}

#[test]
fn the_bootstrap_covers_the_truth_and_repeats_itself() {
    let truth: Vec<f64> = (0..400).map(f64::from).collect();
    let mut random = fastrand::Rng::with_seed(3);
    // Errors are uniform in [-1, 1]: their mean absolute value is 0.5.
    let predicted: Vec<f64> =
        truth.iter().map(|value| value + random.f64().mul_add(2.0, -1.0)).collect();
    let evaluation = of_values(&truth, &predicted);
    let intervals = Resamples::new(400, 1).intervals(&evaluation);
    let Interval { low, high } = intervals[&Metric::Mae];
    // The standard error of the mean of 400 such values is 0.29 / 20.
    assert!(low < 0.5 && 0.5 < high, "{low} {high}");
    assert!((high - low - 2.0 * 1.96 * 0.0144).abs() < 0.015, "{low} {high}");
    assert!(!intervals.contains_key(&Metric::Coverage), "undefined without intervals");
    assert_eq!(intervals, Resamples::new(400, 1).intervals(&evaluation));
    assert_ne!(intervals, Resamples::new(400, 2).intervals(&evaluation));
}

#[test]
fn resamples_draw_every_row_once_on_average() {
    let resamples = Resamples::new(100, 5);
    let drawn = resamples.map(|weights| (weights.iter().sum::<f64>(), weights[7]));
    assert_eq!(drawn.len(), 1_000);
    assert!(drawn.iter().all(|&(rows, _)| rows == 100.0));
    let mean = drawn.iter().map(|(_, weight)| weight).sum::<f64>() / 1_000.0;
    assert!((mean - 1.0).abs() < 0.12, "{mean}");
    assert_eq!(Resamples::new(1_000_000, 5).count(), 200);
}

/// Labels, and distinct-or-tied probabilities of the second class.
fn binary() -> impl Strategy<Value = (Vec<usize>, Vec<f64>)> {
    (4_usize..40).prop_flat_map(|rows| {
        (
            prop::collection::vec(0_usize..2, rows),
            prop::collection::vec((0_u8..=20).prop_map(|p| f64::from(p) / 20.0), rows),
        )
    })
}

fn same(a: f64, b: f64) -> bool {
    a.is_nan() && b.is_nan() || (a - b).abs() < 1e-9
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_perfect_classifier_has_perfect_scores(labels in prop::collection::vec(0_usize..2, 4..40)) {
        prop_assume!(labels.contains(&0) && labels.contains(&1));
        let positive: Vec<f64> = labels.iter().map(|&label| label as f64).collect();
        let scores = of_classes(2, labels, both(&positive), None).all();
        for (metric, score) in scores {
            let perfect = if metric.higher_is_better() { 1.0 } else { 0.0 };
            prop_assert!(same(score, perfect), "{metric}: {score}");
        }
    }

    #[test]
    fn rows_count_whatever_their_order((labels, positive) in binary(), by in 1_usize..20) {
        let forth = of_classes(2, labels.clone(), both(&positive), None);
        let (mut labels, mut positive) = (labels, positive);
        let by = by % labels.len();
        labels.rotate_left(by);
        positive.rotate_left(by);
        let back = of_classes(2, labels, both(&positive), None);
        for (metric, score) in forth.all() {
            prop_assert!(same(score, back.score(metric)), "{metric}");
        }
    }

    #[test]
    fn a_weight_of_two_is_a_row_twice_and_of_none_no_row(
        (labels, positive) in binary(),
        seed in any::<u64>(),
    ) {
        let mut random = fastrand::Rng::with_seed(seed);
        let weights: Vec<usize> = labels.iter().map(|_| random.usize(0..3)).collect();
        let repeat = |row: usize| std::iter::repeat_n(row, weights[row]);
        let rows: Vec<usize> = (0..labels.len()).flat_map(repeat).collect();
        let drawn = of_classes(
            2,
            rows.iter().map(|&row| labels[row]).collect(),
            both(&rows.iter().map(|&row| positive[row]).collect::<Vec<_>>()),
            None,
        );
        let weights: Vec<f64> = weights.iter().map(|&weight| weight as f64).collect();
        let evaluation = of_classes(2, labels, both(&positive), None);
        for (metric, score) in drawn.all() {
            let weighted = evaluation.weighted(metric, &weights);
            prop_assert!(same(score, weighted), "{metric}: {score} {weighted}");
        }
        let numbers = of_values(&positive, &vec![0.4; positive.len()]);
        let picked: Vec<f64> = rows.iter().map(|&row| positive[row]).collect();
        for (metric, score) in of_values(&picked, &vec![0.4; picked.len()]).all() {
            let weighted = numbers.weighted(metric, &weights);
            prop_assert!(
                same(score, weighted) || (score - weighted).abs() < 1e-6 * score.abs(),
                "{metric}: {score} {weighted}"
            );
        }
    }
}
