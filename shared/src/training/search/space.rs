//! Where each learner's good hyper-parameters are looked for, and what is tried first.

use std::collections::VecDeque;

use serde_json::json;

use super::build::{BALANCE, ENCODING};
use super::competing::tunable;
use super::declared::Declared;
use super::range::Range;
use super::tpe::Params;
use crate::dataset::{Labelled, Target, Values};
use crate::features::Encoding;
use crate::learners::Balance;
use crate::spec::{BalanceChoice, LearnerKind, Training};

/// From this many rows on, rare classes get no synthetic rows unless the spec wants them:
/// each is made from its nearest neighbours.
const MANY_ROWS: usize = 20_000;

/// Categories of more levels than this may tell trees more by their target means.
const MANY_LEVELS: usize = 10;

/// A learner's hyper-parameters, with the values that they may have.
pub(super) struct Space {
    /// The learner.
    pub(super) learner: LearnerKind,
    /// The values of each hyper-parameter.
    pub(super) ranges: Vec<(&'static str, Range)>,
    /// Hyper-parameters that are good on many data sets, the best first.
    pub(super) portfolio: VecDeque<Params>,
}

impl Space {
    /// The space of a learner, which sees the columns in one of these encodings, and whose
    /// rare classes are made to count in one of these ways.
    pub(super) fn new(learner: LearnerKind, encodings: &[Encoding], balances: &[Balance]) -> Self {
        let mut ranges = ranges(learner);
        let mut portfolio = portfolio(learner);
        // The usual hyper-parameters with each encoding, before others.
        if let Some(first) = portfolio.front().cloned() {
            for encoding in encodings.iter().skip(1).rev() {
                let mut params = first.clone();
                params.insert(ENCODING.to_owned(), encoding.name().into());
                portfolio.insert(1, params);
            }
        }
        if encodings.len() > 1 {
            ranges.push((ENCODING, Range::choice(encodings.iter().map(|it| it.name()))));
        }
        Self { learner, ranges, portfolio }.balanced(balances)
    }

    /// A declared space. What of the learner's portfolio lies in it is tried first, else its
    /// middle.
    fn declared(declared: &Declared, balances: &[Balance]) -> Self {
        let learner = declared.learner;
        let axes = declared.axes.iter();
        let ranges: Vec<(&'static str, Range)> =
            axes.map(|axis| (axis.name, axis.range.clone())).collect();
        let mut portfolio = portfolio(learner);
        portfolio.retain(|params| declared.contains_params(params.clone()));
        if portfolio.is_empty() {
            let middle = |(name, range): &(&str, Range)| ((*name).to_owned(), range.middle());
            portfolio.push_back(ranges.iter().map(middle).collect());
        }
        let says_how = ranges.iter().any(|(name, _)| *name == BALANCE);
        let space = Self { learner, ranges, portfolio };
        if says_how { space } else { space.balanced(balances) }
    }

    /// The same, in which rare classes count in one of these ways, at first in the usual one.
    fn balanced(mut self, balances: &[Balance]) -> Self {
        self.ranges.push((BALANCE, Range::choice(balances.iter().map(|it| it.name()))));
        if let Some(usual) = balances.first() {
            for params in &mut self.portfolio {
                params.insert(BALANCE.to_owned(), usual.name().into());
            }
        }
        self
    }
}

/// The spaces of the spec's learners that can predict the target, but for the baseline's: those
/// that are declared, if some are.
pub(super) fn spaces(training: &Training, data: &Labelled, declared: &[Declared]) -> Vec<Space> {
    let balances = balances(training.balance, &data.target);
    let own = |learner| Space::new(learner, encodings(learner, data), balances);
    if declared.is_empty() {
        return tunable(training, &data.target).map(own).collect();
    }
    let space = |declared: &Declared| match declared.axes.is_empty() {
        true => own(declared.learner),
        false => Space::declared(declared, balances),
    };
    declared.iter().map(space).collect()
}

/// The ways in which a learner may see the columns, the usual one first.
fn encodings(learner: LearnerKind, data: &Labelled) -> &'static [Encoding] {
    let is_wide = |values: &Values| match values {
        Values::Number(_) => false,
        Values::Category(categories) => categories.levels.len() > MANY_LEVELS,
    };
    match learner {
        LearnerKind::Boosting | LearnerKind::RandomForest | LearnerKind::ExtraTrees => {
            match data.inputs.columns().iter().any(|column| is_wide(&column.values)) {
                true => &[Encoding::Native, Encoding::Target],
                false => &[Encoding::Native],
            }
        }
        LearnerKind::Linear | LearnerKind::Svm | LearnerKind::Neighbours => {
            &[Encoding::Standardised, Encoding::Normalised]
        }
        LearnerKind::NaiveBayes | LearnerKind::Baseline | LearnerKind::Blend => &[],
        LearnerKind::IsolationForest
        | LearnerKind::RobustZ
        | LearnerKind::KMeans
        | LearnerKind::Dbscan => &[Encoding::Scaled],
    }
}

/// The ways to make rare classes count that are tried on these rows, the usual one first.
pub(super) fn balances(choice: BalanceChoice, target: &Target) -> &'static [Balance] {
    match (target, choice) {
        (Target::Values(_) | Target::Absent { .. }, _) | (_, BalanceChoice::None) => {
            &[Balance::None]
        }
        (_, BalanceChoice::ClassWeight) => &[Balance::ClassWeight],
        (_, BalanceChoice::Smote) => &[Balance::Smote],
        (Target::Classes { classes, labels }, BalanceChoice::Auto) => {
            let mut counts = vec![0_usize; classes.len()];
            for &label in labels {
                if let Some(count) = counts.get_mut(label) {
                    *count += 1;
                }
            }
            // Less than half of the rows that it would have if all had as many.
            match counts.iter().any(|count| 2 * count * classes.len() < labels.len()) {
                true if labels.len() < MANY_ROWS => &Balance::ALL,
                true => &[Balance::None, Balance::ClassWeight],
                false => &[Balance::None],
            }
        }
    }
}

