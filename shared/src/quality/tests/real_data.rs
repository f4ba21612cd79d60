//! Data sets of the field, which lie beside the project and are not part of it.

use std::path::Path;

use super::*;
use crate::dataset::split;

fn real(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: {} is absent", path.display());
    }
    text
}

const SETS: [&str; 7] = [
    "iris.csv",
    "wine.csv",
    "breast-cancer.csv",
    "bank.csv",
    "diabetes.csv",
    "digits-8x8.csv",
    "taxi-rides.csv",
];

#[test]
fn no_column_of_a_real_data_set_is_taken_for_a_leak() {
    for name in SETS {
        let Some(text) = real(name) else { continue };
        let target = if name.starts_with("taxi") { "target = 'ride_time'" } else { "" };
        let admission = admission(&text, &spec(target), None);
        assert!(admission.data.is_ok(), "{name}: {:?}", told(&admission));
        assert!(admission.warnings.is_empty(), "{name}: {:?}", admission.warnings);
    }
}

#[test]
fn a_real_data_set_meets_the_constraints_of_its_training_rows() {
    for name in SETS {
        let Some(text) = real(name) else { continue };
        let spec = Spec::default();
        let data = Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &spec).unwrap();
        let training = data.select(&split::holdout(&data, &spec.split).unwrap().train);
        let profile = Profile::of(&training.inputs, &data.schema);
        let known = Baseline::new(data.schema, profile, &spec);
        let admission = admission(&text, &spec, Some(&known));
        assert!(
            admission.data.is_ok() && admission.warnings.is_empty(),
            "{name}: {:?}",
            told(&admission)
        );
    }
}

#[test]
fn a_leak_in_a_real_data_set_is_found() {
    let Some(text) = real("bank.csv") else { return };
    let mut rows = text.lines();
    let header = rows.next().unwrap_or_default();
    let leaky: String = rows
        .map(|row| {
            let called_back = if row.ends_with("\"yes\"") { "won" } else { "open" };
            format!("{called_back};{row}\n")
        })
        .collect();
    let admission = admission(&format!("result;{header}\n{leaky}"), &Spec::default(), None);
    assert_eq!(codes(&admission.warnings), [("leakage", "result")]);
}
