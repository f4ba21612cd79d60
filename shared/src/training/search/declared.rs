//! The spaces that the spec declares, checked against what the learners take.

use std::collections::BTreeMap;

use serde_json::Value;

use super::axis::Axis;
use super::build::{self, BALANCE};
use super::competing::tunable;
use super::range::{Range, same};
use super::space_error::SpaceError;
use super::tpe::Params;
use crate::dataset::Target;
use crate::learners::Candidate;
use crate::spec::{self, LearnerKind, Training};

/// The space of one learner as the spec declares it: what it does not name keeps its default.
pub(super) struct Declared {
    pub(super) learner: LearnerKind,
    /// None where the learner's own space is meant.
    pub(super) axes: Vec<Axis>,
}

/// The declared spaces of the learners that compete; none where the spec declares none.
///
/// # Errors
/// When it declares some, but none for a learner that competes, or a learner cannot have such
/// values.
pub(super) fn declared(training: &Training, target: &Target) -> Result<Vec<Declared>, SpaceError> {
    let mut declared = Vec::new();
    for (&learner, space) in &training.space {
        if tunable(training, target).any(|other| other == learner) {
            declared.push(Declared::of(learner, space)?);
        }
    }
    match declared.is_empty() && !training.space.is_empty() {
        true => Err(empty(training, target)),
        false => Ok(declared),
    }
}

/// That a learner that competes needs a space.
pub(super) fn empty(training: &Training, target: &Target) -> SpaceError {
    let learners: Vec<&str> = tunable(training, target).map(LearnerKind::name).collect();
    SpaceError::Empty { learners: learners.join(", ") }
}

impl Declared {
    fn of(learner: LearnerKind, space: &BTreeMap<String, spec::Axis>) -> Result<Self, SpaceError> {
        let mut axes: Vec<Axis> = Vec::with_capacity(space.len());
        for (name, written) in space {
            let axis = Axis::of(learner, name, written)?;
            if axes.iter().any(|other| other.name == axis.name) {
                return Err(SpaceError::Twice { learner: learner.name(), name: axis.name });
            }
            axes.push(axis);
        }
        Ok(Self { learner, axes })
    }

    /// Whether each hyper-parameter has a list of values.
    pub(super) fn is_of_lists(&self) -> bool {
        let is_list = |axis: &Axis| matches!(axis.range, Range::Choice(_));
        !self.axes.is_empty() && self.axes.iter().all(is_list)
    }

    /// Whether the hyper-parameters of one of the learner's candidates lie in the space: what
    /// it does not name has its default. How rare classes count is not asked.
    pub(super) fn contains(&self, candidate: &Candidate) -> bool {
        self.axes.is_empty() || self.contains_params(build::params(candidate))
    }

    /// The same of hyper-parameters, where others have their defaults.
    pub(super) fn contains_params(&self, given: Params) -> bool {
        let usual = usual(self.learner);
        let all: Params = usual.clone().into_iter().chain(given).collect();
        let is_named = |name: &str| self.axes.iter().any(|axis| axis.name == name);
        let inside = |axis: &Axis| {
            all.get(axis.name).is_some_and(|value| axis.range.position(value).is_some())
        };
        let is_usual = |(name, value): (&String, &Value)| {
            name == BALANCE || is_named(name) || usual.get(name).is_some_and(|it| same(it, value))
        };
        self.axes.iter().all(inside) && all.iter().all(is_usual)
    }
}

/// The learner's defaults.
fn usual(learner: LearnerKind) -> Params {
    build::candidate(learner, &Params::new()).map(|usual| build::params(&usual)).unwrap_or_default()
}
