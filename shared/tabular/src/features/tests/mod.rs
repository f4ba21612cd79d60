use super::*;
use crate::dataset::{
    Categories, Column, Field, HashOrder, Kind, Labelled, Schema, Table, Target, Values,
};
use crate::spec::Spec;

mod choice;
mod golden;
mod properties;
mod target;

fn numbers(values: &[f64]) -> Values {
    Values::Number(values.to_vec())
}

fn texts(texts: &[Option<&str>]) -> Values {
    Values::Category(Categories::encode(texts.iter().copied()))
}

fn table(columns: Vec<(&str, Values)>) -> Table {
    let column = |(name, values): (&str, Values)| Column { name: name.into(), values };
    Table::new(columns.into_iter().map(column).collect()).unwrap()
}

/// Rows with inputs of these types.
fn labelled(inputs: Table, kinds: &[Kind], target: Target) -> Labelled {
    let field = |(column, kind): (&Column, &Kind)| Field::new(column.name.clone(), *kind, true);
    let fields = inputs.columns().iter().zip(kinds).map(field).collect();
    let schema = Schema { inputs: fields, target: Some("y".into()), task: target.task().unwrap() };
    Labelled {
        inputs,
        target,
        schema,
        notes: Vec::new(),
        groups: None,
        times: None,
        unused: Vec::new(),
        hash_order: HashOrder::default(),
    }
}

fn spec(toml: &str) -> Spec {
    Spec::parse(toml.as_bytes()).unwrap()
}

/// A number `x` and a category `c`, each once missing.
fn training() -> Table {
    table(vec![
        ("x", numbers(&[1.0, 2.0, f64::NAN, 4.0])),
        ("c", texts(&[Some("b"), Some("a"), Some("b"), None])),
    ])
}

fn fit_to(data: &Labelled, encoding: Encoding, toml: &str) -> (Pipeline, Matrix<f64>) {
    Recipe::new(encoding, &spec(toml), &data.schema).fit(data, 7).unwrap()
}

fn fit(encoding: Encoding, toml: &str) -> Pipeline {
    let target = Target::Values(vec![0.0, 1.0, 2.0, 3.0]);
    fit_to(&labelled(training(), &[Kind::Fractional, Kind::Category], target), encoding, toml).0
}

/// The features of one row of `x` and `c`.
fn row(pipeline: &Pipeline, x: f64, c: Option<&str>) -> Vec<f64> {
    let table = table(vec![("x", numbers(&[x])), ("c", texts(&[c]))]);
    pipeline.transform::<f64>(&table).unwrap().into_vec()
}

#[test]
fn native_features_keep_numbers_and_code_categories() {
    let pipeline = fit(Encoding::Native, "");
    assert_eq!((pipeline.width(), pipeline.categorical()), (2, vec![false, true]));
    assert_eq!(row(&pipeline, 7.0, Some("b")), [7.0, 1.0]);
    assert!(row(&pipeline, f64::NAN, Some("new")).iter().all(|feature| feature.is_nan()));
    assert!(row(&pipeline, 1.0, None)[1].is_nan());
}

#[test]
fn standardised_features_follow_scikit_learn() {
    // SimpleImputer(strategy="median", add_indicator=True), StandardScaler on the
    // value, OneHotEncoder(handle_unknown="ignore"), for which missing is a level.
    let pipeline = fit(Encoding::Standardised, "");
    assert_eq!(pipeline.sources(), ["x", "x", "c", "c", "c"]);
    assert_eq!(pipeline.names(), ["x", "is_missing(x)", "c=a", "c=b", "is_missing(c)"]);
    let matrix = pipeline.transform::<f64>(&training()).unwrap();
    let scaled = [-1.147_078_669_352_809, -0.229_415_733_870_561_8, -0.229_415_733_870_561_8];
    for (row, golden) in matrix.iter_rows().zip(scaled) {
        assert!((row[0] - golden).abs() < 1e-12, "{} is not {golden}", row[0]);
    }
    let rest: Vec<&[f64]> = matrix.iter_rows().map(|row| &row[1..]).collect();
    let golden =
        [[0.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]];
    assert_eq!(rest, golden);
}

