use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use crate::learners::{
    Candidate, Deadline, FitContext, FitError, ForestParams, Learner, MaxFeatures, Model,
    NamedShare, Predictions, Predictor,
};
use crate::metrics::{Evaluation, Metric};
use model_factory_tabular::dataset::{Labelled, csv};
use model_factory_tabular::spec::Spec;

/// Written by `scripts/golden/forest.py` with scikit-learn.
const GOLDEN: &str = include_str!("../../../tests/golden/forest.json");

fn labelled(text: &str) -> Labelled {
    Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &Spec::default()).unwrap()
}

fn fit(learner: Learner, data: &Labelled, seed: u64) -> Predictor {
    let spec = Spec::default();
    let context = FitContext { seed, ..FitContext::new(&spec) };
    Candidate::from(learner).fit(data, &context).unwrap()
}

fn values(predictor: &Predictor, data: &Labelled) -> Vec<f64> {
    match predictor.predict(&data.inputs).unwrap() {
        Predictions::Values(values) => values,
        Predictions::Classes { probabilities, .. } => probabilities,
        other => panic!("{other:?}"),
    }
}

/// One tree that sees all rows and all features.
fn one_tree() -> ForestParams {
    ForestParams {
        n_estimators: 1,
        max_features: Some(MaxFeatures::Share(1.0)),
        bootstrap: Some(false),
        ..ForestParams::default()
    }
}

#[test]
fn scores_are_those_of_scikit_learn_but_for_chance() {
    let golden: BTreeMap<String, BTreeMap<String, Vec<f64>>> =
        serde_json::from_str(GOLDEN).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    for (name, metric) in [
        ("wine", Metric::LogLoss),
        ("breast-cancer", Metric::RocAuc),
        ("bank", Metric::RocAuc),
        ("diabetes", Metric::Rmse),
    ] {
        let Ok(bytes) = std::fs::read(folder.join(name).with_extension("csv")) else {
            eprintln!("skipped: {} holds no {name}.csv", folder.display());
            continue;
        };
        let data = Labelled::from_raw(csv::read(&bytes).unwrap(), &Spec::default()).unwrap();
        let (held_out, training): (Vec<usize>, Vec<usize>) =
            (0..data.rows()).partition(|row| row % 4 == 0);
        let (training, held_out) = (data.select(&training), data.select(&held_out));
        let params = ForestParams { n_estimators: 50, ..ForestParams::default() };
        for (kind, learner) in [
            ("random_forest", Learner::RandomForest(params.clone())),
            ("extra_trees", Learner::ExtraTrees(params)),
        ] {
            let scores: Vec<f64> = (0..4)
                .map(|seed| {
                    let predictor = fit(learner.clone(), &training, seed);
                    let predictions = predictor.predict(&held_out.inputs).unwrap();
                    Evaluation::new(&held_out.target, &predictions).unwrap().score(metric)
                })
                .collect();
            let (mean, _) = moments(&scores);
            let (golden, deviation) = moments(&golden[kind][name]);
            // Three standard deviations of a single score, against the mean of four.
            let behind = -metric.improvement(mean, golden);
            assert!(
                behind < 3.0 * deviation,
                "{kind} on {name}: {mean} where scikit-learn has {golden} ± {deviation}"
            );
        }
    }
}

fn moments(scores: &[f64]) -> (f64, f64) {
    let count = scores.len() as f64;
    let mean = scores.iter().sum::<f64>() / count;
    let squares: f64 = scores.iter().map(|score| (score - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0)).sqrt())
}

#[test]
fn a_tree_of_all_rows_and_features_learns_them_by_heart() {
    let mut text = String::from("x,c,target\n");
    let mut truth = Vec::new();
    for row in 0..300_u32 {
        let (x, c) = (row * 7919 % 100, ["a", "b", "c", "d"][(row % 4) as usize]);
        let y = f64::from(x) + f64::from(row % 4 * row % 2) * 100.0 + 1e6 + 0.5;
        text += &format!("{x},{c},{y}\n");
        truth.push(y);
    }
    let data = labelled(&text);
    let predictor = fit(Learner::RandomForest(one_tree()), &data, 1);
    for (answer, truth) in values(&predictor, &data).iter().zip(&truth) {
        // A leaf is an f32.
        assert!((answer - truth).abs() < 0.1, "{answer} is not {truth}");
    }
}

#[test]
fn missing_values_are_learned_from() {
    let mut text = String::from("x,noise,target\n");
    for row in 0..200_u32 {
        let x = if row % 3 == 0 { String::new() } else { (row * 31 % 50).to_string() };
        text += &format!("{x},{},{}\n", row % 7, if row % 3 == 0 { "yes" } else { "no" });
    }
    let data = labelled(&text);
    for learner in [Learner::RandomForest(one_tree()), Learner::ExtraTrees(one_tree())] {
        let predictor = fit(learner, &data, 1);
        let evaluation =
            Evaluation::new(&data.target, &predictor.predict(&data.inputs).unwrap()).unwrap();
        assert_eq!(evaluation.score(Metric::Accuracy), 1.0);
    }
}

