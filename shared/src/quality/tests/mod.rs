mod breaks;
mod leaks;
mod properties;
mod real_data;

use super::{Admission, Baseline, admit};
use crate::dataset::{Defect, Labelled, Rejection, csv};
use crate::profile::Profile;
use crate::spec::Spec;

fn spec(text: &str) -> Spec {
    Spec::parse(text.as_bytes()).unwrap()
}

fn table(header: &str, rows: usize, row: impl Fn(usize) -> String) -> String {
    let rows: String = (0..rows).map(|index| row(index) + "\n").collect();
    format!("{header}\n{rows}")
}

/// The baseline of a champion that was trained on all rows of `text`.
fn baseline(text: &str, spec: &Spec) -> Baseline {
    let data = Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), spec).unwrap();
    Baseline::new(data.schema.clone(), Profile::of(&data.inputs, &data.schema), spec)
}

fn admission(text: &str, spec: &Spec, baseline: Option<&Baseline>) -> Admission {
    admit(csv::read(text.as_bytes()).unwrap(), spec, baseline)
}

fn reasons(admission: &Admission) -> Vec<Defect> {
    match &admission.data {
        Ok(_) => Vec::new(),
        Err(Rejection(reasons)) => reasons.clone(),
    }
}

fn codes(defects: &[Defect]) -> Vec<(&str, &str)> {
    defects
        .iter()
        .map(|defect| (defect.code.as_str(), defect.column.as_deref().unwrap_or_default()))
        .collect()
}

/// What an admission says, without its rows.
fn told(admission: &Admission) -> (Vec<Defect>, &[Defect]) {
    (reasons(admission), &admission.warnings)
}
