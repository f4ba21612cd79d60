use super::*;
use crate::dataset::csv;
use crate::spec::Spec;

fn data(rows: impl Iterator<Item = usize>) -> Labelled {
    let mut text = String::from("x,target\n");
    for row in rows {
        let class = if row % 10 == 0 { "rare" } else { "common" };
        text += &format!("{}.5,{class}\n", row);
    }
    Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &Spec::default()).unwrap()
}

fn seeded(seed: u64) -> spec::Split {
    spec::Split { seed, ..spec::Split::default() }
}

#[test]
fn both_sides_cover_all_rows_and_keep_the_class_shares() {
    let data = data(0..200);
    let split = holdout(&data, &seeded(42)).unwrap();
    assert_eq!((split.train.len(), split.holdout.len()), (160, 40));
    let mut all = [split.train.clone(), split.holdout.clone()].concat();
    all.sort_unstable();
    assert_eq!(all, (0..200).collect::<Vec<_>>());
    assert_eq!(split.holdout.iter().filter(|row| **row % 10 == 0).count(), 4);
    assert_ne!(holdout(&data, &seeded(43)).unwrap(), split);
}

#[test]
fn a_row_keeps_its_side_when_rows_are_added_or_reordered() {
    let small = data(0..200);
    let large = data((0..400).rev());
    let held = |data: &Labelled| -> Vec<u64> {
        let hashes = data.row_hashes();
        let mut held: Vec<u64> =
            holdout(data, &seeded(42)).unwrap().holdout.iter().map(|&row| hashes[row]).collect();
        held.sort_unstable();
        held
    };
    let (small_held, large_held) = (held(&small), held(&large));
    let hashes = small.row_hashes();
    let moved = hashes
        .iter()
        .filter(|hash| {
            small_held.binary_search(hash).is_ok() != large_held.binary_search(hash).is_ok()
        })
        .count();
    assert!(moved <= 10, "{moved} of 200 rows moved: only those at the threshold may");
}

#[test]
fn folds_are_disjoint_and_stratified() {
    let data = data(0..100);
    let folds = folds(&data, &seeded(1), 4);
    let mut all: Vec<usize> = folds.iter().flat_map(|fold| fold.holdout.clone()).collect();
    all.sort_unstable();
    assert_eq!(all, (0..100).collect::<Vec<_>>());
    for fold in &folds {
        assert_eq!(fold.train.len() + fold.holdout.len(), 100);
        let rare = fold.holdout.iter().filter(|row| **row % 10 == 0).count();
        assert!((2..=3).contains(&rare), "{rare} rare rows");
    }
}

#[test]
fn a_class_of_one_row_is_learned_from_and_rare_classes_fall_into_different_folds() {
    let text = "x,target\n".to_owned()
        + &(0..20).map(|row| format!("{row}.5,class{}\n", row / 2)).collect::<String>();
    let data = Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &Spec::default()).unwrap();
    let training = data.select(&holdout(&data, &seeded(42)).unwrap().train);
    assert_eq!(training.rows(), 10, "one of each class");
    assert_eq!(holdout(&training, &seeded(42)).unwrap().train.len(), 10);
    let sizes: Vec<usize> =
        folds(&training, &seeded(1), 3).iter().map(|fold| fold.holdout.len()).collect();
    assert_eq!(sizes, [4, 3, 3]);
}

/// Rows of five customers on eight days; the customers' sizes differ.
fn visits() -> Labelled {
    let text = "x,customer,day,y\n".to_owned()
        + &(0..80)
            .map(|row| {
                let customer = [0, 0, 0, 1, 1, 2, 3, 4][row % 8];
                format!("{row}.5,c{customer},2026-03-{:02},{}.25\n", row % 8 + 1, row % 3)
            })
            .collect::<String>();
    let spec = Spec { group: Some("customer".into()), time: Some("day".into()), ..Spec::default() };
    Labelled::from_raw(csv::read(text.as_bytes()).unwrap(), &spec).unwrap()
}

#[test]
fn the_strategy_follows_from_the_columns_that_the_spec_names() {
    let mut data = visits();
    let default = spec::Split::default();
    assert_eq!(strategy(&data, &default), Strategy::Chronological);
    data.times = None;
    assert_eq!(strategy(&data, &default), Strategy::Grouped);
    data.groups = None;
    assert_eq!(strategy(&data, &default), Strategy::Random);
    assert_eq!(strategy(&self::data(0..40), &default), Strategy::Stratified);
    let asked = spec::Split { strategy: Some(Strategy::Random), ..default };
    assert_eq!(strategy(&visits(), &asked), Strategy::Random);
}

#[test]
fn the_latest_rows_are_held_out_and_folds_go_forward_with_an_expanding_window() {
    let data = visits();
    let split = holdout(&data, &spec::Split::default()).unwrap();
    let days = |rows: &[usize]| {
        let mut days: Vec<usize> = rows.iter().map(|row| row % 8).collect();
        days.sort_unstable();
        days.dedup();
        days
    };
    assert_eq!((days(&split.train), days(&split.holdout)), ((0..6).collect(), vec![6, 7]));
    let training = data.select(&split.train);
    let times = training.times.clone().unwrap();
    let folds = folds(&training, &spec::Split::default(), 5);
    let sizes: Vec<(usize, usize)> =
        folds.iter().map(|fold| (fold.train.len(), fold.holdout.len())).collect();
    assert_eq!(sizes, [(10, 10), (20, 10), (30, 10), (40, 10), (50, 10)]);
    for fold in folds {
        let latest = fold.train.iter().map(|&row| times[row]).fold(f64::MIN, f64::max);
        assert!(fold.holdout.iter().all(|&row| times[row] > latest));
    }
}

#[test]
fn groups_are_dealt_out_so_that_folds_are_about_equally_large() {
    let mut data = visits();
    data.times = None;
    let folds = folds(&data, &spec::Split::default(), 3);
    let mut sizes: Vec<usize> = folds.iter().map(|fold| fold.holdout.len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [20, 30, 30]);
    assert_eq!(self::folds(&data, &spec::Split::default(), 40).len(), 5, "as many as groups");
}

#[test]
fn a_group_keeps_its_side_when_others_come() {
    let mut data = visits();
    data.times = None;
    let groups = data.groups.clone().unwrap();
    let held = holdout(&data, &seeded(3)).unwrap().holdout;
    let some: Vec<usize> = (0..80).filter(|row| row % 8 != 7).collect();
    let fewer = holdout(&data.select(&some), &seeded(3)).unwrap().holdout;
    let of = |rows: Vec<u64>| rows.into_iter().collect::<std::collections::BTreeSet<u64>>();
    let before = of(fewer.iter().map(|&row| groups[some[row]]).collect());
    let mut after = of(held.iter().map(|&row| groups[row]).collect());
    after.remove(&groups[7]);
    assert!(before.is_subset(&after) || after.is_subset(&before), "{before:?} then {after:?}");
}

#[test]
fn too_few_groups_or_instants_are_told() {
    let mut data = visits();
    data.times = Some(vec![1.0; 80]);
    let told = holdout(&data, &spec::Split::default()).unwrap_err();
    assert_eq!(told.0[0].code, "too_few_instants");
    data.times = None;
    data.groups = Some((0..80).map(|row| row % 2).collect());
    let told = holdout(&data, &spec::Split::default()).unwrap_err();
    assert_eq!(told.0[0].code, "too_few_groups");
}
