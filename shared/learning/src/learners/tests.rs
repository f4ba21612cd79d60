use serde::Deserialize;

use super::*;
use crate::metrics::{Evaluation, Metric};
use model_factory_tabular::dataset::{
    Column, Field, HashOrder, Kind, Schema, Table, Target, Values, csv,
};
use model_factory_tabular::spec::Spec;

/// Written by `scripts/golden/learners.py` with scikit-learn.
const GOLDEN: &str = include_str!("../../tests/golden/learners.json");

#[derive(Deserialize)]
struct Golden {
    x: Vec<f64>,
    binary: Vec<usize>,
    binary_probabilities: Vec<f64>,
    multi: Vec<usize>,
    multi_probabilities: Vec<f64>,
    number: Vec<f64>,
    number_predictions: Vec<f64>,
}

fn golden_data(x: &[f64], target: Target) -> Labelled {
    let columns: Vec<Column> = (0..3)
        .map(|column| Column {
            name: format!("x{column}"),
            values: Values::Number(x.iter().skip(column).step_by(3).copied().collect()),
        })
        .collect();
    let inputs = columns
        .iter()
        .map(|column| Field::new(column.name.clone(), Kind::Fractional, false))
        .collect();
    Labelled {
        schema: Schema { inputs, target: Some("y".into()), task: target.task().unwrap() },
        inputs: Table::new(columns).unwrap(),
        target,
        notes: Vec::new(),
        groups: None,
        times: None,
        unused: Vec::new(),
        hash_order: HashOrder::default(),
    }
}

fn classes(labels: Vec<usize>) -> Target {
    let count = labels.iter().max().unwrap() + 1;
    Target::Classes { classes: (0..count).map(|class| class.to_string()).collect(), labels }
}

fn assert_close(answers: &[f64], golden: &[f64], tolerance: f64) {
    assert_eq!(answers.len(), golden.len());
    for (answer, golden) in answers.iter().zip(golden) {
        assert!((answer - golden).abs() < tolerance, "{answer} is not {golden}");
    }
}

#[test]
fn linear_models_answer_as_those_of_scikit_learn() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    let candidate = Candidate::from(linear(2.0));
    let cases = [
        (classes(golden.binary), golden.binary_probabilities, 1e-5),
        (classes(golden.multi), golden.multi_probabilities, 1e-3),
        (Target::Values(golden.number), golden.number_predictions, 1e-9),
    ];
    for (target, answers, tolerance) in cases {
        let data = golden_data(&golden.x, target);
        match candidate
            .fit(&data, &FitContext::new(&spec(0)))
            .unwrap()
            .predict(&data.inputs)
            .unwrap()
        {
            Predictions::Values(values) => assert_close(&values, &answers, tolerance),
            Predictions::Classes { probabilities, .. } => {
                assert_close(&probabilities, &answers, tolerance);
            }
            other => panic!("{other:?}"),
        }
    }
}

/// 600 rows whose target depends on a number, a category and their interaction,
/// with missing values in both.
fn mixed(task: &str) -> Labelled {
    let mut text = String::from("x,c,noise,target\n");
    for row in 0..600_u32 {
        let x = f64::from(row * 7919 % 1000) / 100.0;
        let c = ["a", "b", "c"][(row * 31 % 97 % 3) as usize];
        let y = if c == "a" { 3.0 * x } else { 20.0 - x };
        let shown = |missing: bool, text: String| if missing { String::new() } else { text };
        let target = match task {
            "binary" => if y > 12.0 { "yes" } else { "no" }.to_owned(),
            "multi" => ["low", "mid", "high"][(y / 10.1) as usize].to_owned(),
            _ => format!("{:.3}", y + 0.001),
        };
        let (x, c) = (shown(row % 23 == 0, x.to_string()), shown(row % 29 == 0, c.to_owned()));
        text += &format!("{x},{c},{},{target}\n", row % 13);
    }
    Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &Spec::default()).unwrap()
}

fn spec(seed: u64) -> Spec {
    let mut spec = Spec::default();
    spec.split.seed = seed;
    spec
}

fn linear(alpha: f64) -> Learner {
    Learner::Linear(LinearParams { alpha, ..LinearParams::default() })
}

/// Every learner that is not made of trees.
fn others(task: &str) -> Vec<Learner> {
    let mut learners = vec![
        linear(1.0),
        Learner::Svm(SvmParams::default()),
        Learner::Neighbours(NeighboursParams { n_neighbors: 15, weights: Vote::Distance }),
    ];
    if task != "number" {
        learners.push(Learner::NaiveBayes(NaiveBayesParams::default()));
    }
    learners
}

