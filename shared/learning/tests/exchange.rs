//! Models of XGBoost and LightGBM in, and ours out.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use model_factory_learning::exchange::{ExportError, ImportError, export, import};
use model_factory_learning::learners::{
    BoostingParams, Candidate, FitContext, ForestParams, Learner, Predictions, Predictor,
};
use model_factory_tabular::dataset::{
    Categories, Column, Kind, Labelled, Table, Task, Values, csv,
};
use model_factory_tabular::spec::Spec;
use serde::Deserialize;
use serde_json::{Value, json};

/// A model file and the library's answers, by `scripts/golden/exchange.py`.
#[derive(Deserialize)]
struct Case {
    file: String,
    columns: BTreeMap<String, Vec<Value>>,
    answers: Vec<f64>,
}

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/exchange")
}

fn table(columns: &BTreeMap<String, Vec<Value>>) -> Table {
    let column = |(name, values): (&String, &Vec<Value>)| Column {
        name: name.clone(),
        values: match values.iter().any(Value::is_string) {
            true => Values::Category(Categories::encode(values.iter().map(Value::as_str))),
            false => Values::Number(
                values.iter().map(|value| value.as_f64().unwrap_or(f64::NAN)).collect(),
            ),
        },
    };
    Table::new(columns.iter().map(column).collect()).unwrap()
}

fn answers(predictor: &Predictor, table: &Table) -> Vec<f64> {
    match predictor.predict(table).unwrap() {
        Predictions::Values(values) => values,
        Predictions::Classes { probabilities, .. } => probabilities,
        other => panic!("{other:?}"),
    }
}

fn assert_close(found: &[f64], expected: &[f64], name: &str) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (found, expected) in found.iter().zip(expected) {
        let allowed = 1e-6 * expected.abs().max(1.0);
        assert!((found - expected).abs() <= allowed, "{name}: {found} is not {expected}");
    }
}

#[test]
fn imported_models_answer_as_in_their_library() {
    let cases: Vec<Case> =
        serde_json::from_slice(&std::fs::read(golden().join("answers.json")).unwrap()).unwrap();
    assert_eq!(cases.len(), 11);
    for Case { file, columns, answers: expected } in cases {
        let imported = import(&std::fs::read(golden().join(&file)).unwrap(), &file).unwrap();
        let names: Vec<&str> =
            imported.schema.inputs.iter().map(|input| input.name.as_str()).collect();
        assert_eq!(names.len(), columns.len(), "{file}");
        assert!(names.iter().all(|name| columns.contains_key(*name)), "{file}: {names:?}");
        for input in &imported.schema.inputs {
            let texts = columns[&input.name].iter().any(Value::is_string);
            assert_eq!(input.kind == Kind::Category, texts, "{file}: {}", input.name);
        }
        let found = answers(&imported.predictor, &table(&columns));
        match &imported.schema.task {
            Task::Classification { classes } if classes.len() == 2 => {
                let positive: Vec<f64> = found.iter().skip(1).step_by(2).copied().collect();
                assert_close(&positive, &expected, &file);
            }
            _ => assert_close(&found, &expected, &file),
        }
        let Learner::Boosting(params) = &imported.candidate.learner else { panic!("{file}") };
        assert_eq!(params.n_estimators, 3, "{file}");
    }
}

/// Why a file is refused, in full.
fn refusal(bytes: &[u8], file: &str) -> String {
    let Err(error) = import(bytes, file) else { panic!("{file} is imported") };
    let sources = std::iter::successors(std::error::Error::source(&error), |it| it.source());
    let sources: String = sources.map(|source| format!(": {source}")).collect();
    format!("{error}{sources}")
}

