//! About how much memory a candidate's trial needs.

use super::study::AT_ONCE;
use crate::dataset::{Labelled, Values};
use crate::features::Encoding;
use crate::learners::Candidate;
use crate::spec::LearnerKind;

/// The most features that a category becomes.
const MAX_LEVELS: usize = 100;

/// The bytes that scoring the candidate takes at its peak, beside the data: features of
/// all folds that are scored at once, and what the learner makes of them.
pub(super) fn estimate(candidate: &Candidate, data: &Labelled) -> u64 {
    let cell = match candidate.learner.kind() {
        // Features, their copy in the library, and their bins.
        LearnerKind::Boosting => 4 + 4 + 2,
        // Features and their bins, of which each tree holds the order.
        LearnerKind::RandomForest | LearnerKind::ExtraTrees => 4 + 2 + 4,
        LearnerKind::Linear | LearnerKind::Svm | LearnerKind::Neighbours => 8 + 8,
        LearnerKind::NaiveBayes => 8,
        LearnerKind::Baseline => 0,
    };
    // Gradients or residuals, weights, and predictions of each class.
    let row = 8 * (4 + data.schema.task.classes().len());
    let features = width(candidate.encoding, data);
    (AT_ONCE * data.rows() * (features * cell + row)) as u64
}

/// The number of features that the inputs become at most.
fn width(encoding: Encoding, data: &Labelled) -> usize {
    let of_column = |values: &Values| match (encoding, values) {
        (Encoding::Native, _) => 1,
        (_, Values::Number(_)) => 1 + usize::from(values.missing() > 0),
        (_, Values::Category(categories)) => categories.levels.len().min(MAX_LEVELS),
    };
    data.inputs.columns().iter().map(|column| of_column(&column.values)).sum()
}
