//! How long a search may go on, and how much a trial may take.

use std::time::Duration;

use super::super::TrainingContext;
use super::super::leaderboard::Ended;
use super::memory;
use crate::dataset::Labelled;
use crate::learners::{Candidate, Deadline};
use crate::spec::{Spec, Training};

/// A trial's share of the time that is left: what a fit to all rows takes is left too, if
/// the trial's candidate wins.
const TRIAL: f64 = 2.0 / 3.0;

/// A trial's share of the search's time, unless the spec says otherwise or counts trials.
const DEFAULT_TRIAL: f64 = 0.25;

/// The bounds of a search.
#[derive(Debug)]
pub(super) struct Budget {
    /// The most trials, but for the baseline's.
    trials: Option<usize>,
    /// When `training.seconds` are over.
    search: Deadline,
    /// When the winner has to be fitted to all rows.
    deadline: Deadline,
    /// The longest trial.
    trial: Option<Duration>,
    /// The most bytes of a trial.
    bytes: Option<u64>,
}

impl Budget {
    pub(super) fn new(spec: &Spec, rows: usize, context: &TrainingContext<'_>) -> Self {
        let TrainingContext { deadline, memory_bytes, .. } = *context;
        let Training { trials, seconds, trial_seconds, memory_mib, .. } = spec.training;
        let seconds = seconds.map(Duration::from_secs_f64);
        let search = seconds.map_or_else(Deadline::default, Deadline::within);
        let bounded = search.earlier(deadline).remaining();
        Self {
            trials: trials.or_else(|| seconds.is_none().then(|| default_trials(rows))),
            search,
            deadline,
            trial: trial_seconds
                .map(Duration::from_secs_f64)
                // Who counts trials wants none to depend on the machine's speed.
                .or_else(|| {
                    bounded.filter(|_| trials.is_none()).map(|it| it.mul_f64(DEFAULT_TRIAL))
                }),
            bytes: memory_mib.map(|mib| mib.saturating_mul(1 << 20)).or(memory_bytes),
        }
    }

    /// The most trials, but for the baseline's.
    pub(super) fn trials(&self) -> Option<usize> {
        self.trials
    }

    /// Why no more trial may begin, after `tried` of them, when the best candidate takes
    /// `refit` to be fitted to all rows.
    pub(super) fn spent(&self, tried: usize, refit: Duration) -> Option<Ended> {
        if self.trials.is_some_and(|most| tried >= most) {
            Some(Ended::Trials)
        } else if self.search.has_passed() {
            Some(Ended::Seconds)
        } else if self.deadline.remaining().is_some_and(|left| left <= refit) {
            Some(Ended::Deadline)
        } else {
            None
        }
    }

    /// When a trial that begins now has to end.
    pub(super) fn of_trial(&self, refit: Duration) -> Deadline {
        let trial = self.trial.map_or_else(Deadline::default, Deadline::within);
        let left = self.deadline.remaining().map_or_else(Deadline::default, |left| {
            Deadline::within(left.mul_f64(TRIAL).min(left.saturating_sub(refit)))
        });
        trial.earlier(left).earlier(self.search)
    }

    /// Why a candidate needs too much memory, by estimate.
    pub(super) fn too_large(
        &self,
        candidate: &Candidate,
        data: &Labelled,
        spec: &Spec,
    ) -> Option<String> {
        let allowed = self.bytes?;
        let needed = memory::estimate(candidate, data, spec);
        (needed > allowed).then(|| {
            format!(
                "it needs about {} MiB, and {} are allowed (`training.memory_mib`)",
                needed.div_ceil(1 << 20),
                allowed >> 20
            )
        })
    }
}

/// How many trials there are unless the spec says otherwise: fewer where each takes longer.
fn default_trials(rows: usize) -> usize {
    match rows {
        0..20_000 => 20,
        20_000..200_000 => 12,
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_counts_trials_has_none_bounded_by_the_clock() {
        let deadline = Deadline::within(Duration::from_secs(300));
        let context = TrainingContext { deadline, ..TrainingContext::default() };
        let longest =
            |spec: &str| Budget::new(&Spec::parse(spec.as_bytes()).unwrap(), 100, &context).trial;
        let by_default = longest("").unwrap().as_secs_f64();
        assert!((74.0..=75.0).contains(&by_default), "{by_default}");
        assert_eq!(longest("training.trials = 5"), None);
        let both = "training.trials = 5\ntraining.trial_seconds = 2.0";
        assert_eq!(longest(both), Some(Duration::from_secs(2)));
    }
}
