use super::*;
use crate::dataset::{HashOrder, Schema, Table};
use crate::spec::Spec;

fn labelled(target: Target) -> Labelled {
    let task = target.task().unwrap();
    let schema = Schema { inputs: Vec::new(), target: Some("y".into()), task };
    Labelled {
        inputs: Table::default(),
        target,
        schema,
        groups: None,
        times: None,
        unused: Vec::new(),
        hash_order: HashOrder::default(),
        notes: Vec::new(),
    }
}

/// Rows whose true log-odds are `factor` times what is predicted, and a tenth of which
/// are positive at most.
fn unseen(rows: usize, factor: f64, seed: u64) -> (Labelled, OutOfFold) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut labels = Vec::new();
    let mut probabilities = Vec::new();
    for _ in 0..rows {
        let margin = 8.0 * random.f64() - 6.0;
        let truth = 1.0 / (1.0 + (-factor * margin).exp());
        let predicted = 1.0 / (1.0 + f64::exp(-margin));
        labels.push(usize::from(random.f64() < truth));
        probabilities.extend([1.0 - predicted, predicted]);
    }
    let classes: Arc<[String]> = ["no".to_owned(), "yes".to_owned()].into();
    let predictions =
        Predictions::Classes { classes: Arc::clone(&classes), probabilities, threshold: None };
    let rows = (0..rows).collect();
    (labelled(Target::Classes { classes, labels }), OutOfFold { rows, predictions })
}

fn adjusted(
    metric: Metric,
    change: impl Fn(&mut Training),
    rows: &(Labelled, OutOfFold),
) -> (Adjustments, Vec<String>) {
    let mut training = Spec::default().training;
    change(&mut training);
    fit(&training, metric, &rows.0, &rows.1, 1).unwrap()
}

#[test]
fn too_certain_probabilities_are_calibrated_and_good_ones_are_left_alone() {
    let certain = unseen(600, 0.4, 1);
    let (adjustments, notes) = adjusted(Metric::RocAuc, |_| {}, &certain);
    assert_eq!(adjustments.calibration.unwrap().method(), CalibrationMethod::Sigmoid);
    assert!(notes[0].starts_with("probabilities are calibrated (sigmoid)"), "{notes:?}");
    assert_eq!(adjustments.threshold, None);
    let never = |training: &mut Training| training.calibrate = Choice::Never;
    assert_eq!(adjusted(Metric::RocAuc, never, &certain).0, Adjustments::default());

    let good = unseen(600, 1.0, 1);
    assert_eq!(adjusted(Metric::RocAuc, |_| {}, &good), (Adjustments::default(), Vec::new()));
    let always = |training: &mut Training| training.calibrate = Choice::Always;
    assert!(adjusted(Metric::RocAuc, always, &good).0.calibration.is_some());
}

#[test]
fn calibration_lowers_the_loss_of_other_rows_and_keeps_their_order() {
    let (adjustments, _) = adjusted(Metric::LogLoss, |_| {}, &unseen(2_000, 0.4, 1));
    let calibration = adjustments.calibration.unwrap();
    let (other, OutOfFold { predictions, .. }) = unseen(2_000, 0.4, 2);
    let before = Evaluation::new(&other.target, &predictions).unwrap();
    let Predictions::Classes { classes, mut probabilities, .. } = predictions else { panic!() };
    calibration.apply(&mut probabilities, 2);
    let corrected = Predictions::Classes { classes, probabilities, threshold: None };
    let after = Evaluation::new(&other.target, &corrected).unwrap();
    assert!(after.score(Metric::LogLoss) < 0.95 * before.score(Metric::LogLoss));
    assert!(after.score(Metric::BrierScore) < before.score(Metric::BrierScore));
    for metric in [Metric::RocAuc, Metric::AveragePrecision] {
        assert_eq!(after.score(metric), before.score(metric), "{metric}");
    }
}

#[test]
fn the_threshold_is_the_specs_or_follows_a_metric_of_labels() {
    let rows = unseen(1_000, 1.0, 3);
    let threshold =
        |metric, wish| adjusted(metric, |training| training.threshold = wish, &rows).0.threshold;
    assert_eq!(threshold(Metric::RocAuc, None), None);
    assert_eq!(threshold(Metric::RocAuc, Some(0.2)), Some(0.2));
    assert_eq!(threshold(Metric::F1, Some(0.2)), Some(0.2));
    // Rare positives are found at less than even odds.
    let balanced = threshold(Metric::BalancedAccuracy, None).unwrap();
    assert!((0.02..0.4).contains(&balanced), "{balanced}");
    let best = Evaluation::new(&rows.0.target, &rows.1.predictions).unwrap();
    assert_eq!(best.best_threshold(Metric::BalancedAccuracy), Some(balanced));
}

#[test]
fn numbers_get_the_residuals_of_the_rows_that_have_predictions() {
    let data = labelled(Target::Values((0..10).map(f64::from).collect()));
    // Forward in time the earliest rows have none.
    let unseen = OutOfFold {
        rows: vec![4, 5, 6, 7, 8, 9],
        predictions: Predictions::Values(vec![4.5, 5.5, 6.5, 7.5, 8.5, 9.5]),
    };
    let (adjustments, _) = adjusted(Metric::Rmse, |_| {}, &(data, unseen));
    let intervals = adjustments.residuals.unwrap().intervals(&[1.0], 0.8).unwrap();
    assert_eq!(intervals.bounds, [(0.5, 1.5)]);
}
