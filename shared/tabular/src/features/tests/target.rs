//! Target encoding does not leak.

use super::*;

const TOML: &str = "[columns.c]\nencode = 'target'";

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (x, y) = (mean(a), mean(b));
    let product: f64 = a.iter().zip(b).map(|(a, b)| (a - x) * (b - y)).sum();
    let squares = |of: &[f64], mean: f64| of.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
    product / (squares(a, x) * squares(b, y)).sqrt()
}

/// Rows of `levels` levels whose target is noise.
fn noise(rows: usize, levels: u32, seed: u64) -> (Labelled, Vec<f64>) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let codes = (0..rows).map(|_| rng.u32(0..levels)).collect();
    let levels = (0..levels).map(|level| format!("l{level:04}")).collect();
    let target: Vec<f64> = (0..rows).map(|_| rng.f64()).collect();
    let inputs = table(vec![("c", Values::Category(Categories { codes, levels }))]);
    (labelled(inputs, &[Kind::Category], Target::Values(target.clone())), target)
}

#[test]
fn training_features_tell_nothing_of_a_target_of_noise() {
    for seed in 0..3 {
        let (data, target) = noise(4_000, 800, seed);
        let (pipeline, training) = fit_to(&data, Encoding::Native, TOML);
        let leak = correlation(training.as_slice(), &target);
        assert!(leak.abs() < 0.1, "{leak}");
        // As it would be if a row's own target reached its features.
        let full = pipeline.transform::<f64>(&data.inputs).unwrap();
        assert!(correlation(full.as_slice(), &target) > 0.3);
    }
}

#[test]
fn no_training_row_knows_its_own_target() {
    let (data, target) = noise(60, 6, 1);
    let (_, before) = fit_to(&data, Encoding::Native, TOML);
    for row in [0, 17, 59] {
        let mut changed = target.clone();
        changed[row] += 1e6;
        let changed = Labelled { target: Target::Values(changed), ..data.clone() };
        let (_, after) = fit_to(&changed, Encoding::Native, TOML);
        // Sums of all folds less the own one differ by rounding at most.
        assert!((after.as_slice()[row] - before.as_slice()[row]).abs() < 1e-6);
        assert_ne!(after, before);
    }
}

#[test]
fn levels_that_differ_in_their_target_are_told_apart() {
    let inputs = table(vec![("c", texts(&[Some("a"), Some("b")].repeat(100)))]);
    let target = Target::Values([1.0, 3.0].repeat(100));
    let data = labelled(inputs, &[Kind::Category], target);
    let (pipeline, training) = fit_to(&data, Encoding::Native, TOML);
    let other = table(vec![("c", texts(&[Some("a"), Some("b"), Some("new"), None]))]);
    let features = pipeline.transform::<f64>(&other).unwrap().into_vec();
    // 10 more rows of the mean, 2.
    assert_eq!(features, [120.0 / 110.0, 320.0 / 110.0, 2.0, 2.0]);
    assert!(training.as_slice().chunks(2).all(|pair| pair[0] < 1.5 && pair[1] > 2.5));
}

#[test]
fn each_of_several_classes_has_a_feature() {
    let labels: Vec<usize> = (0..90).map(|row| row % 3).collect();
    let inputs = table(vec![("c", texts(&[Some("a"), Some("b"), None].repeat(30)))]);
    let classes = ["hi", "lo", "mid"].map(str::to_owned).to_vec();
    let target = Target::Classes { classes: classes.into(), labels };
    let data = labelled(inputs, &[Kind::Category], target);
    let (pipeline, training) = fit_to(&data, Encoding::Standardised, TOML);
    assert_eq!(pipeline.names(), ["c.target=hi", "c.target=lo", "c.target=mid"]);
    for feature in 0..3 {
        let column: Vec<f64> = training.iter_rows().map(|row| row[feature]).collect();
        let mean = column.iter().sum::<f64>() / 90.0;
        let variance = column.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 90.0;
        assert!(mean.abs() < 1e-12 && (variance - 1.0).abs() < 1e-12);
        // The third level is that of missing texts.
        let own = |(row, value): (usize, &f64)| (*value > 0.0) == (row == feature);
        assert!(column.iter().take(3).enumerate().all(own), "{column:?}");
    }
}