#[test]
fn a_set_of_categories_is_one_split() {
    let mut text = String::from("c,target\n");
    for row in 0..400_u32 {
        let level = row * 7 % 40;
        text += &format!("level{level},{}\n", if level % 3 == 0 { 10.5 } else { 20.25 });
    }
    let data = labelled(&text);
    let predictor =
        fit(Learner::RandomForest(ForestParams { max_depth: 1, ..one_tree() }), &data, 1);
    let Model::Forest(trees) = predictor.model() else { panic!("no forest") };
    assert_eq!(trees.nodes(), 3);
    let answers = values(&predictor, &data);
    assert_eq!(answers.iter().filter(|&&answer| answer == 10.5).count(), 140);
    assert_eq!(answers.iter().filter(|&&answer| answer == 20.25).count(), 260);
}

#[test]
fn leaves_have_as_many_rows_as_they_must() {
    let text: String = std::iter::once("x,target\n".to_owned())
        .chain((0..100_u32).map(|row| format!("{row},{}.5\n", row * row % 17)))
        .collect();
    let data = labelled(&text);
    for learner in [
        Learner::RandomForest(ForestParams { min_samples_leaf: 10, ..one_tree() }),
        Learner::ExtraTrees(ForestParams { min_samples_leaf: 10, ..one_tree() }),
    ] {
        let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
        for answer in values(&fit(learner, &data, 1), &data) {
            *counts.entry(answer.to_bits()).or_default() += 1;
        }
        assert!(counts.len() > 1);
        assert!(counts.values().all(|&count| count >= 10), "{counts:?}");
    }
}

#[test]
fn weights_count_as_rows() {
    let mut trees = Vec::new();
    for (values, weights) in [
        (vec![1.0, 2.0, 2.0, 3.0, 4.0, 4.0, 4.0], None),
        (vec![1.0, 2.0, 3.0, 4.0], Some(vec![1.0, 2.0, 1.0, 3.0])),
    ] {
        let (rows, mut features) = (values.len(), Vec::new());
        let text: String = std::iter::once("x,target\n".to_owned())
            .chain(values.iter().map(|x| format!("{x},0.5\n")))
            .chain((0..20).map(|_| "9,0.5\n".to_owned()))
            .collect();
        let data = labelled(&text);
        let recipe = model_factory_tabular::features::Recipe::new(
            model_factory_tabular::features::Encoding::Native,
            &Spec::default(),
            &data.schema,
        )
        .fit::<f32>(&data.select(&(0..rows).collect::<Vec<_>>()), 0)
        .unwrap();
        features.extend(values.iter().map(|x| x * x * 10.0));
        let examples = crate::learners::Examples {
            features: recipe.1,
            target: model_factory_tabular::dataset::Target::Values(features),
            weights,
        };
        let spec = Spec::default();
        let params = ForestParams { max_depth: 1, ..one_tree() };
        let ensemble = super::fit(
            &recipe.0,
            examples,
            super::Randomness::Features,
            &params,
            &FitContext::new(&spec),
        )
        .unwrap();
        trees.push(ensemble.predict_rows(&[1.0, 2.0, 3.0, 4.0]));
    }
    for (one, other) in trees[0].iter().zip(&trees[1]) {
        assert!((one - other).abs() < 1e-4, "{trees:?}");
    }
}

#[test]
fn hyper_parameters_are_read_by_name() {
    let candidate: Candidate = serde_json::from_str(
        r#"{"learner": "extra_trees", "encoding": "native", "max_features": "sqrt",
            "n_estimators": 7, "bootstrap": true}"#,
    )
    .unwrap();
    assert_eq!(
        candidate.learner,
        Learner::ExtraTrees(ForestParams {
            n_estimators: 7,
            max_features: Some(MaxFeatures::Named(NamedShare::Sqrt)),
            bootstrap: Some(true),
            ..ForestParams::default()
        })
    );
    let written = serde_json::to_string(&candidate).unwrap();
    assert_eq!(serde_json::from_str::<Candidate>(&written).unwrap(), candidate);
    assert_eq!(
        candidate.to_string(),
        "extra_trees n_estimators=7 max_features=sqrt bootstrap=true"
    );
    let unknown = r#"{"learner": "random_forest", "encoding": "native", "trees": 7}"#;
    assert!(serde_json::from_str::<Candidate>(unknown).is_err());
}

#[test]
fn a_deadline_ends_the_growth() {
    let text: String = std::iter::once("x,target\n".to_owned())
        .chain((0..30).map(|row| format!("{row},{row}.5\n")))
        .collect();
    let data = labelled(&text);
    let spec = Spec::default();
    let context = FitContext { deadline: Deadline::at(Instant::now()), ..FitContext::new(&spec) };
    let fitted = Candidate::from(Learner::RandomForest(one_tree())).fit(&data, &context);
    assert!(matches!(fitted, Err(FitError::Deadline)));
}
