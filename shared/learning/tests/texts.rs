//! Texts to classes: words, hashed to features, and a logistic regression.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use model_factory_learning::learners::{Candidate, FitContext, Predictions};
use model_factory_tabular::dataset::{Categories, Column, Field, HashOrder, Kind, Labelled};
use model_factory_tabular::dataset::{Schema, Table, Target, Values};
use model_factory_tabular::spec::Spec;

/// The example of Spark's guide to pipelines: tokeniser, hashed term frequencies, logistic
/// regression with a penalty of 0.001 a row.
const TRAINING: [(&str, usize); 4] =
    [("a b c d e spark", 1), ("b d", 0), ("spark f g h", 1), ("hadoop mapreduce", 0)];

/// … and what its model says of other texts.
const LATER: [(&str, &str); 4] =
    [("spark i j k", "1"), ("l m n", "0"), ("spark hadoop spark", "1"), ("apache hadoop", "0")];

fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Table {
    let values = Values::Category(Categories::encode(texts.into_iter().map(Some)));
    Table::new(vec![Column { name: "text".to_owned(), values }]).unwrap()
}

#[test]
fn the_texts_of_sparks_guide_are_told_apart() {
    let spec = Spec::parse(b"[columns.text]\nkind = 'text'\nbuckets = 4096\n").unwrap();
    let classes = ["0", "1"].map(str::to_owned).into();
    let target =
        Target::Classes { classes, labels: TRAINING.iter().map(|(_, label)| *label).collect() };
    let data = Labelled {
        inputs: texts(TRAINING.iter().map(|(text, _)| *text)),
        schema: Schema {
            inputs: vec![Field::new("text", Kind::Text, false)],
            target: Some("label".to_owned()),
            task: target.task().unwrap(),
        },
        target,
        notes: Vec::new(),
        groups: None,
        times: None,
        unused: Vec::new(),
        hash_order: HashOrder::default(),
    };
    // Counts as they are, as `native` says; 0.001 for each of four rows.
    let candidate = serde_json::json!({"learner": "linear", "alpha": 0.004, "encoding": "native"});
    let candidate: Candidate = serde_json::from_value(candidate).unwrap();
    let predictor = candidate.fit(&data, &FitContext::new(&spec)).unwrap();
    let predictions = predictor.predict(&texts(LATER.map(|(text, _)| text))).unwrap();
    assert_eq!(predictions.labels(), LATER.map(|(_, label)| label));
    let Predictions::Classes { probabilities, .. } = &predictions else { panic!("no classes") };
    let of_spark = probabilities.chunks(2).map(|row| *row.last().unwrap()).collect::<Vec<_>>();
    // The guide prints 0.84, 0.16, 0.93 and 0.02, of standardised counts and an optimiser that
    // is stopped early: the same order.
    let [first, second, third, fourth] = of_spark[..] else { panic!("{of_spark:?}") };
    assert!(third > first && first > second && second > fourth, "{of_spark:?}");
}