#[test]
fn unknown_and_missing_categories_go_where_the_spec_says() {
    let one_hot = |toml: &str, text: Option<&str>| {
        let pipeline = fit(Encoding::Standardised, &format!("[columns.c]\n{toml}"));
        (pipeline.names()[2..].join(" "), row(&pipeline, 2.0, text)[2..].to_vec())
    };
    let (names, unknown) = one_hot("indicator = false", Some("new"));
    assert_eq!((names.as_str(), unknown), ("c=a c=b", vec![0.0, 0.0]));
    let (names, unknown) = one_hot("unknown = 'keep'\nindicator = false", Some("new"));
    assert_eq!((names.as_str(), unknown), ("c=a c=b c=(other)", vec![0.0, 0.0, 1.0]));
    let (names, missing) = one_hot("impute = 'most_frequent'", None);
    assert_eq!((names.as_str(), missing), ("c=a c=b", vec![0.0, 1.0]));
    let (names, missing) = one_hot("impute = 'constant'\nfill = 'none'", None);
    assert_eq!((names.as_str(), missing), ("c=a c=b c=none", vec![0.0, 0.0, 1.0]));
    let kept = fit(Encoding::Native, "[columns.c]\nunknown = 'keep'");
    assert_eq!(row(&kept, 1.0, Some("new")), [1.0, 2.0]);
    let frequency = fit(Encoding::Native, "[columns.c]\nencode = 'frequency'");
    assert_eq!(row(&frequency, 1.0, Some("b")), [1.0, 0.0]);
    assert_eq!(row(&frequency, 1.0, Some("a")), [1.0, 1.0]);
    assert!(row(&frequency, 1.0, Some("new"))[1].is_nan());
}

#[test]
fn linear_models_never_get_a_missing_number() {
    for encoding in [Encoding::Standardised, Encoding::Normalised] {
        for encode in ["native", "one_hot", "ordinal", "frequency", "target", "hash"] {
            let toml = format!("[columns.c]\nencode = '{encode}'\n[columns.x]\nimpute = 'none'");
            let pipeline = fit(encoding, &toml);
            for text in [None, Some("new"), Some("a")] {
                let features = row(&pipeline, f64::NAN, text);
                assert!(features.iter().all(|f| f.is_finite()), "{encode} {features:?}");
            }
        }
    }
}

#[test]
fn absent_and_mistyped_columns_are_refused() {
    let pipeline = fit(Encoding::Standardised, "");
    let (short, _) = training().without("c");
    assert_eq!(
        pipeline.transform::<f64>(&short).unwrap_err(),
        TransformError::MissingColumn("c".into())
    );
    let swapped = table(vec![("x", texts(&[Some("1")])), ("c", numbers(&[1.0]))]);
    assert_eq!(
        pipeline.transform::<f64>(&swapped).unwrap_err(),
        TransformError::WrongType("x".into())
    );
}

#[test]
fn derived_columns_are_computed_from_the_inputs_of_each_row() {
    let toml = "ignore = ['x']\n[derived]\ndouble = 'x * 2'\nshort = 'length(c) < 2'\n\
                [columns.short]\nkind = 'boolean'\n";
    let pipeline = fit(Encoding::Native, toml);
    assert_eq!(pipeline.sources(), ["c", "double", "short"]);
    assert_eq!(pipeline.inputs_of("double"), ["x"]);
    assert_eq!(pipeline.inputs_of("c"), ["c"]);
    assert_eq!(row(&pipeline, 3.5, Some("a")), [0.0, 7.0, 1.0]);
    let (short, _) = training().without("x");
    let error = pipeline.transform::<f64>(&short).unwrap_err();
    assert_eq!(error, TransformError::MissingColumn("x".into()));
    let mistyped = table(vec![("x", texts(&[Some("1")])), ("c", texts(&[Some("a")]))]);
    let error = pipeline.transform::<f64>(&mistyped).unwrap_err();
    assert_eq!(error, TransformError::WrongType("double".into()));
}