fn ranges(learner: LearnerKind) -> Vec<(&'static str, Range)> {
    match learner {
        LearnerKind::Boosting => vec![
            ("eta", Range::Log(0.02, 0.3)),
            ("max_depth", Range::Integer(2, 10)),
            ("min_child_weight", Range::Log(0.001, 30.0)),
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
        LearnerKind::Svm => vec![("C", Range::Log(0.03, 100.0)), ("gamma", Range::Log(1e-4, 1.0))],
        LearnerKind::Neighbours => vec![
            ("n_neighbors", Range::Integer(1, 60)),
            ("weights", Range::choice(["uniform", "distance"])),
        ],
        LearnerKind::NaiveBayes => {
            vec![("var_smoothing", Range::Log(1e-9, 0.1)), ("alpha", Range::Log(0.01, 10.0))]
        }
        LearnerKind::IsolationForest
        | LearnerKind::RobustZ
        | LearnerKind::KMeans
        | LearnerKind::Dbscan
        | LearnerKind::Baseline
        | LearnerKind::Blend => Vec::new(),
    }
}

fn portfolio(learner: LearnerKind) -> VecDeque<Params> {
    let listed = match learner {
        LearnerKind::Boosting => json!([
            { "eta": 0.1, "max_depth": 6 },
            {
                "eta": 0.06, "max_depth": 4, "min_child_weight": 3.0, "subsample": 0.8,
                "colsample_bytree": 0.7, "reg_lambda": 3.0
            },
            { "eta": 0.1, "max_depth": 2, "subsample": 0.7, "colsample_bytree": 0.6 },
            // Few rows of classes that are told apart with ease weigh little in a leaf.
            {
                "eta": 0.1, "max_depth": 4, "min_child_weight": 0.001, "subsample": 0.7,
                "colsample_bytree": 0.5
            },
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
        LearnerKind::Svm => json!([{ "C": 1.0 }, { "C": 10.0, "gamma": 0.01 }]),
        LearnerKind::Neighbours => json!([{ "n_neighbors": 15, "weights": "distance" }]),
        LearnerKind::NaiveBayes => json!([{}]),
        LearnerKind::IsolationForest
        | LearnerKind::RobustZ
        | LearnerKind::KMeans
        | LearnerKind::Dbscan
        | LearnerKind::Baseline
        | LearnerKind::Blend => json!([]),
    };
    serde_json::from_value(listed).unwrap_or_default()
}