fn boosting() -> Candidate {
    Learner::Boosting(BoostingParams { max_depth: 4, ..BoostingParams::default() }).into()
}

fn forests() -> [Candidate; 2] {
    let params = ForestParams { n_estimators: 20, ..ForestParams::default() };
    [Learner::RandomForest(params.clone()), Learner::ExtraTrees(params)].map(Candidate::from)
}

#[test]
fn every_learner_beats_the_baseline_on_every_task() {
    for task in ["binary", "multi", "number"] {
        let data = mixed(task);
        let split = model_factory_tabular::dataset::split::validation(&data.target, 0.25, 1);
        let (train, test) = (data.select(&split.train), data.select(&split.holdout));
        let metric = Metric::choose(None, &data.schema.task).unwrap();
        let score = |candidate: Candidate| {
            let predictions = candidate
                .fit(&train, &FitContext::new(&spec(1)))
                .unwrap()
                .predict(&test.inputs)
                .unwrap();
            Evaluation::new(&test.target, &predictions).unwrap().score(metric)
        };
        let baseline = score(Learner::Baseline.into());
        for learner in others(task) {
            let candidate = Candidate::from(learner);
            let (name, score) = (candidate.to_string(), score(candidate));
            assert!(metric.improvement(score, baseline) > 0.0, "{task}, {name}: {score}");
        }
        let linear = score(linear(1.0).into());
        let boosting = score(boosting());
        assert!(metric.improvement(boosting, linear) > 0.0, "{task}: {boosting} after {linear}");
        for forest in forests() {
            let name = forest.to_string();
            let score = score(forest);
            assert!(metric.improvement(score, linear) > 0.0, "{task}: {name} {score}");
        }
    }
}

#[test]
fn a_predictor_reads_back_bit_for_bit() {
    for task in ["binary", "multi", "number"] {
        let data = mixed(task);
        let candidates = others(task).into_iter().chain([Learner::Baseline]).map(Candidate::from);
        for candidate in candidates.chain(forests()).chain([boosting()]) {
            let predictor = candidate.fit(&data, &FitContext::new(&spec(3))).unwrap();
            let EncodedPredictor { header, payload } = predictor.encode().unwrap();
            let header = serde_json::from_slice(&serde_json::to_vec(&header).unwrap()).unwrap();
            let again = Predictor::decode(header, &payload, &data.schema.task).unwrap();
            assert_eq!(
                again.predict(&data.inputs).unwrap(),
                predictor.predict(&data.inputs).unwrap()
            );
        }
    }
}

#[test]
fn the_same_data_and_seed_give_the_same_bytes_on_any_number_of_threads() {
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let (one, two) = (pool(1), pool(2));
    for task in ["binary", "multi", "number"] {
        let data = mixed(task);
        let candidates = others(task).into_iter().map(Candidate::from);
        for candidate in candidates.chain(forests()).chain([boosting()]) {
            let spec = spec(3);
            let encode = |balance| {
                let candidate = Candidate { balance, ..candidate.clone() };
                candidate.fit(&data, &FitContext::new(&spec)).unwrap().encode().unwrap()
            };
            let balance = if task == "binary" { Balance::Smote } else { Balance::None };
            let (first, second) =
                (one.install(|| encode(balance)), two.install(|| encode(balance)));
            assert_eq!(first, second, "{candidate} on {task}");
        }
    }
}