#[test]
fn columns_are_matched_by_name_in_any_order() {
    let pipeline = fit(Encoding::Native, "");
    let reordered =
        table(vec![("extra", numbers(&[9.0])), ("c", texts(&[Some("b")])), ("x", numbers(&[7.0]))]);
    assert_eq!(pipeline.transform::<f64>(&reordered).unwrap().as_slice(), [7.0, 1.0]);
}

#[test]
fn months_and_dates_become_numbers() {
    let names = ["jan", "Feb.", "MARCH", "sept", "dec", "ma", "moon"].map(Some);
    let when = numbers(&[0.0, 86_400.0, 172_800.0, 259_200.0, 345_600.0, f64::NAN, 1e300]);
    let inputs = table(vec![("m", texts(&names)), ("d", when)]);
    let kinds = [Kind::Category, Kind::Date];
    let data = labelled(inputs, &kinds, Target::Values(vec![0.0; 7]));
    let (pipeline, matrix) = fit_to(&data, Encoding::Native, "[columns.m]\nencode = 'month'");
    assert_eq!(pipeline.names(), ["m", "d.day", "d.weekday", "d.day_of_year", "d.epoch"]);
    let months: Vec<f64> = matrix.iter_rows().map(|row| row[0]).collect();
    assert_eq!(months[..5], [1.0, 2.0, 3.0, 9.0, 12.0]);
    assert!(months[5..].iter().all(|month| month.is_nan()));
    let rows: Vec<&[f64]> = matrix.iter_rows().collect();
    assert_eq!(rows[4][1..], [5.0, 0.0, 5.0, 345_600.0]);
    assert!(rows[5][1..].iter().chain(&rows[6][1..]).all(|part| part.is_nan()));

    let toml = "ignore = ['m']\n[columns.d]\nparts = ['weekday']\nscale = 'none'";
    let (pipeline, matrix) = fit_to(&data, Encoding::Standardised, toml);
    let names = ["d.weekday", "d.weekday.sin", "d.weekday.cos", "is_missing(d)"];
    assert_eq!(pipeline.names(), names);
    let angle = std::f64::consts::TAU * 3.0 / 7.0;
    assert_eq!(matrix.as_slice()[..4], [3.0, angle.sin(), angle.cos(), 0.0]);
    assert_eq!(matrix.iter_rows().nth(5).unwrap()[3], 1.0);
}

#[test]
fn columns_that_cannot_be_scaled_are_no_features() {
    let inputs = table(vec![
        ("huge", numbers(&[f64::MAX, -f64::MAX, 1.0])),
        ("empty", numbers(&[f64::NAN; 3])),
        ("constant", numbers(&[0.1; 3])),
    ]);
    let data = labelled(inputs, &[Kind::Fractional; 3], Target::Values(vec![0.0; 3]));
    let pipeline = fit_to(&data, Encoding::Standardised, "").0;
    assert_eq!(pipeline.names(), ["constant"]);
    let other = table(vec![
        ("huge", numbers(&[1.0])),
        ("empty", numbers(&[1.0])),
        ("constant", numbers(&[1.1])),
    ]);
    let feature = pipeline.transform::<f64>(&other).unwrap().into_vec()[0];
    assert!((feature - 1.0).abs() < 1e-12, "{feature}");
}

