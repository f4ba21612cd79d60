//! Where each learner's good hyper-parameters are looked for, and what is tried first.

use serde_json::json;

use super::build::BALANCE;
use super::range::Range;
use super::tpe::Params;
use crate::dataset::Target;
use crate::learners::Balance;
use crate::spec::{BalanceChoice, LearnerKind};

/// A learner's hyper-parameters, with the values that they may have.
pub(super) struct Space {
    /// The learner.
    pub(super) learner: LearnerKind,
    /// The values of each hyper-parameter.
    pub(super) ranges: Vec<(&'static str, Range)>,
}

/// The space of a learner, of which `balances` are part where there is a choice; without
/// ranges for one that has nothing to tune.
pub(super) fn of(learner: LearnerKind, balances: &[Balance]) -> Space {
    let mut ranges = match learner {
        LearnerKind::Boosting => vec![
            ("eta", Range::Log(0.02, 0.3)),
            ("max_depth", Range::Integer(2, 10)),
            ("min_child_weight", Range::Log(0.5, 30.0)),
            ("subsample", Range::Linear(0.5, 1.0)),
            ("colsample_bytree", Range::Linear(0.3, 1.0)),
            ("reg_lambda", Range::Log(0.01, 30.0)),
            ("reg_alpha", Range::Log(0.001, 10.0)),
        ],
        LearnerKind::RandomForest | LearnerKind::ExtraTrees => vec![
            ("n_estimators", Range::choice([200])),
            ("min_samples_leaf", Range::Integer(1, 20)),
            ("max_features", Range::Linear(0.1, 1.0)),
        ],
        LearnerKind::Linear => {
            vec![("alpha", Range::Log(1e-4, 1e3)), ("l1_ratio", Range::choice([0.0, 0.5, 1.0]))]
        }
        LearnerKind::Svm => vec![("C", Range::Log(0.01, 1e3)), ("gamma", Range::Log(1e-4, 1.0))],
        LearnerKind::Neighbours => vec![
            ("n_neighbors", Range::Integer(1, 50)),
            ("weights", Range::choice(["uniform", "distance"])),
        ],
        LearnerKind::NaiveBayes => {
            vec![("var_smoothing", Range::Log(1e-10, 1.0)), ("alpha", Range::Log(0.01, 10.0))]
        }
        LearnerKind::Baseline => Vec::new(),
    };
    if let [_, _, ..] = balances {
        ranges.push((BALANCE, Range::choice(balances.iter().map(|balance| balance.name()))));
    }
    Space { learner, ranges }
}

/// Hyper-parameters that are good on many data sets, the best first.
pub(super) fn portfolio(learner: LearnerKind, balances: &[Balance]) -> Vec<Params> {
    let listed = match learner {
        LearnerKind::Boosting => json!([
            { "eta": 0.1, "max_depth": 6 },
            {
                "eta": 0.06, "max_depth": 4, "min_child_weight": 3.0, "subsample": 0.8,
                "colsample_bytree": 0.7, "reg_lambda": 3.0
            },
            { "eta": 0.1, "max_depth": 2, "subsample": 0.7, "colsample_bytree": 0.6 },
        ]),
        LearnerKind::RandomForest => json!([
            { "n_estimators": 200, "min_samples_leaf": 2 },
            { "n_estimators": 200, "min_samples_leaf": 5, "max_features": 0.5 },
        ]),
        LearnerKind::ExtraTrees => json!([
            { "n_estimators": 200, "min_samples_leaf": 2 },
            { "n_estimators": 200, "min_samples_leaf": 3, "max_features": 0.7 },
        ]),
        LearnerKind::Linear => json!([{ "alpha": 1.0 }, { "alpha": 0.01, "l1_ratio": 0.5 }]),
        LearnerKind::Svm => json!([{}, { "C": 10.0 }]),
        LearnerKind::Neighbours => json!([{ "n_neighbors": 15, "weights": "distance" }]),
        LearnerKind::NaiveBayes => json!([{}]),
        LearnerKind::Baseline => json!([]),
    };
    let mut portfolio: Vec<Params> = serde_json::from_value(listed).unwrap_or_default();
    if let Some(usual) = balances.first() {
        for params in &mut portfolio {
            params.insert(BALANCE.to_owned(), usual.name().into());
        }
    }
    portfolio
}

/// The ways to make rare classes count that are tried on these rows, the usual one first.
pub(super) fn balances(choice: BalanceChoice, target: &Target) -> Vec<Balance> {
    match choice {
        BalanceChoice::None => vec![Balance::None],
        BalanceChoice::ClassWeight => vec![Balance::ClassWeight],
        BalanceChoice::Smote => vec![Balance::Smote],
        BalanceChoice::Auto if has_rare_class(target) => {
            vec![Balance::None, Balance::ClassWeight, Balance::Smote]
        }
        BalanceChoice::Auto => vec![Balance::None],
    }
}

/// Whether a class has less than half of the rows that it would have if all had as many.
fn has_rare_class(target: &Target) -> bool {
    let Target::Classes { classes, labels } = target else { return false };
    let mut counts = vec![0_usize; classes.len()];
    for &label in labels {
        if let Some(count) = counts.get_mut(label) {
            *count += 1;
        }
    }
    counts.iter().any(|count| 2 * count * classes.len() < labels.len())
}
