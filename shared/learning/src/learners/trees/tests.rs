use proptest::prelude::*;

use super::*;

const NAN: f32 = f32::NAN;

/// Below 2.5 of feature 0: by codes {1, 65} of feature 1 (missing left), answering
/// (1, 0) or (0, 1); else (0.5, 0.5).
fn tree() -> Tree {
    let mut tree = Tree::new(2);
    let below = Split::Below { feature: 0, threshold: 2.5, missing_left: false };
    let child = tree.set_split(0, below, 3.0);
    let codes = Split::Codes { feature: 1, left: [1 << 1, 1 << 1, 0, 0], missing_left: true };
    let grandchild = tree.set_split(child, codes, 1.0);
    tree.set_leaf(grandchild, [1.0, 0.0].into_iter(), 2.0);
    tree.set_leaf(grandchild + 1, [0.0, 1.0].into_iter(), 1.0);
    tree.set_leaf(child + 1, [0.5, 0.5].into_iter(), 4.0);
    tree
}

fn stump(threshold: f32) -> Tree {
    let mut tree = Tree::new(2);
    let below = Split::Below { feature: 1, threshold, missing_left: true };
    let child = tree.set_split(0, below, 1.0);
    tree.set_leaf(child, [0.0, 0.0].into_iter(), 5.0);
    tree.set_leaf(child + 1, [2.0, 4.0].into_iter(), 2.0);
    tree
}

#[test]
fn rows_reach_their_leaves() {
    let ensemble = TreeEnsemble::new(2, 2, vec![tree(), stump(1.5)]);
    for (row, answers) in [
        ([1.0, 1.0], [0.5, 0.0]),
        ([2.499, 65.0], [1.5, 2.0]),
        ([1.0, 64.0], [1.0, 2.5]),
        ([1.0, NAN], [0.5, 0.0]),
        ([1.0, -1.0], [0.5, 0.0]),
        ([1.0, 1e9], [1.5, 2.0]),
        ([2.5, 1.0], [0.25, 0.25]),
        ([NAN, 1.0], [0.25, 0.25]),
        ([f32::MAX, 2.0], [1.25, 2.25]),
    ] {
        assert_eq!(ensemble.predict_rows(&row), answers, "{row:?}");
    }
}

#[test]
fn gains_add_up_and_covers_are_of_the_leaves_below() {
    let ensemble = TreeEnsemble::new(2, 2, vec![tree(), stump(1.5)]);
    assert_eq!(ensemble.gains(), [3.0, 2.0]);
    assert_eq!(ensemble.covers, [7.0, 3.0, 4.0, 2.0, 1.0, 7.0, 5.0, 2.0]);
    assert_eq!((ensemble.trees(), ensemble.nodes()), (2, 8));
}

/// Trees of a random shape that read three features.
fn any_tree(outputs: usize) -> impl Strategy<Value = Tree> {
    any::<u64>().prop_map(move |seed| {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut tree = Tree::new(3);
        let mut open = vec![(0, 0)];
        while let Some((node, depth)) = open.pop() {
            if random.u8(..8) < depth {
                let answers: Vec<f32> = (0..outputs).map(|_| random.f32()).collect();
                tree.set_leaf(node, answers.into_iter(), 1.0 + f32::from(random.u8(..4)));
                continue;
            }
            let (feature, missing_left) = (random.usize(..3), random.bool());
            let split = match random.bool() {
                true => Split::Below { feature, threshold: random.f32() * 8.0, missing_left },
                false => {
                    let left = [random.u64(..), random.u64(..), 0, 1];
                    Split::Codes { feature, left, missing_left }
                }
            };
            let child = tree.set_split(node, split, random.f64());
            open.extend([(child + 1, depth + 1), (child, depth + 1)]);
        }
        tree
    })
}

fn any_ensemble() -> impl Strategy<Value = TreeEnsemble> {
    (1_usize..4).prop_flat_map(|outputs| {
        proptest::collection::vec(any_tree(outputs), 1..20)
            .prop_map(move |trees| TreeEnsemble::new(3, outputs, trees))
    })
}

