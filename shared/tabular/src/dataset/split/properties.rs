//! What holds for every data set: nothing is lost, nothing is on both sides.

use std::collections::BTreeSet;

use proptest::prelude::{ProptestConfig, any, prop, proptest};
use proptest::strategy::Strategy as Generator;
use proptest::{prop_assert, prop_assert_eq};

use super::*;
use crate::dataset::csv;
use crate::spec::Spec;

/// Rows of few classes, groups and instants.
fn rows() -> impl Generator<Value = Vec<(u8, u8, u8)>> {
    prop::collection::vec((0_u8..3, 0_u8..12, 0_u8..30), 40..120)
}

fn data(rows: &[(u8, u8, u8)]) -> Labelled {
    let text = "x,customer,day,y\n".to_owned()
        + &(0..)
            .zip(rows)
            .map(|(row, (class, group, day))| format!("{row}.5,g{group},{day},c{class}\n"))
            .collect::<String>();
    let spec = Spec {
        group: Some("customer".into()),
        time: Some("day".into()),
        target: Some("y".into()),
        ..Spec::default()
    };
    Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &spec).unwrap()
}

/// Rows of which each class has some, so that they can be classified.
fn trainable(rows: &[(u8, u8, u8)]) -> bool {
    let count = |class| rows.iter().filter(|row| row.0 == class).count();
    let groups: BTreeSet<u8> = rows.iter().map(|row| row.1).collect();
    let days: BTreeSet<u8> = rows.iter().map(|row| row.2).collect();
    (0..3).all(|class| count(class) >= 2) && groups.len() > 3 && days.len() > 3
}

fn spec(strategy: Strategy, seed: u64) -> spec::Split {
    spec::Split { strategy: Some(strategy), seed, ..spec::Split::default() }
}

fn check(strategy: Strategy, data: &Labelled, split: &Split) {
    let train: BTreeSet<usize> = split.train.iter().copied().collect();
    assert!(!split.train.is_empty() && !split.holdout.is_empty(), "{strategy:?}");
    assert!(split.holdout.iter().all(|row| !train.contains(row)), "{strategy:?}");
    assert!(split.train.is_sorted() && split.holdout.is_sorted());
    if strategy == Strategy::Grouped {
        let groups = data.groups.as_ref().unwrap();
        let learned: BTreeSet<u64> = split.train.iter().map(|&row| groups[row]).collect();
        assert!(split.holdout.iter().all(|&row| !learned.contains(&groups[row])));
    }
    if strategy == Strategy::Chronological {
        let times = data.times.as_ref().unwrap();
        let latest = split.train.iter().map(|&row| times[row]).fold(f64::MIN, f64::max);
        assert!(split.holdout.iter().all(|&row| times[row] > latest), "a future row is learned");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_division_is_a_partition_that_keeps_apart_what_belongs_apart(
        rows in rows().prop_filter("each class has rows", |rows| trainable(rows)),
        seed in any::<u64>(),
    ) {
        let data = data(&rows);
        let everything: Vec<usize> = (0..data.rows()).collect();
        for strategy in
            [Strategy::Random, Strategy::Stratified, Strategy::Grouped, Strategy::Chronological]
        {
            let spec = spec(strategy, seed);
            let split = holdout(&data, &spec).unwrap();
            check(strategy, &data, &split);
            let mut all = [split.train, split.holdout].concat();
            all.sort_unstable();
            prop_assert_eq!(&all, &everything);
            let folds = folds(&data, &spec, 4);
            prop_assert!((1..=4).contains(&folds.len()));
            for fold in &folds {
                check(strategy, &data, fold);
            }
            let mut held: Vec<usize> = folds.iter().flat_map(|fold| fold.holdout.clone()).collect();
            held.sort_unstable();
            if strategy == Strategy::Chronological {
                // The earliest rows are learned from by every fold.
                let first = &folds[0].train;
                held.extend(first);
                held.sort_unstable();
            }
            prop_assert_eq!(&held, &everything);
        }
    }

    #[test]
    fn classes_have_the_same_share_in_every_fold(
        rows in rows().prop_filter("each class has rows", |rows| trainable(rows)),
        seed in any::<u64>(),
    ) {
        let data = data(&rows);
        let Target::Classes { labels, .. } = &data.target else { panic!("classes") };
        for fold in folds(&data, &spec(Strategy::Stratified, seed), 4) {
            for class in 0..3 {
                let all = labels.iter().filter(|&&label| label == class).count();
                let held = fold.holdout.iter().filter(|&&row| labels[row] == class).count();
                prop_assert!((held as f64 - all as f64 / 4.0).abs() < 1.0, "{held} of {all}");
            }
        }
    }
}
