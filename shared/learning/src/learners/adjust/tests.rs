use proptest::prelude::*;
use serde::Deserialize;

use super::isotonic::Isotonic;
use super::sigmoid::Sigmoid;
use super::*;
use crate::learners::predictions::Intervals;
use crate::learners::{
    Candidate, EncodedPredictor, FitContext, Learner, LinearParams, Predictions, Predictor,
};
use model_factory_tabular::dataset::{Labelled, Target, Task, csv};
use model_factory_tabular::spec::Spec;

/// Written by `scripts/golden/calibration.py` with scikit-learn.
const GOLDEN: &str = include_str!("../../../tests/golden/calibration.json");

#[derive(Deserialize)]
struct Golden {
    probabilities: Vec<f64>,
    truth: Vec<u8>,
    slope: f64,
    intercept: f64,
    at: Vec<f64>,
    sigmoid: Vec<f64>,
    isotonic: Vec<f64>,
}

fn scored(golden: &Golden) -> Vec<(f64, bool)> {
    golden.probabilities.iter().copied().zip(golden.truth.iter().map(|&y| y == 1)).collect()
}

#[test]
fn calibrators_are_those_of_scikit_learn() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    let sigmoid = Sigmoid::fit(&scored(&golden)).unwrap();
    assert!((sigmoid.slope - golden.slope).abs() < 1e-5, "{sigmoid:?}");
    assert!((sigmoid.intercept - golden.intercept).abs() < 1e-5, "{sigmoid:?}");
    let isotonic = Isotonic::fit(&scored(&golden)).unwrap();
    for ((&at, smooth), step) in golden.at.iter().zip(golden.sigmoid).zip(golden.isotonic) {
        assert!((sigmoid.apply(at) - smooth).abs() < 1e-5, "{at}: {}", sigmoid.apply(at));
        assert!((isotonic.step(at) - step).abs() < 1e-12, "{at}: {}", isotonic.step(at));
        assert!((isotonic.apply(at) - step).abs() < 0.02, "{at}: {}", isotonic.apply(at));
    }
}

#[test]
fn rows_of_one_class_cannot_calibrate_nor_can_a_model_that_is_wrong() {
    assert_eq!(Sigmoid::fit(&[(0.1, true), (0.9, true)]), None);
    let reversed: Vec<(f64, bool)> = (0..50).map(|row| (f64::from(row) / 50.0, row < 25)).collect();
    assert_eq!(Sigmoid::fit(&reversed), None);
    assert_eq!(Isotonic::fit(&[]), None);
    for method in Method::ALL {
        assert_eq!(Calibration::fit(method, &[0.9, 0.1, 0.2, 0.8], 2, &[1, 1]), None);
    }
}

#[test]
fn probabilities_of_nothing_and_certainty_stay_probabilities() {
    let rows: Vec<(f64, bool)> = [(0.0, false), (1.0, true), (0.0, true), (1.0, true)].repeat(9);
    for apply in [
        Box::new({
            let sigmoid = Sigmoid::fit(&rows).unwrap();
            move |p| sigmoid.apply(p)
        }) as Box<dyn Fn(f64) -> f64>,
        Box::new({
            let isotonic = Isotonic::fit(&rows).unwrap();
            move |p| isotonic.apply(p)
        }),
    ] {
        assert!((0.3..0.7).contains(&apply(0.0)), "{}", apply(0.0));
        assert!((0.8..=1.0).contains(&apply(1.0)), "{}", apply(1.0));
    }
}

#[test]
fn corrected_rows_of_three_classes_sum_to_one() {
    let mut random = fastrand::Rng::with_seed(2);
    let labels: Vec<usize> = (0..90).map(|row| row % 3).collect();
    let probabilities: Vec<f64> = labels
        .iter()
        .flat_map(|&label| {
            let mut row = [0.0; 3].map(|_: f64| random.f64() + 0.1);
            row[label] += 0.8;
            let sum: f64 = row.iter().sum();
            row.map(|p| p / sum)
        })
        .collect();
    for method in Method::ALL {
        let calibration = Calibration::fit(method, &probabilities, 3, &labels).unwrap();
        assert_eq!(calibration.method(), method);
        let mut corrected = probabilities.clone();
        calibration.apply(&mut corrected, 3);
        assert_ne!(corrected, probabilities);
        for row in corrected.chunks(3) {
            assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{row:?}");
        }
        let json = serde_json::to_string(&calibration).unwrap();
        assert_eq!(serde_json::from_str::<Calibration>(&json).unwrap(), calibration);
    }
}

