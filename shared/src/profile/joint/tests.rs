use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::dataset::{self, Categories, Field, Schema, Task, Values};
use crate::drift::Observer;
use crate::profile::{Observation, Profile};
use crate::splitmix::uniforms;

/// Written by `scripts/golden/monitoring.py` with NannyML.
const GOLDEN: &str = include_str!("../../../tests/golden/monitoring.json");

#[derive(Deserialize)]
struct Golden {
    reconstruction: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    seed: u64,
    rows: usize,
    width: usize,
    window_seed: u64,
    reference: f64,
    window: f64,
}

/// Correlated columns, as the script makes them.
fn correlated(seed: u64, rows: usize, width: usize) -> Vec<Vec<f64>> {
    let u = uniforms(seed, rows * (width + 2));
    let column = |j: usize| {
        u.chunks(width + 2)
            .map(|row| 2.0 * row[j] + row[width] * (j % 3) as f64 - row[width + 1] * (j % 2) as f64)
            .collect()
    };
    (0..width).map(column).collect()
}

fn table(columns: Vec<Vec<f64>>) -> Table {
    let columns = columns.into_iter().enumerate().map(|(j, values)| dataset::Column {
        name: format!("x{j}"),
        values: Values::Number(values),
    });
    Table::new(columns.collect()).unwrap()
}

fn profile(table: &Table) -> Profile {
    let field = |column: &dataset::Column| {
        Field::new(
            column.name.clone(),
            match column.values {
                Values::Number(_) => Kind::Fractional,
                Values::Category(_) => Kind::Category,
            },
            true,
        )
    };
    let inputs = table.columns().iter().map(field).collect();
    let schema = Schema { inputs, target: Some("y".into()), task: Task::Regression };
    Profile::of(table, &schema).with_rows(table, None)
}

fn observe(profile: &Profile, table: &Table) -> Observation {
    let mut observed = profile.observer();
    Observer::new(profile).unwrap().count_inputs(table, &mut observed);
    observed
}

#[test]
fn reconstruction_errors_are_those_of_nannyml() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    for case in golden.reconstruction {
        let reference = correlated(case.seed, case.rows, case.width);
        let mut window = correlated(case.window_seed, case.rows, case.width);
        window[0].reverse();
        let profile = profile(&table(reference.clone()));
        let error = |columns| observe(&profile, &table(columns)).joint.unwrap().errors.mean;
        let (found, expected) = (error(window), case.window);
        assert!((found / expected - 1.0).abs() < 1e-9, "{found} instead of {expected}");
        let (found, expected) = (error(reference), case.reference);
        assert!((found / expected - 1.0).abs() < 1e-9, "{found} instead of {expected}");
        // Rows that the components were not fitted to are a little further away.
        let honest = profile.joint.as_ref().unwrap().errors.mean;
        assert!(honest >= expected && honest < 1.05 * expected, "{honest} and {expected}");
    }
}

#[test]
fn rare_categories_are_as_rare_in_new_rows() {
    let mut errors = (0.0, 0.0);
    for seed in 0..20 {
        let texts = |seed| {
            let levels =
                uniforms(seed, 400).into_iter().map(|u| Some(format!("t{:.0}", 300.0 * u * u)));
            dataset::Column {
                name: "t".into(),
                values: Values::Category(Categories::encode(levels)),
            }
        };
        let rows = |seed| {
            let mut columns = table(correlated(seed, 400, 2)).into_columns();
            columns.push(texts(1_000 + seed));
            Table::new(columns).unwrap()
        };
        let profile = profile(&rows(seed));
        let joint = profile.joint.as_ref().unwrap();
        let new = observe(&profile, &rows(100 + seed)).joint.unwrap().errors;
        errors = (errors.0 + joint.errors.mean / 20.0, errors.1 + new.mean / 20.0);
    }
    assert!((errors.0 / errors.1 - 1.0).abs() < 0.03, "{errors:?}");
}

#[test]
fn times_texts_and_constants_are_left_out() {
    let mut columns = correlated(1, 200, 3);
    columns[1] = vec![2.0; 200];
    let table = table(columns);
    let named = |time| {
        let joint = Joint::of(&table, &profile(&table).inputs, time)?;
        Some(joint.columns.into_iter().map(|column| column.name).collect::<Vec<_>>())
    };
    assert_eq!(named(None).unwrap(), ["x0", "x2"]);
    assert_eq!(named(Some("x2")), None);
    let few: Vec<usize> = (0..LEAST_ROWS - 1).collect();
    assert_eq!(profile(&table.select(&few)).joint, None);
}

