//! Against scikit-learn: `scripts/golden/features.py`.

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Golden {
    train: Columns,
    test: Columns,
    targets: Targets,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Columns {
    x: Vec<Option<f64>>,
    z: Vec<Option<f64>>,
    c: Vec<String>,
    note: Vec<String>,
    when: Vec<Option<f64>>,
}

#[derive(Deserialize)]
struct Targets {
    number: Vec<f64>,
    binary: Vec<String>,
    three: Vec<String>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    columns: Vec<String>,
    spec: String,
    encoding: Encoding,
    target: String,
    features: Vec<Vec<Option<f64>>>,
}

impl Columns {
    fn column(&self, name: &str) -> (Values, Kind) {
        let numbers = |values: &[Option<f64>]| {
            Values::Number(values.iter().map(|value| value.unwrap_or(f64::NAN)).collect())
        };
        let texts = |texts: &[String]| Values::Category(Categories::encode(texts.iter().map(Some)));
        match name {
            "x" => (numbers(&self.x), Kind::Fractional),
            "z" => (numbers(&self.z), Kind::Fractional),
            "when" => (numbers(&self.when), Kind::Date),
            "c" => (texts(&self.c), Kind::Category),
            "note" => (texts(&self.note), Kind::Text),
            _ => panic!("no column {name}"),
        }
    }

    fn table(&self, names: &[String]) -> Table {
        table(names.iter().map(|name| (name.as_str(), self.column(name).0)).collect())
    }
}

fn classes(labels: &[String]) -> Target {
    let mut classes = labels.to_vec();
    classes.sort_unstable();
    classes.dedup();
    let index = |label| classes.iter().position(|class| class == label).unwrap();
    Target::Classes { labels: labels.iter().map(index).collect(), classes: classes.into() }
}

#[test]
fn features_are_those_of_scikit_learn() {
    let text = include_str!("../../../tests/golden/features.json");
    let golden: Golden = serde_json::from_str(text).unwrap();
    for case in &golden.cases {
        let target = match case.target.as_str() {
            "binary" => classes(&golden.targets.binary),
            "three" => classes(&golden.targets.three),
            _ => Target::Values(golden.targets.number.clone()),
        };
        let kinds: Vec<Kind> =
            case.columns.iter().map(|name| golden.train.column(name).1).collect();
        let data = labelled(golden.train.table(&case.columns), &kinds, target);
        let (pipeline, _) = fit_to(&data, case.encoding, &case.spec);
        let found = pipeline.transform::<f64>(&golden.test.table(&case.columns)).unwrap();
        assert_eq!(found.columns(), case.features[0].len(), "{}", case.name);
        for (row, (found, expected)) in found.iter_rows().zip(&case.features).enumerate() {
            for (found, expected) in found.iter().zip(expected) {
                let expected = expected.unwrap_or(f64::NAN);
                // Normal quantiles far out are as exact as the inverse error function.
                let near = (found - expected).abs() <= 1e-9 * expected.abs().max(1.0);
                let both_missing = found.is_nan() && expected.is_nan();
                assert!(near || both_missing, "{}, row {row}: {found} not {expected}", case.name);
            }
        }
    }
}

#[test]
fn the_toy_list_of_products_is_encoded_as_in_the_book() {
    let products = texts(&["productA", "productB", "productC"].map(Some));
    let inputs = table(vec![("product", products)]);
    let data = labelled(inputs, &[Kind::Category], Target::Values(vec![0.0; 3]));
    let features = |encode: &str| {
        let toml = format!("[columns.product]\nencode = '{encode}'");
        fit_to(&data, Encoding::Native, &toml).1.into_vec()
    };
    assert_eq!(features("ordinal"), [0.0, 1.0, 2.0]);
    assert_eq!(features("one_hot"), [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
}

/// Each weighting is held to scikit-learn's above, for the learners whose default it is.
#[test]
fn every_learner_can_have_either_weighting_of_words() {
    let notes = texts(&["a red red rose", "a white rose", "", "red"].map(Some));
    let data = labelled(table(vec![("note", notes)]), &[Kind::Text], Target::Values(vec![0.0; 4]));
    let features = |encoding, weighting: &str| {
        let toml = format!("[columns.note]\nbuckets = 32\n{weighting}");
        fit_to(&data, encoding, &toml).1.into_vec()
    };
    let (counts, weighted) = (features(Encoding::Native, ""), features(Encoding::Standardised, ""));
    assert_ne!(counts, weighted);
    for encoding in Encoding::ALL {
        assert_eq!(features(encoding, "weighting = 'tf'"), counts, "{encoding:?}");
        assert_eq!(features(encoding, "weighting = 'tf_idf'"), weighted, "{encoding:?}");
    }
}

/// `age` and `balance` as numbers, and the eight categories of the book's pipeline.
fn bank() -> Option<Table> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/bank.csv");
    let Ok(mut reader) = csv::ReaderBuilder::new().delimiter(b';').from_path(path) else {
        println!("skipped: there is no {path}");
        return None;
    };
    let header = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    let column = |name: &'static str| {
        let position = header.iter().position(|other| other == name).unwrap();
        rows.iter().map(move |row| row[position].to_owned())
    };
    let number =
        |name| (name, Values::Number(column(name).map(|field| field.parse().unwrap()).collect()));
    let category = |name| (name, Values::Category(Categories::encode(column(name).map(Some))));
    let mut columns = vec![number("age"), number("balance")];
    columns.extend(
        ["job", "marital", "education", "contact", "housing", "loan", "default", "day"]
            .map(category),
    );
    Some(table(columns))
}

#[test]
fn the_bank_pipeline_of_the_book_has_61_columns() {
    let Some(inputs) = bank() else { return };
    let rows = inputs.rows();
    let kinds = [vec![Kind::Integral; 2], vec![Kind::Category; 8]].concat();
    let data = labelled(inputs, &kinds, Target::Values(vec![0.0; rows]));
    let toml = "[columns.balance]\ntransform = 'none'\n";
    let (pipeline, matrix) = fit_to(&data, Encoding::Standardised, toml);
    assert_eq!((matrix.rows(), matrix.columns()), (4_521, 61));
    assert_eq!(pipeline.names().iter().filter(|name| name.contains('=')).count(), 59);
    // StandardScaler, and one level of each of the eight.
    let first = matrix.iter_rows().next().unwrap();
    assert!((first[0] + 1.056_269_652_427_359_8).abs() < 1e-9, "{}", first[0]);
    assert!((first[1] - 0.121_071_858_075_394_63).abs() < 1e-9, "{}", first[1]);
    assert!(matrix.iter_rows().all(|row| row[2..].iter().sum::<f64>() == 8.0));
}
