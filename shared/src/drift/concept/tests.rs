use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::drift::report::Severity;
use crate::splitmix::uniforms;

/// Written by `scripts/golden/concept.py` with river.
const GOLDEN: &str = include_str!("../../../tests/golden/concept.json");

#[derive(Deserialize)]
struct Golden {
    seed: u64,
    bits: bool,
    parts: Vec<(usize, f64)>,
    adwin: Vec<(usize, u64, f64)>,
    page_hinkley: Vec<usize>,
    ddm: Vec<usize>,
    warnings: usize,
    width: u64,
    mean: f64,
}

/// Errors around the means of the parts, as the script makes them.
fn values(seed: u64, bits: bool, parts: &[(usize, f64)]) -> Vec<f64> {
    let count = parts.iter().map(|(count, _)| count).sum();
    let means = parts.iter().flat_map(|&(count, mean)| std::iter::repeat_n(mean, count));
    let value = |(x, mean): (f64, f64)| match bits {
        true => f64::from(u8::from(x < mean)),
        false => mean + (x - 0.5) * 0.2,
    };
    uniforms(seed, count).into_iter().zip(means).map(value).collect()
}

#[test]
fn detectors_see_what_those_of_river_see() {
    let golden: Vec<Golden> = serde_json::from_str(GOLDEN).unwrap();
    for case in golden {
        let seed = case.seed;
        let (mut adwin, mut hinkley, mut ddm) =
            (Adwin::default(), PageHinkley::default(), Ddm::default());
        let (mut by_adwin, mut by_hinkley, mut by_ddm) = (Vec::new(), Vec::new(), Vec::new());
        let mut warnings = 0;
        for (index, value) in values(seed, case.bits, &case.parts).into_iter().enumerate() {
            if adwin.update(value) {
                by_adwin.push((index, adwin.width(), adwin.mean()));
            }
            if hinkley.update(value) {
                by_hinkley.push(index);
            }
            if case.bits && ddm.update(value == 1.0) {
                by_ddm.push(index);
            }
            warnings += usize::from(ddm.warns());
            // A state that was kept is the state.
            if index % 97 == 0 {
                let kept = serde_json::to_string(&(&adwin, hinkley, ddm)).unwrap();
                (adwin, hinkley, ddm) = serde_json::from_str(&kept).unwrap();
            }
        }
        assert_eq!(by_hinkley, case.page_hinkley, "seed {seed}");
        assert_eq!(by_ddm, case.ddm, "seed {seed}");
        assert_eq!(warnings, case.warnings, "seed {seed}");
        let alarms = |all: &[(usize, u64, f64)]| -> Vec<(usize, u64)> {
            all.iter().map(|alarm| (alarm.0, alarm.1)).collect()
        };
        assert_eq!(alarms(&by_adwin), alarms(&case.adwin), "seed {seed}");
        for (found, expected) in by_adwin.iter().zip(&case.adwin) {
            assert!((found.2 - expected.2).abs() < 1e-9, "seed {seed}");
        }
        assert_eq!(adwin.width(), case.width, "seed {seed}");
        assert!((adwin.mean() - case.mean).abs() < 1e-9, "seed {seed}");
    }
}

fn at(second: usize) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second as i64)
}

fn timed(errors: &[f64], from: usize) -> Vec<(Timestamp, f64)> {
    (from..).map(at).zip(errors.iter().copied()).collect()
}

#[test]
fn more_errors_are_drift_and_fewer_are_not() {
    let mut stream = ErrorStream::default();
    let calm = stream.read(timed(&values(11, true, &[(2_000, 0.1)]), 0), 0.1, 0.1);
    assert_eq!((calm.severity, calm.labels), (Severity::None, 2_000));
    assert!((calm.error - 0.1).abs() < 0.03, "{calm:?}");
    let mut better = stream.clone();
    let worse = stream.read(timed(&values(12, true, &[(600, 0.4)]), 2_000), 0.1, 0.1);
    assert_eq!(worse.severity, Severity::Drift, "{worse:?}");
    let alarm = worse.alarms.iter().find(|alarm| alarm.detector == Detector::Adwin).unwrap();
    assert!(alarm.before < alarm.after && alarm.at < at(2_300), "{alarm:?}");
    let better = better.read(timed(&vec![0.0; 600], 2_000), 0.1, 0.1);
    assert!(better.severity < Severity::Drift, "{better:?}");
}

#[test]
fn errors_that_were_read_are_not_read_again() {
    let errors = values(13, true, &[(500, 0.2)]);
    let mut once = ErrorStream::default();
    let _ = once.read(timed(&errors, 0), 0.2, 0.1);
    let mut twice = ErrorStream::default();
    let _ = twice.read(timed(&errors[..300], 0), 0.2, 0.1);
    let report = twice.read(timed(&errors, 0), 0.2, 0.1);
    assert_eq!(report.labels, 200);
    assert_eq!(twice, once);
}

#[test]
fn steady_errors_are_calm() {
    let mut alarms = 0;
    for seed in 0..100 {
        let errors = values(1_000 + seed, true, &[(3_000, 0.15)]);
        let report = ErrorStream::default().read(timed(&errors, 0), 0.15, 0.1);
        alarms += usize::from(report.severity == Severity::Drift);
    }
    assert!(alarms <= 2, "{alarms} of 100 steady streams");
}

proptest! {
    #[test]
    fn the_window_of_adwin_is_what_it_saw_last(
        errors in prop::collection::vec(0.0..1.0_f64, 1..500),
    ) {
        let mut adwin = Adwin::default();
        for &error in &errors {
            adwin.update(error);
            prop_assert!(adwin.width() >= 1);
            prop_assert!((0.0..=1.0 + 1e-9).contains(&adwin.mean()));
        }
        prop_assert!(adwin.width() <= errors.len() as u64);
    }
}
