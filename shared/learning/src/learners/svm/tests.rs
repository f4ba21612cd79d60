use serde::Deserialize;

use super::*;
use crate::learners::Deadline;
use model_factory_tabular::dataset::Target;
use model_factory_tabular::spec::Spec;

/// Written by `scripts/golden/svm.py` with scikit-learn.
const GOLDEN: &str = include_str!("../../../tests/golden/svm.json");

#[derive(Deserialize)]
struct Golden {
    x: Vec<f64>,
    binary: Vec<usize>,
    multi: Vec<usize>,
    number: Vec<f64>,
    weights: Vec<f64>,
    cases: Vec<Case>,
}

#[derive(Debug, Deserialize)]
struct Case {
    task: String,
    params: SvmParams,
    weighted: bool,
    /// Of each row the decision between each two classes, or the number.
    decisions: Vec<f64>,
}

fn classes(labels: &[usize]) -> Target {
    let count = labels.iter().max().unwrap() + 1;
    let classes = (0..count).map(|class| class.to_string()).collect();
    Target::Classes { classes, labels: labels.to_vec() }
}

fn examples(golden: &Golden, task: &str, weighted: bool) -> Examples<f64> {
    Examples {
        features: Matrix::from_vec(golden.x.clone(), 3),
        target: match task {
            "binary" => classes(&golden.binary),
            "multi" => classes(&golden.multi),
            _ => Target::Values(golden.number.clone()),
        },
        weights: weighted.then(|| golden.weights.clone()),
    }
}

fn fit(examples: &Examples<f64>, params: &SvmParams) -> Result<SvmModel, FitError> {
    SvmModel::fit(examples, params, &FitContext::new(&Spec::default()))
}

fn golden() -> Golden {
    serde_json::from_str(GOLDEN).unwrap()
}

#[test]
fn decisions_are_those_of_scikit_learn() {
    let golden = golden();
    for case in &golden.cases {
        let examples = examples(&golden, &case.task, case.weighted);
        let model = fit(&examples, &case.params).unwrap();
        let found: Vec<f64> = match &model.decisions {
            Decisions::Value { .. } => model.predict(&examples.features, 0),
            Decisions::Classes(pairs) => {
                let vectors = Rows::new(&model.vectors, model.columns);
                let rows = examples.features.iter_rows();
                rows.flat_map(|row| {
                    let kernels: Vec<f64> =
                        model.kernel.with_all(row, vectors, &model.squares).collect();
                    pairs.iter().map(|pair| pair.function.at(&kernels)).collect::<Vec<_>>()
                })
                .collect()
            }
        };
        assert_eq!(found.len(), case.decisions.len());
        for (found, golden) in found.iter().zip(&case.decisions) {
            // Both stop where the conditions are violated by 1e-3.
            assert!(
                (found - golden).abs() < 5e-3 * (1.0 + golden.abs()),
                "{found} is not {golden} in {case:?}"
            );
        }
    }
}

#[test]
fn probabilities_agree_with_the_decisions_and_with_the_classes() {
    let golden = golden();
    for (task, count) in [("binary", 2), ("multi", 3)] {
        let examples = examples(&golden, task, false);
        let model = fit(&examples, &SvmParams::default()).unwrap();
        let probabilities = model.predict(&examples.features, count);
        let Target::Classes { labels, .. } = &examples.target else { unreachable!() };
        let (mut loss, mut right) = (0.0, 0);
        for (row, &label) in probabilities.chunks(count).zip(labels) {
            assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            loss -= row[label].ln() / labels.len() as f64;
            right += usize::from(row.iter().all(|&other| other <= row[label]));
        }
        assert!(right * 10 > labels.len() * 8, "{task}: {right} of {}", labels.len());
        assert!(loss < 0.6 * (count as f64).ln(), "{task}: log loss {loss}");
    }
}

#[test]
fn a_class_without_rows_is_never_answered() {
    let golden = golden();
    let mut examples = examples(&golden, "binary", false);
    let labels: Vec<usize> = golden.binary.iter().map(|label| 2 * label).collect();
    examples.target = classes(&labels);
    let probabilities =
        fit(&examples, &SvmParams::default()).unwrap().predict(&examples.features, 3);
    assert!(
        probabilities.chunks(3).all(|row| row[1] == 0.0 && (row[0] + row[2] - 1.0).abs() < 1e-12)
    );
}

