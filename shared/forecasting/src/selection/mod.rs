//! Learners compete: each forecasts every series from several origins, and the one with the
//! least mean error is chosen.

mod board;
mod choice;
mod progress;
mod trials;

use model_factory_learning::learners::Deadline;
use model_factory_learning::metrics::Metric;
use model_factory_tabular::spec::{ForecasterKind, Forecasting, Winner};
use rayon::prelude::*;

use super::chosen::Chosen;
use super::forecaster::Forecaster;
use super::panel::{Panel, Series, enough_to_compare};
use super::rolling::{Origin, origins};
use trials::Trials;

pub use board::{Board, Standing};
pub use progress::Compared;
pub use trials::TOLD;

/// What learners compete on.
#[derive(Debug, Clone, Copy)]
pub struct Competition<'a> {
    /// The series.
    pub panel: &'a Panel,
    /// What is asked for.
    pub asked: &'a Forecasting,
    /// The metric that ranks learners.
    pub metric: Metric,
    /// Seeds every draw.
    pub seed: u64,
    /// Series that are not begun by then get the naive forecast, and wait for another run.
    pub deadline: Deadline,
    /// An earlier, unfinished run on the same data: what it has chosen stays.
    pub carried: Option<&'a Forecaster>,
}

impl<'a> Competition<'a> {
    /// A first run, with the seed 42 and without a deadline.
    #[must_use]
    pub fn new(panel: &'a Panel, asked: &'a Forecasting, metric: Metric) -> Self {
        Self { panel, asked, metric, seed: 42, deadline: Deadline::NEVER, carried: None }
    }
}

/// Compares the learners on every series, and tells `watch` how far that is: before the
/// first series, and after each. The last horizon of each series is not looked at.
#[must_use]
pub fn compete(competition: &Competition<'_>, watch: &(dyn Fn(&Compared) + Sync)) -> Board {
    let Competition { panel, asked, metric, .. } = *competition;
    let progress = progress::Tally::begin(panel.series.len(), watch);
    let plans: Vec<Vec<Origin>> =
        panel.series.iter().map(|series| competition.origins(series)).collect();
    let boosters = competition.boosters(&plans);
    let trials: Vec<Trials> = panel
        .series
        .par_iter()
        .zip(&plans)
        .map(|(series, origins)| {
            let trials = competition.trials(series, origins, &boosters);
            progress.count(trials.as_deref());
            trials
        })
        .collect();
    let overall = match asked.winner {
        Winner::Series => None,
        Winner::Overall => choice::overall(&trials, metric),
    };
    let chosen: Vec<Chosen> = panel
        .series
        .iter()
        .zip(&trials)
        .map(|(series, trials)| competition.choose(series, trials.as_deref(), overall))
        .collect();
    let competed = trials.iter().flatten().filter(|trials| !trials.is_empty()).count();
    Board {
        metric,
        origins: plans.iter().map(Vec::len).max().unwrap_or_default(),
        series: competed,
        standings: board::standings(&competition.kinds(), &trials, &chosen),
        chosen,
    }
}

impl Competition<'_> {
    /// The steps that a series is learned from while learners compete: all but those held
    /// out. `None` for a series too short to hold any out.
    pub(crate) fn train(&self, series: &Series) -> Option<usize> {
        let horizon = self.asked.horizon;
        let enough = series.observations() >= enough_to_compare(horizon);
        series.values.len().checked_sub(horizon).filter(|_| enough)
    }

    /// How many series are long enough to compare learners on, and yet have the naive forecast,
    /// unmeasured, as no learner could be scored from every origin.
    #[must_use]
    pub fn unmeasured(&self, chosen: &[Chosen]) -> usize {
        let is_unmeasured = |(series, chosen): &(&Series, &Chosen)| {
            chosen.score.is_none() && !chosen.unfinished && self.train(series).is_some()
        };
        self.panel.series.iter().zip(chosen).filter(is_unmeasured).count()
    }

    fn origins(&self, series: &Series) -> Vec<Origin> {
        if self.carried_choice(series).is_some() {
            return Vec::new();
        }
        let train = self.train(series).unwrap_or_default();
        origins(train, self.asked.horizon, &self.asked.cv, |origin| {
            let ahead = series.values.get(origin.train..origin.train + origin.horizon);
            ahead.is_some_and(|values| values.iter().any(|value| !value.is_nan()))
        })
    }

    /// What an earlier run has chosen for the series.
    fn carried_choice(&self, series: &Series) -> Option<Chosen> {
        let model = self.carried?.find(&series.key)?;
        (!model.unfinished).then(|| model.chosen())
    }

    /// The learners that compete, as the spec has them; a combination comes last.
    fn kinds(&self) -> Vec<ForecasterKind> {
        let mut kinds = self.asked.learners.clone();
        kinds.push(ForecasterKind::SeasonalNaive);
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }
}
