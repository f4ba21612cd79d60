use std::collections::BTreeSet;

use super::*;
use crate::learners::Deadline;
use model_factory_tabular::dataset::{Labelled, csv};
use model_factory_tabular::features::{Encoding, Matrix, Recipe};
use model_factory_tabular::spec::Spec;

/// 200 rows, of which 40 are `b` and 20 are `c`; with a number that has missing values,
/// a whole number, and a category.
fn data() -> Labelled {
    let mut random = fastrand::Rng::with_seed(6);
    let mut text = String::from("x,missing,colour,y\n");
    for row in 0..200 {
        let class = if row % 10 == 0 {
            "c"
        } else if row % 5 < 1 || row % 10 == 3 {
            "b"
        } else {
            "a"
        };
        let shift = if class == "a" { 0.0 } else { 3.0 };
        let missing = if row % 7 == 0 { String::new() } else { (random.u8(..9)).to_string() };
        let colour = ["red", "green", "blue"][random.usize(..3)];
        text += &format!("{},{missing},{colour},{class}\n", random.f64() + shift);
    }
    Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &Spec::default()).unwrap()
}

fn balanced<T: Element>(
    balance: Balance,
    encoding: Encoding,
    seed: u64,
) -> (Examples<T>, Examples<T>) {
    let (data, spec) = (data(), Spec::default());
    let (pipeline, features) = Recipe::new(encoding, &spec, &data.schema).fit(&data, 0).unwrap();
    let examples = Examples { features, target: data.target, weights: None };
    let context = FitContext { seed, ..FitContext::new(&spec) };
    (balance.apply(&pipeline, examples.clone(), &context).unwrap(), examples)
}

fn labels<T>(examples: &Examples<T>) -> &[usize] {
    match &examples.target {
        Target::Classes { labels, .. } => labels,
        other => panic!("{other:?}"),
    }
}

#[test]
fn balanced_weights_give_every_class_the_same_total() {
    let (balanced, plain) = balanced::<f64>(Balance::ClassWeight, Encoding::Standardised, 0);
    assert_eq!(balanced.features, plain.features);
    let mut totals = [0.0; 3];
    for (label, weight) in labels(&balanced).iter().zip(balanced.weights.as_ref().unwrap()) {
        totals[*label] += weight;
    }
    for total in totals {
        assert!((total - 200.0 / 3.0).abs() < 1e-9, "{totals:?}");
    }
}

#[test]
fn smote_gives_every_class_as_many_rows_and_keeps_the_real_ones() {
    for encoding in [Encoding::Standardised, Encoding::Native] {
        let (balanced, plain) = balanced::<f32>(Balance::Smote, encoding, 0);
        let counts = counts(labels(&balanced), 3);
        assert_eq!(counts, [counts[0]; 3]);
        assert_eq!(balanced.features.rows(), 3 * counts[0]);
        let bits = |row: &[f32]| row.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        for (kept, row) in balanced.features.iter_rows().zip(plain.features.iter_rows()) {
            assert_eq!(bits(kept), bits(row));
        }
    }
}

#[test]
fn synthetic_rows_lie_between_rows_of_their_class() {
    let (balanced, plain) = balanced::<f64>(Balance::Smote, Encoding::Native, 0);
    let known: Vec<(&[f64], usize)> =
        plain.features.iter_rows().zip(labels(&plain).iter().copied()).collect();
    let colours: BTreeSet<u64> = known.iter().map(|(row, _)| row[2].to_bits()).collect();
    let synthetic =
        balanced.features.iter_rows().zip(labels(&balanced)).skip(plain.features.rows());
    for (row, &label) in synthetic {
        // Both numbers are the same share of the way from one row to the other.
        let between = |a: &[f64], b: &[f64]| {
            let share = (row[0] - a[0]) / (b[0] - a[0]);
            let other =
                if a[1].is_nan() || b[1].is_nan() { a[1] } else { a[1] + share * (b[1] - a[1]) };
            (0.0..=1.0).contains(&share)
                && ((other - row[1]).abs() < 1e-6 || other.is_nan() && row[1].is_nan())
        };
        let own = || known.iter().filter(|(_, other)| *other == label).map(|(row, _)| *row);
        assert!(own().any(|a| own().any(|b| between(a, b))), "{row:?} of class {label}");
        assert!(colours.contains(&row[2].to_bits()), "{row:?}");
    }
}

#[test]
fn synthetic_rows_have_one_category_and_keep_what_was_missing() {
    let (balanced, plain) = balanced::<f64>(Balance::Smote, Encoding::Standardised, 0);
    // x, then `missing` with its indicator, then three colours.
    assert_eq!(balanced.features.columns(), 6);
    let mut indicators = 0.0;
    for row in balanced.features.iter_rows().skip(plain.features.rows()) {
        assert!(row[2] == 0.0 || row[2] == 1.0, "{row:?}");
        indicators += row[2];
        let colours = &row[3..];
        assert!(colours.iter().all(|&value| value == 0.0 || value == 1.0), "{row:?}");
        assert_eq!(colours.iter().sum::<f64>(), 1.0);
    }
    assert!(indicators > 0.0);
}

#[test]
fn the_same_seed_gives_the_same_rows_on_any_number_of_threads() {
    let rows = |seed, threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| balanced::<f64>(Balance::Smote, Encoding::Standardised, seed)).0.features
    };
    assert_eq!(rows(1, 1), rows(1, 2));
    assert_ne!(rows(1, 1), rows(2, 1));
}

#[test]
fn awkward_classes_are_no_failure() {
    let spec = Spec::default();
    let target = Target::Classes {
        classes: ["a", "b", "never"].map(str::to_owned).into(),
        labels: vec![0, 0, 0, 1],
    };
    let examples = Examples {
        features: Matrix::from_vec(vec![1.0, 2.0, 3.0, 9.0], 1),
        target,
        weights: Some(vec![1.0, 1.0, 1.0, 0.5]),
    };
    let context = FitContext::new(&spec);
    let smote = Balance::Smote.apply(&Pipeline::default(), examples.clone(), &context).unwrap();
    // The only row is repeated, with its weight; a class without rows stays so.
    assert_eq!(smote.features.as_slice(), [1.0, 2.0, 3.0, 9.0, 9.0, 9.0]);
    assert_eq!(labels(&smote), [0, 0, 0, 1, 1, 1]);
    assert_eq!(smote.weights.unwrap(), [1.0, 1.0, 1.0, 0.5, 0.5, 0.5]);

    let weighted = Balance::ClassWeight.apply(&Pipeline::default(), examples.clone(), &context);
    let third = 2.0 / 3.0;
    assert_eq!(weighted.unwrap().weights.unwrap(), [third, third, third, 1.0]);

    let numbers = Examples { target: Target::Values(vec![1.0; 4]), ..examples.clone() };
    for balance in [Balance::ClassWeight, Balance::Smote] {
        let same = balance.apply(&Pipeline::default(), numbers.clone(), &context).unwrap();
        assert_eq!(same, numbers);
    }
    let passed = Deadline::at(std::time::Instant::now());
    let context = FitContext { deadline: passed, ..context };
    let late = Balance::Smote.apply(&Pipeline::default(), examples, &context);
    assert!(matches!(late, Err(FitError::Deadline)));
}