/// The mean answer (of the first output) when only the features in `known` are looked
/// at; at other splits, rows go down both sides as the training rows did.
fn expected_given(ensemble: &TreeEnsemble, at: u32, row: &[f32], known: &[usize]) -> f64 {
    let node = &ensemble.nodes[at as usize];
    let cover = |at: u32| f64::from(ensemble.covers[at as usize]);
    if node.is_leaf() {
        f64::from(ensemble.answers(node)[0])
    } else if known.contains(&node.feature()) {
        expected_given(ensemble, node.next(row, &ensemble.sets), row, known)
    } else {
        [node.child, node.child + 1]
            .map(|child| cover(child) / cover(at) * expected_given(ensemble, child, row, known))
            .iter()
            .sum()
    }
}

/// Shapley's definition, over all orders in which three features become known.
fn shapley(ensemble: &TreeEnsemble, row: &[f32]) -> [f64; 3] {
    let value = |known: &[usize]| -> f64 {
        let trees = ensemble.roots.iter().map(|&root| expected_given(ensemble, root, row, known));
        trees.sum::<f64>() / ensemble.trees() as f64
    };
    let mut values = [0.0; 3];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        for (place, &feature) in order.iter().enumerate() {
            values[feature] += (value(&order[..=place]) - value(&order[..place])) / 6.0;
        }
    }
    values
}

fn any_value() -> impl Strategy<Value = f32> {
    prop_oneof![4 => -1.0_f32..9.0, 2 => (0_u8..80).prop_map(f32::from), 1 => Just(NAN)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_row_alone_is_answered_as_among_others(
        ensemble in any_ensemble(),
        rows in proptest::collection::vec(any_value(), 0..100),
    ) {
        let rows = &rows[..rows.len() / 3 * 3];
        let together = ensemble.predict_rows(rows);
        for (row, expected) in rows.chunks(3).zip(together.chunks(ensemble.outputs())) {
            prop_assert_eq!(&ensemble.predict_rows(row)[..], expected);
        }
    }

    #[test]
    fn trees_read_back(ensemble in any_ensemble(), rows in proptest::collection::vec(any_value(), 30)) {
        let bytes = ensemble.encode().unwrap();
        let again = TreeEnsemble::decode(&bytes).unwrap();
        prop_assert_eq!(again.predict_rows(&rows), ensemble.predict_rows(&rows));
        prop_assert_eq!(&again.covers, &ensemble.covers);
        prop_assert_eq!(again.gains(), ensemble.gains());
        prop_assert_eq!(again.encode().unwrap(), bytes);
    }

    #[test]
    fn contributions_are_shapley_values(
        ensemble in any_ensemble(),
        row in proptest::collection::vec(any_value(), 3),
    ) {
        let mut contributions = vec![0.0; 3 * ensemble.outputs()];
        ensemble.explain_row(&row, &mut contributions);
        for (found, exact) in contributions.iter().zip(shapley(&ensemble, &row)) {
            prop_assert!((found - exact).abs() < 1e-9, "{found} is not {exact}");
        }
        let answers = ensemble.predict_rows(&row);
        for ((expected, answer), values) in
            ensemble.expected().iter().zip(answers).zip(contributions.chunks(3))
        {
            prop_assert!((expected + values.iter().sum::<f64>() - answer).abs() < 1e-9);
        }
    }

    /// The content is damaged, not the compressed bytes, of which the checksum-free
    /// unpacking would refuse most.
    #[test]
    fn damaged_trees_are_refused_or_answer(
        ensemble in any_ensemble(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
        cuts in any::<bool>(),
    ) {
        let bytes = ensemble.encode().unwrap();
        let mut content = zstd::stream::decode_all(&bytes[4..]).unwrap();
        for (place, byte) in damage {
            let place = place.index(content.len());
            content[place] = byte;
        }
        if cuts {
            content.truncate(cut.index(content.len()));
        }
        let mut damaged = bytes[..4].to_vec();
        damaged.extend(zstd::bulk::compress(&content, 1).unwrap());
        if let Ok(trees) = TreeEnsemble::decode(&damaged) {
            let rows = vec![0.5; trees.features().clamp(1, 1000) * 2];
            prop_assert!(trees.predict_rows(&rows).len() >= trees.outputs());
        }
    }

    #[test]
    fn any_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(TreeEnsemble::decode(&bytes).is_err());
        let mut marked = b"TRE\x01".to_vec();
        marked.extend(&bytes);
        prop_assert!(TreeEnsemble::decode(&marked).is_err());
    }
}
