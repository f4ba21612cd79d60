//! What is tried next.

use super::range::Range;
use super::space::Space;
use super::study::Study;
use super::tpe::Params;
use super::{build, tpe};
use crate::learners::Candidate;
use crate::spec::LearnerKind;

/// How often a learner's space is drawn from for a candidate that has not been tried.
const DRAWS: usize = 20;

/// How many of these draws are estimated. Estimates of many trials come together where all has
/// been tried; the others are uniform.
pub(super) const ESTIMATES: usize = 10;

/// How many of each learner's trials are drawn uniformly before estimators take over.
const UNIFORM: usize = 5;

/// The name of the choice among learners.
const LEARNER: &str = "learner";

/// A way to choose candidates.
pub(super) trait Propose {
    /// The next candidate, given the trials so far; `None` when there is none left.
    fn next(&mut self, study: &Study<'_>) -> Option<Candidate>;

    /// How many candidates there are in all; `None` when there is no end.
    fn total(&self) -> Option<usize> {
        None
    }
}

/// Uniform draws: a learner, then its hyper-parameters.
pub(super) struct Random {
    spaces: Vec<Space>,
    random: fastrand::Rng,
}

impl Random {
    pub(super) fn new(spaces: Vec<Space>, seed: u64) -> Self {
        Self { spaces, random: fastrand::Rng::with_seed(seed) }
    }
}

impl Propose for Random {
    fn next(&mut self, study: &Study<'_>) -> Option<Candidate> {
        let count = self.spaces.len();
        untried(study, || {
            let space = self.spaces.get(self.random.usize(..count.max(1)))?;
            Some((space.learner, uniform(space, &mut self.random)))
        })
    }
}

/// Tree-structured Parzen estimators: of the learner, then of its hyper-parameters.
pub(super) struct Tpe {
    spaces: Vec<Space>,
    random: fastrand::Rng,
}

impl Tpe {
    pub(super) fn new(spaces: Vec<Space>, seed: u64) -> Self {
        Self { spaces, random: fastrand::Rng::with_seed(seed) }
    }
}

impl Propose for Tpe {
    fn next(&mut self, study: &Study<'_>) -> Option<Candidate> {
        let count = self.spaces.len();
        let mut draws = 0;
        untried(study, || {
            let ranked: Vec<Params> = study
                .ranked()
                .into_iter()
                .map(|entry| entry.candidate.learner.kind())
                .filter(|learner| *learner != LearnerKind::Baseline)
                .map(|learner| Params::from([(LEARNER.to_owned(), learner.name().into())]))
                .collect();
            draws += 1;
            if ranked.len() < UNIFORM * count || draws > ESTIMATES {
                // Each learner in turn, so that all are known; of one, all may have been tried.
                let space = self.spaces.get((ranked.len() + draws - 1) % count.max(1))?;
                return Some((space.learner, uniform(space, &mut self.random)));
            }
            let names = Range::choice(self.spaces.iter().map(|space| space.learner.name()));
            let chosen = tpe::suggest(&[(LEARNER, names)], &ranked, &mut self.random);
            let name = chosen.get(LEARNER)?;
            let space = self.spaces.iter().find(|space| name == space.learner.name())?;
            Some((space.learner, estimated(space, study, &mut self.random)))
        })
    }
}

/// Hyper-parameters drawn uniformly.
pub(super) fn uniform(space: &Space, random: &mut fastrand::Rng) -> Params {
    space.ranges.iter().map(|(name, range)| ((*name).to_owned(), range.draw(random))).collect()
}

/// Hyper-parameters suggested by the learner's trials so far.
pub(super) fn estimated(space: &Space, study: &Study<'_>, random: &mut fastrand::Rng) -> Params {
    let tried: Vec<Params> = study
        .ranked()
        .into_iter()
        .filter(|entry| entry.candidate.learner.kind() == space.learner)
        .map(|entry| build::params(&entry.candidate))
        .collect();
    tpe::suggest(&space.ranges, &tried, random)
}

/// The first draw that makes a candidate which has not been tried.
pub(super) fn untried(
    study: &Study<'_>,
    mut draw: impl FnMut() -> Option<(LearnerKind, Params)>,
) -> Option<Candidate> {
    (0..DRAWS).find_map(|_| {
        let (learner, params) = draw()?;
        let candidate = build::candidate(learner, &params).ok()?;
        (!study.tried(&candidate)).then_some(candidate)
    })
}
