use model_factory_tabular::spec::Spec;
use serde::Deserialize;

use super::*;

/// Written by `scripts/golden/isolation.py` with scikit-learn.
const GOLDEN: &str = include_str!("../../../tests/golden/isolation.json");

#[derive(Deserialize)]
struct Golden {
    x: Vec<f32>,
    queries: Vec<f32>,
    /// Of each node the feature, or −1 of a leaf; the threshold, or the leaf's path; and
    /// the right child.
    trees: Vec<Vec<(i32, f64, u32)>>,
    sample: usize,
    scores: Vec<f64>,
    offset: f64,
    training: Vec<f64>,
    sizes: Vec<usize>,
    paths: Vec<f64>,
}

fn golden() -> Golden {
    serde_json::from_str(GOLDEN).unwrap()
}

/// A cloud with a few rows far from it.
fn cloud() -> Matrix<f32> {
    let mut random = fastrand::Rng::with_seed(3);
    let mut values: Vec<f32> = (0..1_000).map(|_| random.f32() + random.f32()).collect();
    values.extend([6.0, 6.0, -5.0, 7.0, 8.0, -4.0]);
    Matrix::from_vec(values, 2)
}

fn fit(params: &IsolationParams) -> IsolationForest {
    let spec = Spec::default();
    IsolationForest::fit(&cloud(), params, &FitContext::new(&spec)).unwrap()
}

#[test]
fn mean_paths_are_those_of_scikit_learn() {
    let golden = golden();
    for (size, path) in golden.sizes.iter().zip(golden.paths) {
        assert!((mean_path(*size) - path).abs() < 1e-9, "{size}");
    }
}

#[test]
fn the_trees_of_scikit_learn_score_as_there() {
    let golden = golden();
    let node = |&(feature, value, right): &(i32, f64, u32)| Node {
        feature: u32::try_from(feature).unwrap_or(LEAF),
        right,
        value: value as f32,
    };
    let mut roots = Vec::new();
    let mut nodes = Vec::new();
    for tree in &golden.trees {
        roots.push(nodes.len() as u32);
        nodes.extend(tree.iter().map(node));
    }
    let usual_path = mean_path(golden.sample);
    let forest = IsolationForest { columns: 3, nodes, roots, usual_path, threshold: USUAL };
    let scores = forest.scores(&Matrix::from_vec(golden.queries, 3));
    for (score, golden) in scores.iter().zip(&golden.scores) {
        assert!((score - golden).abs() < 1e-6, "{score} is not {golden}");
    }
    let own = forest.scores(&Matrix::from_vec(golden.x, 3));
    assert!((thresholds::upper(&own, 0.15) + golden.offset).abs() < 1e-6);
    assert!((thresholds::upper(&golden.training, 0.15) + golden.offset).abs() < 1e-12);
}

#[test]
fn what_lies_far_out_has_the_highest_scores() {
    let forest = fit(&IsolationParams::default());
    let scores = forest.scores(&cloud());
    let (inside, outside) = scores.split_at(500);
    let highest = inside.iter().copied().fold(0.0, f64::max);
    assert!(outside.iter().all(|score| *score > highest && *score > 0.6), "{outside:?}");
    let found = inside.iter().filter(|score| **score > forest.threshold()).count();
    assert!(found < 100, "{found}");
}

#[test]
fn a_share_of_the_rows_is_taken_for_anomalies() {
    let contamination = Contamination::Share(0.1);
    let forest = fit(&IsolationParams { contamination, ..IsolationParams::default() });
    let scores = forest.scores(&cloud());
    let found = scores.iter().filter(|score| **score > forest.threshold()).count();
    // 0.1 of 503 rows, but for ties.
    assert!((48..=51).contains(&found), "{found}");
}

#[test]
fn it_is_read_back_as_it_was_and_refused_when_damaged() {
    let forest = fit(&IsolationParams { n_estimators: 7, ..IsolationParams::default() });
    let (header, payload) = forest.encode();
    assert_eq!(IsolationForest::decode(header.clone(), &payload), Some(forest));
    assert_eq!(IsolationForest::decode(header.clone(), &payload[12..]), None);
    let mut endless = payload.clone();
    // The root's right child is the root.
    endless[4..8].copy_from_slice(&0_u32.to_le_bytes());
    assert_eq!(IsolationForest::decode(header, &endless), None);
}

#[test]
fn threads_do_not_matter_and_rows_of_one_kind_are_no_anomalies() {
    let params = IsolationParams { n_estimators: 20, ..IsolationParams::default() };
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(fit(&params), alone.install(|| fit(&params)));
    let same = Matrix::from_vec(vec![1.0_f32; 100], 2);
    let spec = Spec::default();
    let forest = IsolationForest::fit(&same, &params, &FitContext::new(&spec)).unwrap();
    assert!(forest.scores(&same).iter().all(|score| *score <= 0.5));
}