/// Spark's StandardScaler neither centres nor divides by the population's deviation; its
/// OneHotEncoder drops the last level.
#[test]
fn columns_are_scaled_and_encoded_as_spark_does() {
    let inputs = table(vec![
        ("size", numbers(&[1.0, 2.0, 3.0, 4.0])),
        ("zone", texts(&[Some("a"), Some("b"), Some("c"), Some("b")])),
    ]);
    let kinds = [Kind::Fractional, Kind::Category];
    let data = labelled(inputs, &kinds, Target::Values(vec![0.0; 4]));
    let spec = "[columns.size]\nscale = 'deviation'\n\
                [columns.zone]\nencode = 'one_hot'\ndrop_last = true";
    let (pipeline, matrix) = fit_to(&data, Encoding::Standardised, spec);
    assert_eq!(pipeline.names(), ["size", "zone=a", "zone=b"]);
    // numpy.std([1, 2, 3, 4], ddof=1)
    let deviation = 1.290_994_448_735_805_6;
    let expected = [[1.0, 1.0, 0.0], [2.0, 0.0, 1.0], [3.0, 0.0, 0.0], [4.0, 0.0, 1.0]]
        .map(|[size, a, b]| [size / deviation, a, b]);
    for (found, expected) in matrix.as_slice().iter().zip(expected.as_flattened()) {
        assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    }
}

/// Four rows of 4 × 4 pixels, a stroke that leans in each.
fn strokes() -> Labelled {
    let slants = [0.0, 1.0, -0.5, 0.5];
    let ink = |place: usize, slant: f64| {
        let (x, y) = ((place % 4) as f64, (place / 4) as f64);
        (1.0 - (x - 1.5 - slant * (y - 1.5)).abs()).max(0.0)
    };
    let names: Vec<String> = (0..16).map(|place| format!("p{place}")).collect();
    let columns = names.iter().enumerate().map(|(place, name)| {
        (name.as_str(), numbers(&slants.map(|slant| 16.0 * ink(place, slant))))
    });
    let target = Target::Values(slants.to_vec());
    labelled(table(columns.collect()), &[Kind::Fractional; 16], target)
}

#[test]
fn figures_are_set_upright_before_anything_is_fitted_or_derived() {
    let data = strokes();
    let image = "[image]\nside = 4\ndeskew = true\n[derived]\nmiddle = 'p5 + p6 + p9 + p10'";
    let (pipeline, training) = fit_to(&data, Encoding::Native, image);
    assert!(pipeline.sets_upright());
    let mut expected: Vec<f64> = Vec::new();
    let (_, raw) = fit_to(&data, Encoding::Native, "");
    for row in raw.iter_rows() {
        let mut square = row.to_vec();
        set_upright(&mut square, 4);
        expected.extend(&square);
        expected.push([5, 6, 9, 10].iter().map(|&place| square[place]).sum());
    }
    assert_eq!(training.as_slice(), expected);
    assert_eq!(pipeline.transform::<f64>(&data.inputs).unwrap(), training);
    assert_eq!(pipeline.names()[..2], ["p0", "p1"], "columns keep their names");
    let stored = serde_json::to_string(&pipeline).unwrap();
    let stored: Pipeline = serde_json::from_str(&stored).unwrap();
    assert_eq!(stored.transform::<f64>(&data.inputs).unwrap(), training);
    // What is scaled is scaled by upright figures, too.
    let (_, scaled) = fit_to(&data, Encoding::Standardised, image);
    let mean = scaled.iter_rows().map(|row| row[5]).sum::<f64>() / 4.0;
    assert!(mean.abs() < 1e-12, "{mean}");
}

#[test]
fn a_pipeline_that_leaves_figures_alone_is_written_and_read_as_ever() {
    let (pipeline, raw) = fit_to(&strokes(), Encoding::Native, "[image]\nside = 4");
    assert!(!pipeline.sets_upright());
    assert_eq!(pipeline.transform::<f64>(&strokes().inputs).unwrap(), raw);
    let stored = serde_json::to_value(&pipeline).unwrap();
    let members: Vec<&str> = stored.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["derived", "steps", "unit_length"]);
    assert_eq!(serde_json::from_value::<Pipeline>(stored).unwrap(), pipeline);
}
