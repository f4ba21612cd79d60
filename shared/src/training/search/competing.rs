//! Which learners a search is among.

use crate::dataset::Target;
use crate::spec::{LearnerKind, Training};

/// The spec's learners that can predict the target and have hyper-parameters to be searched:
/// no baseline, and no blend.
pub(super) fn tunable<'a>(
    training: &'a Training,
    target: &Target,
) -> impl Iterator<Item = LearnerKind> + 'a {
    let task = target.task().map(|task| task.kind());
    let can = move |learner: &LearnerKind| {
        let apart = matches!(learner, LearnerKind::Baseline | LearnerKind::Blend);
        !apart && task.is_some_and(|task| learner.predicts(task))
    };
    training.learners.iter().copied().filter(can)
}
