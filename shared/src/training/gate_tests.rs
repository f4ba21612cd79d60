use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::dataset::Target;
use crate::learners::Predictions;

fn numbers(truth: &[f64], answers: &[f64]) -> Evaluation {
    let predictions = Predictions::Values(answers.to_vec());
    Evaluation::new(&Target::Values(truth.to_vec()), &predictions).unwrap()
}

/// 100 rows, every fourth of the second class; `wrong(row)` are taken for the other.
fn labels(wrong: impl Fn(usize) -> bool) -> Evaluation {
    let classes: Arc<[String]> = ["no".to_owned(), "yes".to_owned()].into();
    let labels: Vec<usize> = (0..100).map(|row| usize::from(row % 4 == 0)).collect();
    let positive = (0..100).map(|row| if (row % 4 == 0) == wrong(row) { 0.2 } else { 0.8 });
    let probabilities = positive.flat_map(|p| [1.0 - p, p]).collect();
    let predictions =
        Predictions::Classes { classes: Arc::clone(&classes), probabilities, threshold: None };
    Evaluation::new(&Target::Classes { classes, labels }, &predictions).unwrap()
}

fn binary() -> Task {
    Task::Classification { classes: vec!["no".to_owned(), "yes".to_owned()] }
}

fn meets(evaluation: &Evaluation) -> Challenger<'_> {
    Challenger { evaluation, latency_ms: 2.0, artifact_bytes: 1_000 }
}

fn against(
    spec: &spec::Gate,
    metric: Metric,
    challenger: &Evaluation,
    champion: &Evaluation,
) -> Decision {
    let task = if metric == Metric::Rmse { Task::Regression } else { binary() };
    let gate = Gate::new(metric, spec, &task, 1).unwrap();
    let champion = Ok::<_, std::fmt::Error>(champion.clone());
    gate.decide(&meets(challenger), Some(&Opponent::new(Version::FIRST, champion)))
}

#[test]
fn a_champion_that_answers_no_numbers_gives_way_and_such_a_challenger_does_not_pass() {
    let spec = spec::Gate::default();
    let score = |answers: [f64; 2]| numbers(&[1.0, 2.0], &answers);
    let promoted = |challenger, champion| {
        against(&spec, Metric::Rmse, &score(challenger), &score(champion)).promoted
    };
    for nonsense in [f64::NAN, f64::INFINITY] {
        assert!(promoted([1.0, 2.5], [nonsense; 2]));
        assert!(!promoted([nonsense; 2], [nonsense; 2]));
        assert!(!promoted([nonsense; 2], [1.0, 2.5]));
    }
}

#[test]
fn a_better_challenger_passes_and_an_equal_or_worse_one_does_not() {
    let spec = spec::Gate::default();
    let (good, poor) = (labels(|row| row % 20 == 1), labels(|row| row % 3 == 1));
    let better = against(&spec, Metric::BalancedAccuracy, &good, &poor);
    assert!(better.passed && better.promoted && !better.awaits_approval, "{better:?}");
    assert!(better.confidence > Some(0.95));
    for (challenger, champion) in [(&good, &good), (&poor, &good)] {
        let decision = against(&spec, Metric::BalancedAccuracy, challenger, champion);
        assert!(!decision.passed && !decision.promoted, "{decision:?}");
    }
}

#[test]
fn a_small_gain_is_no_gain_when_more_is_asked_for() {
    let truth: Vec<f64> = (0..200).map(f64::from).collect();
    let off = |by: f64| -> Evaluation {
        numbers(&truth, &truth.iter().map(|value| value + by).collect::<Vec<_>>())
    };
    let decide = |min_improvement| {
        let spec = spec::Gate { min_improvement, ..spec::Gate::default() };
        against(&spec, Metric::Rmse, &off(0.95), &off(1.0))
    };
    assert!(decide(0.0).passed && decide(0.04).passed);
    let refused = decide(0.06);
    assert!(!refused.passed);
    assert!(refused.reasons[0].contains("better by at least 6.00 % in 0.0 % of resamples"));
}

#[test]
fn a_guarded_metric_that_falls_too_far_refuses_a_better_challenger() {
    let guards = |tolerance| spec::Gate {
        guards: BTreeMap::from([("recall".to_owned(), tolerance)]),
        ..spec::Gate::default()
    };
    // Fewer false positives, but one of 25 positive rows is lost.
    let challenger = labels(|row| row == 40);
    let champion = labels(|row| row % 4 == 1);
    let decide = |tolerance| against(&guards(tolerance), Metric::Precision, &challenger, &champion);
    let refused = decide(0.02);
    assert!(!refused.passed, "{refused:?}");
    assert_eq!(
        refused.reasons[1],
        "the guard recall does not hold: 0.9600 against 1.0000: worse by 4.00 % (version 1), \
         2.00 % are allowed"
    );
    assert_eq!(refused.guards[0].challenger, Some(0.96));
    let passed = decide(0.05);
    assert!(passed.passed && passed.guards[0].holds, "{passed:?}");
}

#[test]
fn limits_of_latency_and_size_hold_for_the_first_version_too() {
    let evaluation = labels(|row| row == 3);
    let decide = |spec: &spec::Gate| {
        Gate::new(Metric::RocAuc, spec, &binary(), 1).unwrap().decide(&meets(&evaluation), None)
    };
    let default = spec::Gate::default();
    assert!(decide(&default).promoted);
    let slow = decide(&spec::Gate { max_latency_ms: Some(1.5), ..default.clone() });
    assert!(!slow.passed && !slow.promoted);
    assert_eq!(slow.reasons[1], "one row takes 2.000 ms (median), 1.5 ms are allowed");
    let large = decide(&spec::Gate { max_artifact_bytes: Some(999), ..default.clone() });
    assert_eq!(large.reasons[1], "the artifact has 1000 bytes, 999 are allowed");
    assert!(!large.promoted);
    let kept = spec::Gate { max_latency_ms: Some(2.0), max_artifact_bytes: Some(1_000), ..default };
    assert!(decide(&kept).promoted);
}

#[test]
fn with_manual_approval_what_passes_waits_and_what_does_not_is_refused() {
    let spec = spec::Gate { approval: Approval::Manual, ..spec::Gate::default() };
    let (good, poor) = (labels(|row| row % 20 == 1), labels(|row| row % 3 == 1));
    let waits = against(&spec, Metric::RocAuc, &good, &poor);
    assert!(waits.passed && waits.awaits_approval && !waits.promoted, "{waits:?}");
    assert!(waits.reasons.last().unwrap().contains("waits for a person's approval"));
    let refused = against(&spec, Metric::RocAuc, &poor, &good);
    assert!(!refused.passed && !refused.awaits_approval && !refused.promoted);
}

#[test]
fn a_guard_of_another_task_is_an_error() {
    let spec =
        spec::Gate { guards: BTreeMap::from([("rmse".to_owned(), 0.1)]), ..spec::Gate::default() };
    assert_eq!(Gate::new(Metric::RocAuc, &spec, &binary(), 1).unwrap_err().name, "rmse");
}
