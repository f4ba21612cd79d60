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

#[test]
fn both_sides_cover_all_rows_and_keep_the_class_shares() {
    let data = data(0..200);
    let split = holdout(&data, 0.2, 42);
    assert_eq!((split.train.len(), split.holdout.len()), (160, 40));
    let mut all = [split.train.clone(), split.holdout.clone()].concat();
    all.sort_unstable();
    assert_eq!(all, (0..200).collect::<Vec<_>>());
    assert_eq!(split.holdout.iter().filter(|row| **row % 10 == 0).count(), 4);
    assert_ne!(holdout(&data, 0.2, 43), split);
}

#[test]
fn a_row_keeps_its_side_when_rows_are_added_or_reordered() {
    let small = data(0..200);
    let large = data((0..400).rev());
    let held = |data: &Labelled| -> Vec<u64> {
        let hashes = data.row_hashes();
        let mut held: Vec<u64> =
            holdout(data, 0.2, 42).holdout.iter().map(|&row| hashes[row]).collect();
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
    let folds = folds(&data, 4, 1);
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
    let training = data.select(&holdout(&data, 0.2, 42).train);
    assert_eq!(training.rows(), 10, "one of each class");
    assert_eq!(holdout(&training, 0.2, 42).train.len(), 10);
    let sizes: Vec<usize> = folds(&training, 3, 1).iter().map(|fold| fold.holdout.len()).collect();
    assert_eq!(sizes, [4, 3, 3]);
}