/// Values whose spread grows with them, and predictions of their middle.
fn noisy(rows: usize, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let mut random = fastrand::Rng::with_seed(seed);
    std::iter::repeat_with(|| {
        let middle = 1.0 + 9.0 * random.f64();
        let noise: f64 = (0..6).map(|_| random.f64() - 0.5).sum();
        (middle + middle * noise, middle)
    })
    .take(rows)
    .unzip()
}

fn coverage_and_width(intervals: &Intervals, truth: &[f64]) -> (f64, f64) {
    let rows = truth.len() as f64;
    let inside = intervals.bounds.iter().zip(truth).filter(|((l, u), t)| l <= t && *t <= u);
    let width = intervals.bounds.iter().map(|(lower, upper)| upper - lower).sum::<f64>();
    (inside.count() as f64 / rows, width / rows)
}

#[test]
fn intervals_cover_what_they_promise_and_grow_where_the_spread_does() {
    let (truth, predicted) = noisy(4_000, 1);
    let residuals = Residuals::fit(&truth, &predicted).unwrap();
    let (truth, predicted) = noisy(20_000, 2);
    for coverage in [0.5, 0.8, 0.9, 0.99] {
        let intervals = residuals.intervals(&predicted, coverage).unwrap();
        let (covered, _) = coverage_and_width(&intervals, &truth);
        assert!((covered - coverage).abs() < 0.015, "{covered} of {coverage}");
    }
    let bounds = residuals.intervals(&[2.0, 9.0], 0.9).unwrap().bounds;
    let [narrow, wide] = [0, 1].map(|row: usize| bounds[row].1 - bounds[row].0);
    assert!(wide > 3.0 * narrow, "{narrow} {wide}");
}

#[test]
fn few_residuals_promise_less_and_round_up() {
    let residuals = Residuals::fit(&[1.0, 2.0, 3.0, 4.0], &[0.0; 4]).unwrap();
    let upper = |coverage| Some(residuals.intervals(&[0.0], coverage)?.bounds[0].1);
    // ⌈5 · 0.5⌉ = 3, ⌈5 · 0.8⌉ = 4.
    assert_eq!([0.5, 0.6, 0.61, 0.8].map(upper), [3.0, 3.0, 4.0, 4.0].map(Some));
    assert_eq!(residuals.max_coverage(), 0.8);
    assert_eq!([0.81, 0.0, 1.0, f64::NAN].map(upper), [None; 4]);
    assert_eq!(Residuals::fit(&[], &[]), None);
    assert_eq!(Residuals::fit(&[1.0], &[f64::NAN]), None);
}

#[test]
fn a_model_that_is_always_right_has_intervals_without_width() {
    let values: Vec<f64> = (0..600).map(f64::from).collect();
    let residuals = Residuals::fit(&values, &values).unwrap();
    assert_eq!(residuals.intervals(&[5.0], 0.9).unwrap().bounds, [(5.0, 5.0)]);
}

#[test]
fn many_residuals_are_kept_as_a_thousand() {
    let (truth, predicted) = noisy(30_000, 3);
    let residuals = Residuals::fit(&truth, &predicted).unwrap();
    assert!(serde_json::to_vec(&residuals).unwrap().len() < 25_000);
    let exact = Residuals::fit(&truth[..900], &predicted[..900]).unwrap();
    let width = |residuals: &Residuals| {
        coverage_and_width(&residuals.intervals(&[5.0], 0.9).unwrap(), &[5.0]).1
    };
    assert!((width(&residuals) / width(&exact) - 1.0).abs() < 0.2);
}

fn fitted(text: &str) -> (Predictor, Labelled) {
    let spec = Spec::default();
    let data = Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &spec).unwrap();
    let linear = Candidate::from(Learner::Linear(LinearParams::default()));
    (linear.fit(&data, &FitContext::new(&spec)).unwrap(), data)
}

