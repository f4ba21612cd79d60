//! Whole rows, and how well the model does.

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::drift::concept::ErrorStream;
use crate::drift::report::{Aspect, MetricReport};
use crate::drift::{Observer, Outcomes};
use crate::learners::Predictions;
use crate::metrics::Metric;
use crate::profile::{Baseline, Estimator, Performance};

/// Two columns that go together, or against each other.
fn pair(rows: usize, together: bool, random: &mut Random) -> Table {
    let (mut x, mut y, mut z) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rows {
        let shared = random.normal();
        x.push(shared + 0.3 * random.normal());
        y.push(if together { shared } else { -shared } + 0.3 * random.normal());
        z.push(random.normal());
    }
    let column = |name: &str, values| Column { name: name.into(), values: Values::Number(values) };
    Table::new(vec![column("x", x), column("y", y), column("z", z)]).unwrap()
}

fn pair_profile(rows: usize, random: &mut Random) -> Profile {
    let field = |name: &str| Field::new(name, Kind::Fractional, false);
    let inputs = ["x", "y", "z"].map(field).to_vec();
    let schema = Schema { inputs, target: Some("y".into()), task: Task::Regression };
    let table = pair(rows, true, random);
    Profile::of(&table, &schema).with_rows(&table, None)
}

fn judge_rows(profile: &Profile, table: &Table) -> Report {
    let mut observed = profile.observer();
    Observer::new(profile).unwrap().count_inputs(table, &mut observed);
    judge(profile, &observed, &BTreeMap::new()).unwrap()
}

#[test]
fn columns_that_no_longer_go_together_are_drift() {
    for seed in 0..5 {
        let mut random = Random(40_000 + seed);
        let profile = pair_profile(1_000, &mut random);
        let report = judge_rows(&profile, &pair(500, false, &mut random));
        assert_eq!(report.verdict, Verdict::Drift);
        let joint = report.joint.as_ref().unwrap();
        assert!(joint.error.current > 1.5 * joint.error.reference, "{:?}", joint.error);
        let aspects: Vec<Aspect> = joint
            .signals
            .iter()
            .filter(|signal| signal.severity == Severity::Drift)
            .map(|signal| signal.aspect)
            .collect();
        assert_eq!(aspects, [Aspect::Correlations, Aspect::WholeRows]);
        let named: Vec<&str> = joint.separating.iter().map(|(name, _)| name.as_str()).collect();
        assert!(named[..2].contains(&"x") && named[..2].contains(&"y"), "{named:?}");
        // No column alone tells of it.
        assert!(drifted(&report).is_empty(), "{:?}", drifted(&report));
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }
}

#[test]
fn rows_as_they_were_are_calm() {
    let mut alarms = 0;
    for seed in 0..40 {
        let mut random = Random(41_000 + seed);
        let profile = pair_profile(600, &mut random);
        let report = judge_rows(&profile, &pair(300, true, &mut random));
        alarms += usize::from(report.verdict == Verdict::Drift);
    }
    assert!(alarms <= 4, "{alarms} of 40");
}

/// A model whose probabilities are right, on scores that are skewed by a power.
fn answers(rows: usize, power: f64, random: &mut Random) -> (Predictions, Values) {
    let positive: Vec<f64> = (0..rows).map(|_| random.uniform().powf(power)).collect();
    let labels: Vec<Option<&str>> =
        positive.iter().map(|&p| Some(if random.chance(p) { "yes" } else { "no" })).collect();
    let probabilities = positive.iter().flat_map(|p| [1.0 - p, *p]).collect();
    let classes = ["no", "yes"].map(str::to_owned).into();
    let predictions = Predictions::Classes { classes, probabilities, threshold: None };
    (predictions, Values::Category(Categories::encode(labels)))
}

fn task() -> Task {
    Task::Classification { classes: vec!["no".into(), "yes".into()] }
}

fn seconds(rows: usize) -> Vec<Timestamp> {
    let second = |row| subject().window.start + SignedDuration::from_secs(row);
    (0..rows as i64).map(second).collect()
}

/// The accuracy of 4,000 holdout rows, by labels and by the estimate.
fn performance_profile(random: &mut Random) -> Profile {
    let estimator = Estimator::Confidence { calibration: None, classes: 2 };
    let (predictions, labels) = answers(4_000, 0.1, random);
    let outcomes = Outcomes::new(&seconds(4_000), &predictions, &labels, &task()).unwrap();
    let mut expected = estimator.nothing();
    let fitted = estimator.fitted().unwrap().unwrap();
    fitted.count(&Table::default(), &predictions, &mut expected).unwrap();
    let evaluation = crate::metrics::Evaluation::new(&outcomes.truth, &predictions).unwrap();
    let value = evaluation.score(Metric::Accuracy);
    let realised = Baseline { value, deviation: (value * (1.0 - value)).sqrt() };
    let value = expected.score(Metric::Accuracy).unwrap();
    let estimated = Baseline { value, deviation: 0.15 };
    let table = pair(500, true, random);
    pair_profile(500, random)
        .with_predictions(&predictions)
        .with_target("y", &outcomes.truth)
        .with_rows(&table, None)
        .with_performance(Performance {
            metric: Metric::Accuracy,
            rows: 4_000,
            realised: [(Metric::Accuracy, realised)].into(),
            estimated: [(Metric::Accuracy, estimated)].into(),
            error: 1.0 - realised.value,
            estimator,
        })
}

