use std::fmt::Write;
use std::time::{Duration, Instant};

use super::*;
use crate::dataset::{Table, Values, csv};
use crate::learners::{BoostingParams, Candidate, FitContext, Learner, LinearParams, SvmParams};
use crate::spec::Spec;

/// A model of a target that follows `much`, hardly `little`, and `noise` not at all, and the
/// rows that it has not seen.
fn fitted(learner: Learner) -> (Predictor, Labelled) {
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
    (predictor, data.select(&holdout))
}

fn measured(learner: Learner) -> Importances {
    let (predictor, holdout) = fitted(learner);
    let measure =
        || Importances::of(&predictor, &holdout, Metric::Rmse, 1, Deadline::NEVER).unwrap();
    let (importances, notes) = measure();
    assert_eq!(notes, [""; 0]);
    assert_eq!(importances, measure().0);
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

#[test]
fn what_there_is_no_time_for_is_left_out_and_told() {
    let (predictor, holdout) = fitted(Learner::Boosting(BoostingParams::default()));
    let now = Deadline::within(Duration::ZERO);
    let (found, notes) = Importances::of(&predictor, &holdout, Metric::Rmse, 1, now).unwrap();
    assert_ranked(&found.gain);
    assert!(found.shap.is_empty() && found.permutation.is_empty(), "{found:?}");
    let why = "there was no time for more before the function ends; give it more time or memory";
    let expected = [
        format!("SHAP values are of 0 of 100 rows: {why}"),
        format!("permutation importance is of none of 3 inputs: {why}"),
    ];
    assert_eq!(notes, expected);
    assert_eq!(found.shares(), found.gain, "what weighs inputs is known all the same");
}

#[test]
fn an_input_of_one_value_matters_nothing_and_costs_nothing() {
    let (predictor, mut holdout) = fitted(Learner::Linear(LinearParams::default()));
    let mut columns = holdout.inputs.into_columns();
    columns[1].values = Values::Number(vec![7.0; 100]);
    holdout.inputs = Table::new(columns).unwrap();
    let end = Deadline::NEVER;
    let (found, notes) = Importances::of(&predictor, &holdout, Metric::Rmse, 1, end).unwrap();
    assert_eq!((found.permutation["much"], notes.len()), (0.0, 0));
    assert!(found.permutation["little"] != 0.0);
}

#[test]
fn as_much_is_measured_as_there_is_time_for() {
    let columns = 80;
    let mut text: String = (0..columns).map(|column| format!("x{column},")).collect();
    text += "y\n";
    for row in 0..300_u32 {
        for column in 0..columns {
            write!(text, "{},", (row * 7919 + column * (104_729 + 31 * row)) % 101).unwrap();
        }
        writeln!(text, "{}", ["left", "right"][usize::from(row * 7919 % 101 < 50)]).unwrap();
    }
    let spec = Spec::default();
    let data = Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &spec).unwrap();
    let svm = Candidate::from(Learner::Svm(SvmParams::default()));
    let predictor = svm.fit(&data, &FitContext::new(&spec)).unwrap();
    let measure = |end| Importances::of(&predictor, &data, Metric::LogLoss, 1, end).unwrap();
    let began = Instant::now();
    let (full, notes) = measure(Deadline::NEVER);
    let took = began.elapsed();
    let inputs = data.inputs.columns().len();
    assert_eq!((full.permutation.len(), notes.len()), (inputs, 0));

    let began = Instant::now();
    let (part, notes) = measure(Deadline::within(took / 2));
    assert!(began.elapsed() < took, "{:?} of {took:?}", began.elapsed());
    let told =
        format!("permutation importance is of {} of {inputs} inputs", part.permutation.len());
    assert!(notes.len() == 1 && notes[0].starts_with(&told), "{told}: {notes:?}");
    assert!(notes[0].contains("there was no time for more"), "{notes:?}");
}