#[test]
fn a_candidate_is_read_from_names_and_values() {
    let read = |text: &str| serde_json::from_str::<Candidate>(text);
    let candidate = read(
        r#"{"learner": "svm", "C": 10.0, "gamma": 0.1, "encoding": "standardised",
            "balance": "class_weight"}"#,
    )
    .unwrap();
    assert_eq!(candidate.to_string(), "svm kernel=rbf C=10 gamma=0.1 balance=class_weight");
    let again: Candidate =
        serde_json::from_value(serde_json::to_value(&candidate).unwrap()).unwrap();
    assert_eq!(again, candidate);
    let plain = read(r#"{"learner": "neighbours", "weights": "distance", "encoding": "native"}"#);
    assert_eq!(
        plain.unwrap().to_string(),
        "neighbours n_neighbors=5 weights=distance encoding=native"
    );
    assert!(read(r#"{"learner": "linear", "alfa": 1.0, "encoding": "standardised"}"#).is_err());
}

#[test]
fn a_balanced_baseline_takes_all_classes_for_equally_frequent() {
    let data = mixed("multi");
    for balance in [Balance::ClassWeight, Balance::Smote] {
        let candidate = Candidate { balance, ..Candidate::from(Learner::Baseline) };
        let predictor = candidate.fit(&data, &FitContext::new(&spec(0))).unwrap();
        let Predictions::Classes { probabilities, .. } = predictor.predict(&data.inputs).unwrap()
        else {
            panic!("numbers for classes")
        };
        assert_close(&probabilities[..3], &[1.0 / 3.0; 3], 1e-12);
    }
}

#[test]
fn probabilities_sum_to_one_and_importance_names_columns() {
    let data = mixed("multi");
    let [random_forest, extra_trees] = forests();
    for candidate in [boosting(), random_forest, extra_trees] {
        let predictor = candidate.fit(&data, &FitContext::new(&spec(3))).unwrap();
        let Predictions::Classes { probabilities, .. } = predictor.predict(&data.inputs).unwrap()
        else {
            panic!("numbers for classes")
        };
        for row in probabilities.chunks(3) {
            assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-6);
        }
        let importance = predictor.importance();
        assert!((importance.values().sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(importance["x"] > importance["noise"]);
    }
}

#[test]
fn a_linear_model_of_two_of_three_classes_answers_as_one_of_the_two() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    let probabilities = |classes: &[&str], labels: Vec<usize>| {
        let classes = classes.iter().map(|&class| class.to_owned()).collect();
        let data = golden_data(&golden.x, Target::Classes { classes, labels });
        let candidate = Candidate::from(linear(2.0));
        match candidate
            .fit(&data, &FitContext::new(&spec(0)))
            .unwrap()
            .predict(&data.inputs)
            .unwrap()
        {
            Predictions::Classes { probabilities, .. } => probabilities,
            other => panic!("{other:?}"),
        }
    };
    let two = probabilities(&["a", "c"], golden.binary.clone());
    let of_three = golden.binary.iter().map(|label| 2 * label).collect();
    let three = probabilities(&["a", "b", "c"], of_three);
    let expected: Vec<f64> = two.chunks(2).flat_map(|pair| [pair[0], 0.0, pair[1]]).collect();
    assert_close(&three, &expected, 1e-12);
}

#[test]
fn contributions_of_columns_sum_to_the_answer() {
    for task in ["binary", "multi", "number"] {
        let data = mixed(task);
        let [random_forest, extra_trees] = forests();
        for candidate in [boosting(), random_forest, extra_trees] {
            let predictor = candidate.fit(&data, &FitContext::new(&spec(3))).unwrap();
            let found = predictor.contributions(&data.inputs).unwrap().unwrap();
            assert_eq!(found.columns, ["x", "c", "noise"]);
            assert_eq!(found.expected.len(), found.outputs);
            let sums: Vec<f64> = found
                .values
                .chunks(3)
                .zip(found.expected.iter().cycle())
                .map(|(values, expected)| expected + values.iter().sum::<f64>())
                .collect();
            let answers: Vec<f64> = match predictor.predict(&data.inputs).unwrap() {
                Predictions::Values(values) => values,
                Predictions::Classes { probabilities, .. } if found.outputs == 1 => {
                    probabilities.chunks(2).map(|row| row[1]).collect()
                }
                Predictions::Classes { probabilities, .. } => probabilities,
                other => panic!("{other:?}"),
            };
            let on_scale: Vec<f64> = match found.scale {
                Scale::Answer => sums,
                Scale::Margin if found.outputs == 1 => {
                    sums.iter().map(|margin| 1.0 / (1.0 + (-margin).exp())).collect()
                }
                Scale::Margin => sums
                    .chunks(3)
                    .flat_map(|row| {
                        let total: f64 = row.iter().map(|margin| margin.exp()).sum();
                        row.iter().map(move |margin| margin.exp() / total)
                    })
                    .collect(),
            };
            assert_close(&on_scale, &answers, 1e-4);
            let size = |column: usize| -> f64 {
                found.values.iter().skip(column).step_by(3).map(|value| value.abs()).sum()
            };
            assert!(size(0) > size(2) && size(1) > size(2), "{candidate} on {task}");
        }
    }
    let linear = Candidate::from(linear(1.0));
    let data = mixed("number");
    let predictor = linear.fit(&data, &FitContext::new(&spec(3))).unwrap();
    assert_eq!(predictor.contributions(&data.inputs).unwrap(), None);
}
