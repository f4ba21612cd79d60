use std::fmt::Write;

use super::*;
use crate::dataset::csv;
use crate::learners::{BoostingParams, Candidate, FitContext, Learner, LinearParams};
use crate::spec::Spec;

/// A target that follows `much`, hardly `little`, and `noise` not at all.
fn measured(learner: Learner) -> Importances {
    let mut text = String::from("noise,much,little,y\n");
    for row in 0_u32..400 {
        let (much, little) = (row * 7919 % 101, row * 104_729 % 97);
        let y = f64::from(much) + 0.3 * f64::from(little);
        writeln!(text, "{},{much},{little},{y}", row * 31 % 89).unwrap();
    }
    let spec = Spec::default();
    let data = Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &spec).unwrap();
    let (training, holdout): (Vec<usize>, Vec<usize>) = (0..400).partition(|row| row % 4 > 0);
    let predictor =
        Candidate::from(learner).fit(&data.select(&training), &FitContext::new(&spec)).unwrap();
    let measure = || Importances::of(&predictor, &data.select(&holdout), Metric::Rmse, 1).unwrap();
    let importances = measure();
    assert_eq!(importances, measure());
    importances
}

fn assert_ranked(values: &BTreeMap<String, f64>) {
    assert!(values["much"] > 2.0 * values["little"], "{values:?}");
    assert!(values["little"] > 5.0 * values["noise"].max(0.0), "{values:?}");
}

#[test]
fn trees_are_explained_by_gain_shuffling_and_shap() {
    let importances = measured(Learner::Boosting(BoostingParams::default()));
    assert_ranked(&importances.gain);
    assert_ranked(&importances.permutation);
    assert_ranked(&importances.shap);
    assert_eq!(importances.shares(), importances.gain);
}

#[test]
fn other_models_are_explained_by_shuffling_which_weighs_their_inputs() {
    let importances = measured(Learner::Linear(LinearParams::default()));
    assert!(importances.gain.is_empty() && importances.shap.is_empty());
    assert_ranked(&importances.permutation);
    let shares = importances.shares();
    assert_ranked(&shares);
    assert!((shares.values().sum::<f64>() - 1.0).abs() < 1e-12);
}

#[test]
fn a_model_that_looks_at_nothing_weighs_nothing() {
    let importances = measured(Learner::Baseline);
    assert!(importances.permutation.values().all(|loss| *loss == 0.0));
    assert_eq!(importances.shares(), BTreeMap::new());
}
