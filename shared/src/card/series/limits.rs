//! Where forecasts end to be true.

use maud::Markup;

use super::{SeriesCard, instant, one_step};
use crate::card::limits;
use crate::forecasting::Series;
use crate::metrics::Metric;
use crate::page::{count, percent};

/// Intervals that hold the truth less often by this than they promise are pointed out.
const SHORT_OF: f64 = 0.05;

/// Fewer origins than this say little about the next horizon.
const FEW_ORIGINS: usize = 3;

pub(super) fn section(card: &SeriesCard<'_>) -> Markup {
    let trained = card.trained;
    let warnings = trained.warnings.iter().map(|warning| &warning.message);
    let notes: Vec<&String> = warnings.chain(&trained.notes).collect();
    limits::section(&limits_of(card), &notes)
}

fn limits_of(card: &SeriesCard<'_>) -> Vec<String> {
    let SeriesCard { panel, trained, asked, .. } = card;
    let grid = &panel.setting.grid;
    let last = panel.series.iter().map(Series::end).max().unwrap_or_default();
    let mut limits = vec![
        format!(
            "It knows nothing of what happened after {}, and takes it that the past goes on: \
             what never happened before, it does not foresee.",
            instant(grid, last)
        ),
        format!(
            "Intervals were measured over {} steps of {}. Beyond them they grow with the square \
             root of the steps, which nobody has measured.",
            asked.horizon,
            one_step(grid)
        ),
    ];
    if !panel.setting.regressors.is_empty() {
        limits.push(format!(
            "Where a learner reads {}, its forecast is as good as what is said of their future; \
             here they were known as they came to be.",
            limits::listed(&panel.setting.regressors)
        ));
    }
    limits.extend(limits::uncertain(&trained.contender()));
    let promised = trained.measured.probability;
    if let Some(held) =
        trained.metrics.get(&Metric::Coverage).filter(|it| **it < promised - SHORT_OF)
    {
        limits.push(format!(
            "Intervals hold the truth less often than they promise: {} instead of {}.",
            percent(*held),
            percent(promised)
        ));
    }
    if (1..FEW_ORIGINS).contains(&trained.board.origins) {
        limits.push(format!(
            "Learners were compared from {} origins only, which says little about the next \
             horizon: a longer past, or a shorter horizon, tells more.",
            trained.board.origins
        ));
    }
    let unmeasured = panel.series.len() - trained.measured.coverages.len();
    if unmeasured > 0 {
        limits.push(format!(
            "{} of the series are too short for anything to be held out: nothing was measured of \
             their forecasts.",
            count(unmeasured as u64)
        ));
    }
    if trained.unfinished > 0 {
        let next = if card.continues {
            "another run goes on with them"
        } else {
            "no other run goes on with them by itself, as this one came no further"
        };
        limits.push(format!(
            "{} of the series have the naive forecast because time was over; {next}.",
            count(trained.unfinished as u64)
        ));
    }
    limits
}