fn reread(predictor: &Predictor, task: &Task) -> Predictor {
    let EncodedPredictor { header, payload } = predictor.encode().unwrap();
    Predictor::decode(header, &payload, task).unwrap()
}

#[test]
fn an_adjusted_classifier_answers_by_its_threshold_and_reads_back() {
    let rows =
        (0..60).map(|row| format!("{},{}\n", row % 30, if row % 30 > 20 { "b" } else { "a" }));
    let (plain, data) = fitted(&("x,y\n".to_owned() + &rows.collect::<String>()));
    let before = plain.predict(&data.inputs).unwrap();
    let Target::Classes { labels, .. } = &data.target else { panic!("no classes") };
    let Predictions::Classes { probabilities, .. } = &before else { panic!("no classes") };
    let calibration = Calibration::fit(Method::Sigmoid, probabilities, 2, labels).unwrap();
    let threshold = Some(0.05);
    let adjustments = Adjustments { calibration: Some(calibration), threshold, residuals: None };
    let adjusted = plain.clone().adjusted(adjustments);
    let after = adjusted.predict(&data.inputs).unwrap();
    assert_ne!(after.scores(), before.scores());
    for (index, score) in after.class_indices().into_iter().zip(after.scores()) {
        assert_eq!(index, usize::from(score >= 0.05), "{score}");
    }
    let positive = |predictions: &Predictions| {
        predictions.labels().into_iter().filter(|label| *label == "b").count()
    };
    assert!(positive(&after) > positive(&before));
    let again = reread(&adjusted, &data.schema.task);
    assert_eq!(again.predict(&data.inputs).unwrap(), after);
    assert_eq!(adjusted.intervals(&after, 0.9), None);
}

#[test]
fn the_intervals_of_a_regression_read_back() {
    let rows = (0..60).map(|row| format!("{row},{}.5\n", 3 * row + row % 7));
    let (plain, data) = fitted(&("x,y\n".to_owned() + &rows.collect::<String>()));
    let predictions = plain.predict(&data.inputs).unwrap();
    assert_eq!(plain.intervals(&predictions, 0.9), None);
    let (Target::Values(truth), Predictions::Values(predicted)) = (&data.target, &predictions)
    else {
        panic!("no numbers")
    };
    let residuals = Residuals::fit(truth, predicted);
    let adjusted = plain.adjusted(Adjustments { residuals, ..Adjustments::default() });
    let intervals = adjusted.intervals(&predictions, 0.9).unwrap();
    let (covered, _) = coverage_and_width(&intervals, truth);
    assert!(covered >= 0.9, "{covered}");
    let again = reread(&adjusted, &data.schema.task);
    assert_eq!(again.intervals(&predictions, 0.9), Some(intervals));
    assert_eq!(adjusted.intervals(&predictions, 0.999), None, "60 residuals promise 60/61");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_correction_keeps_the_order_of_rows(
        rows in prop::collection::vec((0.0_f64..=1.0, any::<bool>()), 4..60),
        a in 0.001_f64..0.999,
        b in 0.001_f64..0.999,
    ) {
        prop_assume!((a - b).abs() > 1e-6);
        let (low, high) = (a.min(b), a.max(b));
        let probabilities: Vec<f64> = rows.iter().flat_map(|&(p, _)| [1.0 - p, p]).collect();
        let labels: Vec<usize> = rows.iter().map(|&(_, label)| usize::from(label)).collect();
        for method in Method::ALL {
            let Some(calibration) = Calibration::fit(method, &probabilities, 2, &labels) else {
                continue;
            };
            let mut corrected = [1.0 - low, low, 1.0 - high, high];
            calibration.apply(&mut corrected, 2);
            let [_, first, _, second] = corrected;
            prop_assert!((0.0..=1.0).contains(&first) && (0.0..=1.0).contains(&second));
            // Beyond the resolution of a double near 1 the two may meet.
            prop_assert!(first < second || first > 1.0 - 1e-9 || second < 1e-300, "{corrected:?}");
        }
    }
}