#[test]
fn a_model_reads_back_and_damage_is_seen() {
    let golden = golden();
    for (task, count) in [("binary", 2), ("multi", 3), ("number", 0)] {
        let model = fit(&examples(&golden, task, false), &SvmParams::default()).unwrap();
        let (header, payload) = model.encode();
        let text = serde_json::to_string(&header).unwrap();
        let header: SvmHeader = serde_json::from_str(&text).unwrap();
        assert_eq!(SvmModel::decode(header.clone(), &payload, count).unwrap(), model);
        let (_, shorter) = payload.split_first().unwrap();
        assert_eq!(SvmModel::decode(header.clone(), shorter, count), None);
        assert_eq!(SvmModel::decode(header, &payload, if count == 0 { 2 } else { 0 }), None);
    }
}

#[test]
fn a_small_cache_changes_nothing() {
    let golden = golden();
    let rows = Rows::new(&golden.x, 3);
    let kernel = Kernel::Rbf { gamma: 0.5 };
    let mut all = kernel::KernelMatrix::new(kernel, rows);
    let mut few = kernel::KernelMatrix::keeping(3, kernel, rows);
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..500 {
        let (first, second) = (random.usize(..rows.len()), random.usize(..rows.len()));
        assert_eq!(few.rows(first, second), all.rows(first, second));
    }
}

#[test]
fn a_row_without_weight_has_no_part_in_a_model() {
    let golden = golden();
    let mut examples = examples(&golden, "binary", false);
    let without = fit(&examples, &SvmParams::default()).unwrap();
    let (Target::Classes { classes, mut labels }, mut values) =
        (examples.target, examples.features.into_vec())
    else {
        unreachable!()
    };
    labels.extend([0, 1]);
    values.extend([9.0, 9.0, 9.0, -9.0, 9.0, 0.0]);
    examples = Examples {
        features: Matrix::from_vec(values, 3),
        target: Target::Classes { classes, labels },
        weights: Some([vec![1.0; 90], vec![0.0; 2]].concat()),
    };
    let gamma = match without.kernel {
        Kernel::Rbf { gamma } => Gamma::Value(gamma),
        Kernel::Linear => unreachable!(),
    };
    let with = fit(&examples, &SvmParams { gamma, ..SvmParams::default() }).unwrap();
    let rho = |model: &SvmModel| match &model.decisions {
        Decisions::Classes(pairs) => pairs[0].function.rho,
        Decisions::Value { function, .. } => function.rho,
    };
    assert_eq!(with.vectors, without.vectors);
    assert!((rho(&with) - rho(&without)).abs() < 1e-12);
}

#[test]
fn what_cannot_be_fitted_is_said() {
    let golden = golden();
    let message = |params: SvmParams| {
        fit(&examples(&golden, "binary", false), &params).unwrap_err().to_string()
    };
    assert!(message(SvmParams { c: 0.0, ..SvmParams::default() }).contains("`C` is 0"));
    let gamma = Gamma::Value(-1.0);
    assert!(message(SvmParams { gamma, ..SvmParams::default() }).contains("`gamma` is -1"));
    let many = Examples {
        features: Matrix::zeros(MAX_ROWS + 1, 1),
        target: Target::Values(vec![0.0; MAX_ROWS + 1]),
        weights: None,
    };
    assert!(fit(&many, &SvmParams::default()).unwrap_err().to_string().contains("10001 rows"));
    let spec = Spec::default();
    let context =
        FitContext { deadline: Deadline::at(std::time::Instant::now()), ..FitContext::new(&spec) };
    let late = SvmModel::fit(&examples(&golden, "multi", false), &SvmParams::default(), &context);
    assert!(matches!(late, Err(FitError::Deadline)));
}

#[test]
fn hyper_parameters_are_read_by_the_names_of_scikit_learn() {
    let read = |text: &str| serde_json::from_str::<SvmParams>(text);
    let params = read(r#"{"C": 10, "gamma": 0.5, "kernel": "rbf"}"#).unwrap();
    assert_eq!(params.to_string(), "kernel=rbf C=10 gamma=0.5");
    assert_eq!(read(r#"{"gamma": "scale"}"#).unwrap(), SvmParams::default());
    assert!(read(r#"{"gamma": "auto"}"#).is_err());
    assert!(read(r#"{"cost": 1}"#).is_err());
}
