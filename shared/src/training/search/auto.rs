//! AutoML: what is good on many data sets first, then tree-structured Parzen estimators
//! for the learners that lead.

use std::collections::VecDeque;

use super::build;
use super::propose::{ESTIMATES, Propose, estimated, uniform, untried};
use super::space::Space;
use super::study::Study;
use crate::learners::Candidate;
use crate::spec::LearnerKind;
use crate::training::leaderboard::Entry;

/// What a learner's chance is at least, as a share of the leading one's: a learner that is
/// far behind may have been tried with the wrong hyper-parameters.
const LEAST_CHANCE: f64 = 0.02;

/// The learners, with what is to be tried first.
pub(super) struct Auto {
    first: VecDeque<Candidate>,
    spaces: Vec<Space>,
    random: fastrand::Rng,
}

impl Auto {
    /// The first of each learner's portfolio is tried first.
    pub(super) fn new(mut spaces: Vec<Space>, seed: u64) -> Self {
        let usual = spaces.iter_mut().filter_map(|space| {
            let params = space.portfolio.pop_front()?;
            build::candidate(space.learner, &params).ok()
        });
        let first = usual.collect();
        Self { first, spaces, random: fastrand::Rng::with_seed(seed) }
    }

    /// A learner by chance: the nearer its best trial is to the leader's, measured by the
    /// leader's standard error, the likelier.
    fn learner(&mut self, study: &Study<'_>) -> Option<usize> {
        let chances: Vec<f64> =
            self.spaces.iter().map(|space| chance(study, space.learner)).collect();
        let mut left = self.random.f64() * chances.iter().sum::<f64>();
        let chosen = chances.iter().position(|chance| {
            left -= chance;
            left < 0.0
        });
        chosen.or_else(|| chances.iter().rposition(|&chance| chance > 0.0))
    }
}

impl Propose for Auto {
    fn next(&mut self, study: &Study<'_>) -> Option<Candidate> {
        while let Some(candidate) = self.first.pop_front() {
            if !study.tried(&candidate) {
                return Some(candidate);
            }
        }
        let mut draws = 0;
        untried(study, || {
            draws += 1;
            let learner = self.learner(study)?;
            let space = self.spaces.get_mut(learner)?;
            let params = space.portfolio.pop_front().unwrap_or_else(|| match draws {
                ..=ESTIMATES => estimated(space, study, &mut self.random),
                _ => uniform(space, &mut self.random),
            });
            Some((space.learner, params))
        })
    }
}

/// How likely a learner's next trial is to lead, up to a factor; 0 for one that has never
/// had a score.
fn chance(study: &Study<'_>, learner: LearnerKind) -> f64 {
    let trials = study.entries().iter().filter(|entry| entry.candidate.learner.kind() == learner);
    let gap = trials.filter_map(|entry| study.gap(entry)).min_by(f64::total_cmp);
    let error = study.leader().and_then(Entry::standard_error);
    match (gap, error) {
        (Some(gap), Some(error)) => {
            (-gap.max(0.0) / error.max(f64::MIN_POSITIVE)).exp().max(LEAST_CHANCE)
        }
        _ => 0.0,
    }
}
