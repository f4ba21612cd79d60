//! How far a competition is, for those who wait for it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use model_factory_tabular::spec::ForecasterKind;

use super::trials::Trial;

/// How far a competition is.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The number of series that have been compared, or need not be.
    pub series: usize,
    /// The number of all series.
    pub of: usize,
    /// The learner with the least mean score so far, among those that could forecast the
    /// most series; `None` before the first series.
    pub leader: Option<(ForecasterKind, f64)>,
}

/// Counts what has been compared, whichever thread has compared it.
pub(super) struct Tally<'a> {
    of: usize,
    watch: &'a (dyn Fn(&Compared) + Sync),
    so_far: Mutex<SoFar>,
}

/// The series that have been counted, and each learner's number and sum of scores.
#[derive(Default)]
struct SoFar {
    series: usize,
    scores: BTreeMap<ForecasterKind, (usize, f64)>,
}

impl<'a> Tally<'a> {
    /// Tells that the competition begins.
    pub(super) fn begin(of: usize, watch: &'a (dyn Fn(&Compared) + Sync)) -> Self {
        watch(&Compared { series: 0, of, leader: None });
        Self { of, watch, so_far: Mutex::default() }
    }

    /// Counts a series with its trials, unless there was no time for it.
    pub(super) fn count(&self, trials: Option<&[Trial]>) {
        let Some(trials) = trials else { return };
        let mut so_far = self.so_far.lock().unwrap_or_else(PoisonError::into_inner);
        so_far.series += 1;
        for trial in trials {
            let (count, sum) = so_far.scores.entry(trial.learner).or_default();
            *count += 1;
            *sum += trial.mean();
        }
        let means =
            so_far.scores.iter().map(|(kind, (count, sum))| (*kind, *count, sum / *count as f64));
        let leader = means.min_by(|a, b| b.1.cmp(&a.1).then(a.2.total_cmp(&b.2)));
        // Told while it is locked, so that what is told never goes back.
        (self.watch)(&Compared {
            series: so_far.series,
            of: self.of,
            leader: leader.map(|(kind, _, mean)| (kind, mean)),
        });
    }
}
