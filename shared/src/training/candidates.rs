//! The candidates that compete.

use crate::dataset::Task;
use crate::learners::{
    BoostingParams, Candidate, Learner, LinearParams, NaiveBayesParams, NeighboursParams,
    SvmParams, Vote,
};
use crate::spec::{LearnerKind, Spec};

/// The candidates of the spec's learners that can predict the target, and always the
/// baseline.
pub(super) fn of(spec: &Spec, task: &Task) -> Vec<Candidate> {
    let boosting = |max_depth, eta, min_child_weight| {
        let params = BoostingParams { max_depth, eta, min_child_weight, ..Default::default() };
        Candidate::from(Learner::Boosting(params))
    };
    let linear =
        |alpha| Candidate::from(Learner::Linear(LinearParams { alpha, ..LinearParams::default() }));
    let mut candidates: Vec<Candidate> = spec
        .training
        .learners
        .iter()
        .flat_map(|learner| match learner {
            LearnerKind::Boosting => {
                vec![boosting(6, 0.1, 1.0), boosting(4, 0.1, 1.0), boosting(3, 0.1, 5.0)]
            }
            LearnerKind::RandomForest => vec![Learner::RandomForest(Default::default()).into()],
            LearnerKind::ExtraTrees => vec![Learner::ExtraTrees(Default::default()).into()],
            LearnerKind::Linear => vec![linear(1.0), linear(10.0)],
            LearnerKind::Svm => vec![Learner::Svm(SvmParams::default()).into()],
            LearnerKind::Neighbours => vec![
                Learner::Neighbours(NeighboursParams { n_neighbors: 15, weights: Vote::Distance })
                    .into(),
            ],
            LearnerKind::NaiveBayes => {
                vec![Learner::NaiveBayes(NaiveBayesParams::default()).into()]
            }
            LearnerKind::Baseline => Vec::new(),
        })
        .filter(|candidate: &Candidate| candidate.learner.predicts(task))
        .collect();
    candidates.push(Learner::Baseline.into());
    candidates
}
