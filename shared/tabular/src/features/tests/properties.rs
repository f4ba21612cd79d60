use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// A number, another one, and two texts.
type Row = (f64, f64, Option<String>, Option<String>);

const KINDS: [Kind; 5] = [Kind::Fractional, Kind::Boolean, Kind::Date, Kind::Category, Kind::Text];

/// Any number that a data set can hold, but for those that overflow when squared.
fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -100.0..100.0_f64,
        1 => Just(f64::NAN),
        1 => Just(0.0),
        1 => proptest::num::f64::NORMAL.prop_map(|number| number.clamp(-1e100, 1e100)),
    ]
}

fn any_text() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        6 => "[a-d]{1,2}".prop_map(Some),
        1 => Just(None),
        1 => "\\PC{0,12}".prop_map(Some),
    ]
}

/// A number, a boolean, a date, a category and a text.
fn any_table(rows: std::ops::Range<usize>) -> impl Strategy<Value = Table> {
    let row = (any_number(), any_number(), any_text(), any_text());
    proptest::collection::vec(row, rows).prop_map(|rows: Vec<Row>| {
        let numbers = |pick: fn(&Row) -> f64| Values::Number(rows.iter().map(pick).collect());
        let texts = |pick: fn(&Row) -> Option<&String>| {
            Values::Category(Categories::encode(rows.iter().map(pick)))
        };
        table(vec![
            ("n", numbers(|row| row.0)),
            ("b", numbers(|row| f64::from(u8::from(row.1 > 0.0)))),
            ("d", numbers(|row| row.1 * 1e6)),
            ("c", texts(|row| row.2.as_ref())),
            ("t", texts(|row| row.3.as_ref())),
        ])
    })
}

/// Every key of a column, in ways that fit their types.
fn any_spec() -> impl Strategy<Value = String> {
    let filled =
        ["", "impute = 'mean'", "impute = 'most_frequent'", "impute = 'constant'\nfill = 1"];
    let transforms =
        ["", "transform = 'log'", "transform = 'quantile'", "transform = 'quantile_normal'"];
    let scales =
        ["", "scale = 'standard'", "scale = 'min_max'", "scale = 'robust'", "scale = 'l2'"];
    let encodes = ["native", "one_hot", "ordinal", "frequency", "target", "hash", "month"];
    let others =
        ["", "unknown = 'keep'", "impute = 'most_frequent'", "impute = 'constant'\nfill = 'q'"];
    (
        select(filled.to_vec()),
        select(transforms.to_vec()),
        select(scales.to_vec()),
        select(encodes.to_vec()),
        select(others.to_vec()),
    )
        .prop_map(|(impute, transform, scale, encode, other)| {
            format!(
                "[derived]\nratio = 'n / d'\nlow = 'lower(c)'\n\
                 [columns.n]\n{impute}\n{transform}\n{scale}\n[columns.d]\n{scale}\n\
                 [columns.c]\nencode = '{encode}'\n{other}\n{scale}\n[columns.t]\nbuckets = 8\n"
            )
        })
}

fn bits(matrix: &Matrix<f64>) -> Vec<u64> {
    matrix.as_slice().iter().map(|feature| feature.to_bits()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_rows_are_transformed_each_for_itself_as_the_stored_pipeline_does(
        train in any_table(1..40),
        test in any_table(0..20),
        toml in any_spec(),
        encoding in select(Encoding::ALL.to_vec()),
    ) {
        let target = Target::Values((0..train.rows()).map(|row| row as f64).collect());
        let data = labelled(train, &KINDS, target);
        let (pipeline, training) = fit_to(&data, encoding, &toml);
        let width = pipeline.width();
        prop_assert_eq!(training.columns(), width);
        prop_assert_eq!(pipeline.names().len(), width);
        prop_assert_eq!(pipeline.sources().len(), width);
        prop_assert_eq!(pipeline.categorical().len(), width);

        let features = pipeline.transform::<f64>(&test).unwrap();
        prop_assert_eq!(features.as_slice().len(), test.rows() * width);
        let missing = features.as_slice().iter().any(|feature| feature.is_nan());
        prop_assert!(encoding.is_for_trees() || !missing);

        let stored = serde_json::to_string(&pipeline).unwrap();
        let stored: Pipeline = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(bits(&stored.transform(&test).unwrap()), bits(&features));
        for row in 0..test.rows() {
            let alone = pipeline.transform(&test.select(&[row])).unwrap();
            prop_assert_eq!(&bits(&alone)[..], &bits(&features)[row * width..(row + 1) * width]);
        }
    }

    #[test]
    fn the_order_of_rows_does_not_change_the_pipeline(
        rows in proptest::collection::vec((0_u32..20, "[a-c]"), 2..30),
        encoding in select(vec![Encoding::Native, Encoding::Target, Encoding::Normalised]),
    ) {
        let fit_rows = |rows: &[(u32, String)]| {
            let numbers = rows.iter().map(|row| f64::from(row.0)).collect();
            let texts = Categories::encode(rows.iter().map(|row| Some(&row.1)));
            let inputs =
                table(vec![("n", Values::Number(numbers)), ("c", Values::Category(texts))]);
            // Sums of whole numbers do not depend on their order.
            let target = Target::Values(rows.iter().map(|row| f64::from(row.0)).collect());
            let toml = "[columns.n]\nscale = 'robust'\n[columns.c]\nencode = 'frequency'";
            fit_to(&labelled(inputs, &[Kind::Integral, Kind::Category], target), encoding, toml).0
        };
        let reversed: Vec<(u32, String)> = rows.iter().rev().cloned().collect();
        prop_assert_eq!(fit_rows(&rows), fit_rows(&reversed));
    }
}
