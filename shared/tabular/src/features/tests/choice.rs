//! What is done where the spec says nothing.

use super::*;

/// 900 rows of `levels` categories.
fn categories(levels: usize) -> Values {
    let levels: Vec<String> = (0..levels).map(|level| format!("l{level}")).collect();
    Values::Category(Categories::encode(levels.iter().cycle().take(900).map(Some)))
}

fn data() -> Labelled {
    let skewed: Vec<f64> = (0..900).map(|row| f64::from(row % 30).exp()).collect();
    let inputs = table(vec![
        ("few", categories(5)),
        ("some", categories(40)),
        ("more", categories(60)),
        ("many", categories(300)),
        ("skewed", numbers(&skewed)),
    ]);
    let kinds = [Kind::Category, Kind::Category, Kind::Category, Kind::Category, Kind::Fractional];
    labelled(inputs, &kinds, Target::Values((0..900).map(f64::from).collect()))
}

#[test]
fn categories_are_encoded_by_learner_and_number_of_levels() {
    let data = data();
    let summary = |encoding| {
        let pipeline = fit_to(&data, encoding, "").0;
        let targets = pipeline.names().into_iter().filter(|name| name.ends_with(".target"));
        let codes = pipeline.categorical().into_iter().filter(|code| *code).count();
        (targets.collect::<Vec<_>>().join(" "), codes, pipeline.width())
    };
    assert_eq!(summary(Encoding::Native), ("many.target".into(), 3, 5));
    assert_eq!(summary(Encoding::Target), ("some.target more.target many.target".into(), 1, 5));
    let linear = ("more.target many.target".to_owned(), 0, 5 + 40 + 1 + 1 + 1);
    assert_eq!(summary(Encoding::Standardised), linear);
    assert_eq!(summary(Encoding::Normalised), linear);
}

#[test]
fn linear_models_read_the_logarithm_of_what_is_very_skewed() {
    let toml = "ignore = ['few', 'some', 'more', 'many']";
    let first_rows = |encoding| fit_to(&data(), encoding, toml).1.as_slice()[5..30].to_vec();
    // Standardised logarithms of evenly spread exponents are evenly spread.
    let scaled = first_rows(Encoding::Standardised);
    let steps: Vec<f64> = scaled.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(steps.iter().all(|step| (step - steps[0]).abs() < 1e-2), "{steps:?}");
    assert_eq!(first_rows(Encoding::Native)[0], 5.0_f64.exp());
}