/// Models that the libraries themselves wrote, by `scripts/golden/exchange.py`; the guide lists
/// what they stand for.
#[test]
fn what_cannot_be_imported_is_refused_with_a_reason() {
    const NO_TASK: &str = "which is no task of this factory";
    let cases = [
        ("lgb-forest.txt", ["`boosting=rf`", "models are not supported"]),
        ("lgb-own-objective.txt", ["the model has no objective", "custom objective"]),
        ("lgb-ranking.txt", ["`rank:ndcg`", NO_TASK]),
        ("lgb-one-against-rest.txt", ["`binary:logistic` and 3 outputs", NO_TASK]),
        ("lgb-shares.txt", ["`reg:logistic`", NO_TASK]),
        ("lgb-shares-lambda.txt", ["objective `cross_entropy_lambda`", "a transform no"]),
        ("lgb-sigmoid.txt", ["objective `binary sigmoid:2`", "scales the logistic transform"]),
        ("lgb-root.txt", ["objective `regression sqrt`", "`reg_sqrt`"]),
        ("lgb-zero-as-missing.txt", ["zero_as_missing", "a threshold cannot express"]),
        (
            "lgb-numeric-categories.txt",
            ["feature `shop` has categories that are no", "train it on"],
        ),
        ("lgb-one-category.txt", ["a category of which training saw one value", "leave it out"]),
        ("lgb-dump.json", ["neither a model of XGBoost", "booster.save_model(\"model.txt\")"]),
        ("xgb-dart.json", ["unsupported gradient_booster `dart`", "only `gbtree`"]),
        ("xgb-gblinear.json", ["unsupported gradient_booster `gblinear`", "only `gbtree`"]),
        ("xgb-ranking.json", ["`rank:ndcg`", NO_TASK]),
        ("xgb-survival.json", ["`survival:cox`", NO_TASK]),
        ("xgb-shares.json", ["`reg:logistic`", NO_TASK]),
        ("xgb-margins.json", ["`binary:logitraw`", NO_TASK]),
        ("xgb-two-targets.json", ["`reg:squarederror` and 2 outputs", NO_TASK]),
        ("xgb-two-quantiles.json", ["`reg:quantileerror` and 2 outputs", NO_TASK]),
        ("xgb-numeric-categories.json", ["feature `shop` has categories that are", "train it on"]),
        ("xgb-categories-beyond-ascii.json", ["feature `shop` has categories", "beyond ASCII"]),
        ("xgb-dump.json", ["neither a model of XGBoost", "booster.save_model(\"model.json\")"]),
    ];
    let folder = golden().join("refused");
    for (file, words) in cases {
        let message = refusal(&std::fs::read(folder.join(file)).unwrap(), file);
        assert!(message.starts_with(&format!("`{file}`")), "{message}");
        assert!(words.iter().all(|words| message.contains(words)), "{message}");
    }
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), cases.len());
    assert!(refusal(b"\x80\x04\x95pickle", "model.json").contains("neither a model of XGBoost"));
    let other = refusal(b"{\"learner\": 1}", "model.json");
    assert!(other.starts_with("`model.json` cannot be read as XGBoost JSON: "), "{other}");
    let text = std::fs::read_to_string(golden().join("lgb-binary.txt")).unwrap();
    let older = refusal(text.replace("version=v4", "version=v3").as_bytes(), "model.txt");
    assert!(older.contains("is not LightGBM 4.x's `v4`"), "{older}");
    let from = text.find("pandas_categorical:").unwrap();
    let extra = format!("{}pandas_categorical:[[\"a\"], [\"b\"]]\n", &text[..from]);
    assert!(refusal(extra.as_bytes(), "model.txt").contains("`pandas_categorical` has 2 columns"));
}

#[test]
fn damaged_files_are_refused_without_a_panic() {
    for file in ["xgb-binary.json", "xgb-binary.ubj", "lgb-binary.txt"] {
        let whole = std::fs::read(golden().join(file)).unwrap();
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..200 {
            let mut bytes = whole.clone();
            let place = random.usize(..bytes.len());
            bytes[place] = random.u8(..);
            bytes.truncate(random.usize(bytes.len() / 2..=bytes.len()));
            let _ = import(&bytes, file);
        }
    }
}

/// 500 rows with a number, a category, both with missing values, and noise.
fn mixed(task: &str) -> Labelled {
    let mut text = String::from("x,c,noise,target\n");
    for row in 0..500_u32 {
        let x = f64::from(row * 7919 % 1000) / 100.0;
        let c = ["red", "green", "blue", "dark red"][(row * 31 % 97 % 4) as usize];
        let y = if c == "red" || c == "dark red" { 3.0 * x } else { 20.0 - x };
        let target = match task {
            "binary" => if y > 12.0 { "yes" } else { "no" }.to_owned(),
            "multi" => ["low", "mid", "high"][(y / 10.1) as usize].to_owned(),
            _ => format!("{:.3}", y + 0.001),
        };
        let shown = |missing: bool, text: String| if missing { String::new() } else { text };
        let (x, c) = (shown(row % 23 == 0, x.to_string()), shown(row % 29 == 0, c.to_owned()));
        text += &format!("{x},{c},{},{target}\n", row % 13);
    }
    Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &Spec::default()).unwrap()
}