#[test]
fn whole_rows_take_little_room() {
    let profile = profile(&table(correlated(3, 5_000, 30)));
    let bytes = serde_json::to_vec(&profile).unwrap();
    assert!(bytes.len() < 30 * 10_000, "{} bytes", bytes.len());
    let again: Profile = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(again, profile);
    assert_eq!(serde_json::to_vec(&again).unwrap(), bytes);
    let damaged = String::from_utf8(bytes).unwrap().replace("\"width\":30", "\"width\":29");
    assert!(serde_json::from_str::<Profile>(&damaged).is_err());
}

#[test]
fn samples_are_fair() {
    let profile = profile(&table(correlated(4, 100, 2)));
    let mut observed = profile.observer();
    let observer = Observer::new(&profile).unwrap();
    // As requests come: single rows, half of which repeat themselves.
    let mut means = Vec::new();
    for part in 0..20 {
        let u = uniforms(50 + part, 400);
        let values = u.iter().map(|u| if *u < 0.5 { 0.0 } else { *u }).collect();
        let mut one = profile.observer();
        observer.count_inputs(&table(vec![values, u]), &mut one);
        observed.merge(&one).unwrap();
    }
    let sample = observed.joint.unwrap().sample;
    assert_eq!((sample.len(), sample.seen), (sample::KEPT, 8_000));
    for place in 0..2 {
        let Values::Number(values) = sample.column(place, true) else { panic!("numbers") };
        means.push(values.iter().sum::<f64>() / values.len() as f64);
    }
    assert!((means[0] - 0.375).abs() < 0.06 && (means[1] - 0.5).abs() < 0.05, "{means:?}");
}

proptest! {
    #[test]
    fn what_is_known_of_rows_adds_up_in_any_grouping(
        sizes in prop::collection::vec(0_usize..400, 3), seed in 0_u64..1_000,
    ) {
        let profile = profile(&table(correlated(seed, 120, 3)));
        let parts: Vec<JointCounts> = (1..).zip(&sizes).map(|(part, &rows)| {
            observe(&profile, &table(correlated(seed + part, rows, 3))).joint.unwrap()
        }).collect();
        let sum = |order: &[usize]| {
            let mut all = JointCounts::default();
            order.iter().for_each(|&part| all.merge(&parts[part]));
            all
        };
        let (one, other) = (sum(&[0, 1, 2]), sum(&[2, 0, 1]));
        prop_assert_eq!(&one.sample, &other.sample);
        prop_assert_eq!(one.errors.count, other.errors.count);
        prop_assert!((one.errors.mean - other.errors.mean).abs() < 1e-9);
        prop_assert_eq!(one.sample.len(), sizes.iter().sum::<usize>().min(sample::KEPT));
        let text = serde_json::to_string(&one).unwrap();
        prop_assert_eq!(serde_json::from_str::<JointCounts>(&text).unwrap(), one);
    }

    #[test]
    fn components_are_orthogonal_and_explain_what_they_should(
        values in prop::collection::vec(-1.0..1.0_f64, 36..37),
    ) {
        // Aᵀ A is a covariance matrix.
        let at = |row: usize, column: usize| values[row * 6 + column];
        let mut matrix = vec![0.0; 36];
        for row in 0..6 {
            for column in 0..6 {
                matrix[row * 6 + column] = (0..6).map(|k| at(k, row) * at(k, column)).sum();
            }
        }
        let trace: f64 = (0..6).map(|place| matrix[place * 7]).sum();
        let found = components(matrix.clone(), 6, 0.65);
        let explained = |vector: &Vec<f64>| -> f64 {
            let product = |row: usize| -> f64 { (0..6).map(|k| matrix[row * 6 + k] * vector[k]).sum() };
            (0..6).map(|row| vector[row] * product(row)).sum()
        };
        let shares: Vec<f64> = found.iter().map(|vector| explained(vector) / trace).collect();
        prop_assert!(shares.iter().sum::<f64>() > 0.65 - 1e-9, "{:?}", shares);
        prop_assert!(shares[..shares.len() - 1].iter().sum::<f64>() <= 0.65 + 1e-9, "{:?}", shares);
        for (index, a) in found.iter().enumerate() {
            for (other, b) in found.iter().enumerate() {
                let dot: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
                prop_assert!((dot - f64::from(u8::from(index == other))).abs() < 1e-9);
            }
        }
    }
}
