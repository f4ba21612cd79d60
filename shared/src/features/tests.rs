use super::*;
use crate::dataset::{Categories, Column, Field, Kind, Target, Values};

fn table(numbers: &[f64], texts: &[Option<&str>]) -> Table {
    Table::new(vec![
        Column { name: "x".into(), values: Values::Number(numbers.to_vec()) },
        Column {
            name: "c".into(),
            values: Values::Category(Categories::encode(texts.iter().copied())),
        },
    ])
    .unwrap()
}

fn labelled(inputs: Table) -> Labelled {
    let target = Target::Values(vec![0.0; inputs.rows()]);
    let fields = [("x", Kind::Fractional), ("c", Kind::Category)].map(|(name, kind)| Field {
        name: name.into(),
        kind,
        nullable: true,
    });
    let schema = Schema { inputs: fields.to_vec(), target: "y".into(), task: target.task() };
    Labelled { inputs, target, schema, notes: Vec::new(), groups: None, times: None }
}

fn fit(encoding: Encoding, inputs: Table) -> Pipeline {
    let data = labelled(inputs);
    let recipe = Recipe::new(encoding, &Spec::default(), &data.schema);
    recipe.fit::<f64>(&data, 0).unwrap().0
}

fn training() -> Table {
    table(&[1.0, 2.0, f64::NAN, 4.0], &[Some("b"), Some("a"), Some("b"), None])
}

#[test]
fn native_features_keep_numbers_and_code_categories() {
    let pipeline = fit(Encoding::Native, training());
    assert_eq!((pipeline.width(), pipeline.categorical()), (2, vec![false, true]));
    let other = table(&[7.0, f64::NAN], &[Some("b"), Some("new")]);
    let matrix = pipeline.transform::<f32>(&other).unwrap();
    assert_eq!(matrix.as_slice()[..2], [7.0, 1.0]);
    assert!(matrix.as_slice()[2].is_nan() && matrix.as_slice()[3].is_nan());
}

#[test]
fn standardised_features_follow_scikit_learn() {
    // SimpleImputer(strategy="median", add_indicator=True), StandardScaler on the
    // value, OneHotEncoder(handle_unknown="ignore").
    let pipeline = fit(Encoding::Standardised, training());
    assert_eq!(pipeline.sources(), ["x", "x", "c", "c"]);
    let matrix = pipeline.transform::<f64>(&training()).unwrap();
    let scaled = [-1.147_078_669_352_809, -0.229_415_733_870_561_8, -0.229_415_733_870_561_8];
    for (row, golden) in matrix.iter_rows().zip(scaled) {
        assert!((row[0] - golden).abs() < 1e-12, "{} is not {golden}", row[0]);
    }
    let rest: Vec<&[f64]> = matrix.iter_rows().map(|row| &row[1..]).collect();
    assert_eq!(rest, [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 0.0, 0.0]]);
}

#[test]
fn unknown_levels_are_all_zeros_and_mistyped_columns_are_refused() {
    let pipeline = fit(Encoding::Standardised, training());
    let matrix = pipeline.transform::<f64>(&table(&[2.0], &[Some("new")])).unwrap();
    assert_eq!(matrix.as_slice()[1..], [0.0, 0.0, 0.0]);
    let (short, _) = training().without("c");
    assert_eq!(
        pipeline.transform::<f64>(&short).unwrap_err(),
        TransformError::MissingColumn("c".into())
    );
    let swapped = Table::new(vec![
        Column { name: "x".into(), values: Values::Category(Categories::encode([Some("1")])) },
        Column { name: "c".into(), values: Values::Number(vec![1.0]) },
    ]);
    assert_eq!(
        pipeline.transform::<f64>(&swapped.unwrap()).unwrap_err(),
        TransformError::WrongType("x".into())
    );
}

#[test]
fn a_pipeline_reads_back_bit_for_bit() {
    let pipeline = fit(Encoding::Standardised, training());
    let text = serde_json::to_string(&pipeline).unwrap();
    assert_eq!(serde_json::from_str::<Pipeline>(&text).unwrap(), pipeline);
}

#[test]
fn the_order_of_rows_does_not_change_the_pipeline() {
    let reversed = training().select(&[3, 2, 1, 0]);
    for encoding in [Encoding::Native, Encoding::Standardised] {
        assert_eq!(fit(encoding, reversed.clone()), fit(encoding, training()));
    }
}