fn columns(table: &Table) -> BTreeMap<&str, Value> {
    let values = |values: &Values| match values {
        Values::Number(numbers) => {
            json!(numbers.iter().map(|&n| (!n.is_nan()).then_some(n)).collect::<Vec<_>>())
        }
        Values::Category(categories) => json!(categories.iter().collect::<Vec<_>>()),
    };
    table.columns().iter().map(|column| (column.name.as_str(), values(&column.values))).collect()
}

/// Leaves what `scripts/check_exchange.py` compares, and reads back what can be.
#[test]
fn exported_trees_answer_as_ours() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("exchange");
    std::fs::create_dir_all(&folder).unwrap();
    let spec = Spec::default();
    let forest = ForestParams { n_estimators: 15, ..ForestParams::default() };
    for task in ["binary", "multi", "number"] {
        let data = mixed(task);
        for (name, learner) in [
            ("boosting", Learner::Boosting(BoostingParams::default())),
            ("random_forest", Learner::RandomForest(forest.clone())),
            ("extra_trees", Learner::ExtraTrees(forest.clone())),
        ] {
            let candidate = Candidate::from(learner);
            let predictor = candidate.fit(&data, &FitContext::new(&spec)).unwrap();
            let exported = export(&predictor).unwrap();
            let ours = answers(&predictor, &data.inputs);
            let case = json!({
                "columns": columns(&data.inputs),
                "classes": predictor.classes().len(),
                "answers": ours,
            });
            let file = folder.join(format!("{name}-{task}"));
            std::fs::write(file.with_extension("json"), &exported).unwrap();
            std::fs::write(file.with_extension("answers.json"), case.to_string()).unwrap();
            // A forest of classes is a regression to XGBoost.
            match (name, task, import(&exported, name)) {
                ("boosting", _, imported) | (_, "number", imported) => {
                    let again = answers(&imported.unwrap().predictor, &data.inputs);
                    assert_close(&again, &ours, name);
                }
                (_, "binary", imported) => {
                    let again = answers(&imported.unwrap().predictor, &data.inputs);
                    let second: Vec<f64> = ours.iter().skip(1).step_by(2).copied().collect();
                    assert_close(&again, &second, name);
                }
                (.., refused) => {
                    assert!(matches!(refused, Err(ImportError::Objective { .. })));
                }
            }
        }
    }
}

#[test]
fn a_model_without_trees_is_not_exported() {
    let predictor = Candidate::from(Learner::Baseline)
        .fit(&mixed("number"), &FitContext::new(&Spec::default()));
    assert!(matches!(export(&predictor.unwrap()), Err(ExportError::NoTrees("baseline"))));
}

#[test]
fn what_sets_figures_upright_is_not_exported() {
    let spec = "target = 'lean'\ntask = 'regression'\n[image]\nside = 4\ndeskew = true";
    let spec = Spec::parse(spec.as_bytes()).unwrap();
    let names: String = (0..16).map(|place| format!("p{place},")).collect();
    let row = |row: usize| {
        let pixels: String = (0..16).map(|place| format!("{},", (row * place) % 7)).collect();
        format!("{pixels}{}\n", row % 5)
    };
    let text = format!("{names}lean\n") + &(0..60).map(row).collect::<String>();
    let data = Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &spec).unwrap();
    let forest = ForestParams { n_estimators: 3, ..ForestParams::default() };
    let candidate = Candidate::from(Learner::RandomForest(forest));
    let predictor = candidate.fit(&data, &FitContext::new(&spec)).unwrap();
    let refused = export(&predictor).unwrap_err();
    assert!(matches!(refused, ExportError::SetsUpright));
    assert!(refused.to_string().contains("train one without `image.deskew`"), "{refused}");
    // Only its features are others.
    let plain = candidate.fit(&data, &FitContext::new(&Spec::default())).unwrap();
    assert!(export(&plain).is_ok());
}
