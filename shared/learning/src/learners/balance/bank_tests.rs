//! The book's bank data, whose rare class a plain model never answers.

use std::path::Path;

use crate::learners::{Balance, Candidate, FitContext, Learner, LinearParams, Predictions};
use crate::metrics::{Evaluation, Metric};
use model_factory_tabular::dataset::{Labelled, Target, csv};
use model_factory_tabular::spec::Spec;

/// The rows of the golden split; `None` where the data is not there.
fn bank() -> Option<(Labelled, Labelled)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let Ok(text) = std::fs::read_to_string(folder.join("bank.csv")) else {
        eprintln!("skipped: {} holds no bank.csv", folder.display());
        return None;
    };
    // The book takes the day of the month for a category.
    let text: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(line, text)| {
            let mut fields: Vec<String> = text.split(';').map(str::to_owned).collect();
            if line > 0 {
                fields[9] = format!("\"day {}\"", fields[9]);
            }
            fields.join(";")
        })
        .collect();
    let others = ["month", "duration", "campaign", "pdays", "previous", "poutcome"];
    let spec = Spec { ignore: others.map(str::to_owned).to_vec(), ..Spec::default() };
    let data = Labelled::from_raw(csv::read(text.join("\n").as_bytes()).unwrap(), &spec).unwrap();
    let splits = std::fs::read(folder.join("splits.json")).unwrap();
    let splits: serde_json::Value = serde_json::from_slice(&splits).unwrap();
    let rows = |part: &str| -> Vec<usize> {
        serde_json::from_value(splits["bank"][part].clone()).unwrap()
    };
    Some((data.select(&rows("train")), data.select(&rows("test"))))
}

fn predictions(train: &Labelled, test: &Labelled, balance: Balance) -> Predictions {
    let learner = Learner::Linear(LinearParams::default());
    let candidate = Candidate { balance, ..Candidate::from(learner) };
    let predictor = candidate.fit(train, &FitContext::new(&Spec::default())).unwrap();
    predictor.predict(&test.inputs).unwrap()
}

/// scikit-learn's `f1_score` of the second class.
fn f1(truth: &Target, predictions: &Predictions) -> f64 {
    let Target::Classes { labels, .. } = truth else { panic!("numbers") };
    let answers = predictions.class_indices();
    let count = |truth: usize, answer: usize| {
        let rows = labels.iter().zip(&answers);
        rows.filter(|&(&label, &found)| label == truth && found == answer).count() as f64
    };
    let hits = count(1, 1);
    if hits == 0.0 { 0.0 } else { 2.0 * hits / (2.0 * hits + count(0, 1) + count(1, 0)) }
}

#[test]
fn a_plain_logistic_regression_scores_as_in_the_book_and_never_answers_yes() {
    let Some((train, test)) = bank() else { return };
    let predictions = predictions(&train, &test, Balance::None);
    let evaluation = Evaluation::new(&test.target, &predictions).unwrap();
    assert!((evaluation.score(Metric::RocAuc) - 0.668).abs() < 5e-4);
    assert!((evaluation.score(Metric::Accuracy) - 0.8895).abs() < 5e-5);
    assert_eq!(f1(&test.target, &predictions), 0.0);
}

#[test]
fn a_balanced_one_finds_the_rare_class() {
    let Some((train, test)) = bank() else { return };
    for balance in [Balance::ClassWeight, Balance::Smote] {
        let predictions = predictions(&train, &test, balance);
        // scikit-learn's with `class_weight="balanced"` is 0.2769.
        let f1 = f1(&test.target, &predictions);
        assert!(f1 > 0.2, "{balance}: {f1}");
    }
}