fn judge_answers(
    profile: &Profile,
    predictions: &Predictions,
    labels: Option<&Values>,
    random: &mut Random,
) -> Report {
    let rows = predictions.rows();
    let inputs = pair(rows, true, random);
    let observer = Observer::new(profile).unwrap();
    let mut observed = profile.observer();
    observer.count_inputs(&inputs, &mut observed);
    observer.count_answers(&inputs, predictions, &mut observed).unwrap();
    let outcomes =
        labels.map(|labels| Outcomes::new(&seconds(rows), predictions, labels, &task()).unwrap());
    let terms =
        Terms { thresholds: &Thresholds::default(), importance: &BTreeMap::new(), time: None };
    let chunks = [Chunk { window: subject().window, observed }];
    let seen = Seen { chunks: &chunks, outcomes: outcomes.as_ref() };
    check(subject(), profile, seen, terms).unwrap()
}

fn accuracy(reports: &[MetricReport]) -> &MetricReport {
    reports.iter().find(|report| report.metric == Metric::Accuracy).unwrap()
}

#[test]
fn performance_that_stays_is_calm_and_one_that_falls_is_drift() {
    let mut random = Random(50_000);
    let profile = performance_profile(&mut random);
    let (predictions, labels) = answers(1_000, 0.1, &mut random);
    let report = judge_answers(&profile, &predictions, Some(&labels), &mut random);
    assert_eq!(report.verdict, Verdict::Stable, "{report:?}");
    let performance = report.performance.unwrap();
    assert_eq!((performance.labels, performance.answers), (1_000, 1_000));
    let realised = accuracy(&performance.realised);
    assert!(realised.band.low < realised.reference && realised.reference < realised.band.high);
    assert!(realised.value > realised.threshold);

    // Scores in the middle are less sure, with labels or without.
    let (unsure, labels) = answers(1_000, 1.0, &mut random);
    let report = judge_answers(&profile, &unsure, None, &mut random);
    let performance = report.performance.as_ref().unwrap();
    assert!(performance.realised.is_empty());
    let estimated = accuracy(&performance.estimated);
    assert_eq!(estimated.severity, Severity::Drift, "{estimated:?}");
    let report = judge_answers(&profile, &unsure, Some(&labels), &mut random);
    let realised = accuracy(&report.performance.as_ref().unwrap().realised);
    assert_eq!(realised.severity, Severity::Drift, "{realised:?}");
    assert!((realised.value - estimated.value).abs() < 0.05, "{realised:?} {estimated:?}");
    assert_eq!(report.verdict, Verdict::Drift);
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
}

#[test]
fn a_target_that_has_changed_is_drift_once_labels_are_in() {
    let mut random = Random(51_000);
    let profile = performance_profile(&mut random);
    let (predictions, _) = answers(1_000, 0.1, &mut random);
    let no: Vec<Option<&str>> =
        (0..1_000).map(|row| Some(if row % 2 == 0 { "no" } else { "yes" })).collect();
    let labels = Values::Category(Categories::encode(no));
    let report = judge_answers(&profile, &predictions, Some(&labels), &mut random);
    let target = report.columns.iter().find(|column| column.role == Role::Target).unwrap();
    assert_eq!((target.name.as_str(), target.severity), ("y", Severity::Drift));
    let report = judge_answers(&profile, &predictions, None, &mut random);
    assert!(report.columns.iter().all(|column| column.role != Role::Target));
}

#[test]
fn outcomes_leave_out_what_has_no_label() {
    let (predictions, _) = answers(4, 1.0, &mut Random(52_000));
    let labels = [Some("yes"), None, Some("maybe"), Some("no")];
    let labels = Values::Category(Categories::encode(labels));
    let outcomes = Outcomes::new(&seconds(4), &predictions, &labels, &task()).unwrap();
    assert_eq!((outcomes.rows(), outcomes.unknown), (2, 1));
    assert_eq!(outcomes.times, [seconds(4)[0], seconds(4)[3]]);
    assert_eq!(outcomes.predictions.rows(), 2);
    assert_eq!(Outcomes::new(&seconds(3), &predictions, &labels, &task()), None);
    assert_eq!(Outcomes::new(&seconds(4), &predictions, &labels, &Task::Regression), None);
}

#[test]
fn errors_of_outcomes_are_a_stream() {
    let mut random = Random(53_000);
    let profile = performance_profile(&mut random);
    let reference = profile.performance.unwrap();
    let (predictions, labels) = answers(2_000, 0.1, &mut random);
    let outcomes = Outcomes::new(&seconds(2_000), &predictions, &labels, &task()).unwrap();
    let errors = outcomes.errors(&reference);
    let mean = errors.iter().map(|(_, error)| error).sum::<f64>() / 2_000.0;
    assert!((mean - reference.error).abs() < 0.04, "{mean} and {}", reference.error);
    let calm = ErrorStream::default().read(errors, reference.error, 0.1);
    assert!(calm.severity < Severity::Drift, "{calm:?}");

    let task = Task::Regression;
    let values = Predictions::Values(vec![1.0, 2.0, 3.0]);
    let truth = Values::Number(vec![1.0, f64::NAN, 3.0 + reference.error]);
    let outcomes = Outcomes::new(&seconds(3), &values, &truth, &task).unwrap();
    let errors: Vec<f64> = outcomes.errors(&reference).iter().map(|error| error.1).collect();
    assert!(errors[0] == 0.0 && (errors[1] - 0.5).abs() < 1e-9, "{errors:?}");
}
