//! Where each learner's good hyper-parameters are looked for, and what is tried first.

use serde_json::json;

use super::range::Range;
use super::tpe::Params;
use crate::spec::LearnerKind;

/// A learner's hyper-parameters, with the values that they may have.
pub(super) struct Space {
    /// The learner.
    pub(super) learner: LearnerKind,
    /// The values of each hyper-parameter.
    pub(super) ranges: Vec<(&'static str, Range)>,
}

/// The space of a learner; without ranges for one that has nothing to tune.
pub(super) fn of(learner: LearnerKind) -> Space {
    let ranges = match learner {
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
        LearnerKind::Baseline => Vec::new(),
    };
    Space { learner, ranges }
}

/// Hyper-parameters that are good on many data sets, the best first.
pub(super) fn portfolio(learner: LearnerKind) -> Vec<Params> {
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
        LearnerKind::Baseline => json!([]),
    };
    serde_json::from_value(listed).unwrap_or_default()
}
