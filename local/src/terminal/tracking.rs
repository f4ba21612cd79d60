//! Tables of what runs were trained with and what came of it.

use std::collections::BTreeSet;

use comfy_table::{CellAlignment, Table};
use model_factory::training::Leaderboard;
use serde::Serialize;

use super::tables::table;
use crate::client::facts::Facts;

/// What differs between two runs: every metric, and the parameters and tags that differ.
pub(crate) fn comparison(left: &Facts, right: &Facts) -> Table {
    let mut table = table(&["", &left.record.run.run, &right.record.run.run, "difference"], &[]);
    for column in 1..4 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let names: BTreeSet<&String> = left.metrics.keys().chain(right.metrics.keys()).collect();
    for name in names {
        let (from, to) = (left.metrics.get(name), right.metrics.get(name));
        let told = |value: Option<&f64>| value.map(|it| format!("{it:.4}")).unwrap_or_default();
        let difference = from.zip(to).map(|(from, to)| format!("{:+.4}", to - from));
        let difference = difference.unwrap_or_default();
        table.add_row([format!("metric.{name}"), told(from), told(to), difference]);
    }
    for (kind, left, right) in
        [("param", &left.params, &right.params), ("tag", &left.tags, &right.tags)]
    {
        let names: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
        for name in names.into_iter().filter(|name| left.get(*name) != right.get(*name)) {
            let told = |value: Option<&String>| value.cloned().unwrap_or_default();
            let row = [format!("{kind}.{name}"), told(left.get(name)), told(right.get(name))];
            table.add_row(row);
        }
    }
    table
}

/// One step of a search.
#[derive(Debug, Serialize)]
pub(crate) struct Step {
    step: usize,
    candidate: String,
    state: &'static str,
    /// The mean of the fold scores; none of a trial that was not completed.
    value: Option<f64>,
    /// The best value so far.
    best: Option<f64>,
}

/// The search's metric, trial by trial in their order. The leaderboard's order tells which of
/// two values is better.
pub(crate) fn steps(leaderboard: &Leaderboard) -> Vec<Step> {
    let mut trials: Vec<_> = leaderboard.entries.iter().enumerate().collect();
    trials.sort_by_key(|(_, entry)| entry.number);
    let mut leader: Option<(usize, f64)> = None;
    let steps = trials.into_iter().map(|(place, entry)| {
        if let Some(mean) = entry.mean
            && leader.is_none_or(|(leading, _)| place < leading)
        {
            leader = Some((place, mean));
        }
        Step {
            step: entry.number,
            candidate: entry.name(),
            state: entry.state.name(),
            value: entry.mean,
            best: leader.map(|(_, best)| best),
        }
    });
    steps.collect()
}

/// The steps of a search.
pub(crate) fn history(metric: &str, steps: &[Step]) -> Table {
    let mut table = table(&["step", metric, "best so far", "state", "candidate"], &[0, 1, 2]);
    let told = |value: Option<f64>| value.map(|it| format!("{it:.4}")).unwrap_or_default();
    for Step { step, candidate, state, value, best } in steps {
        table.add_row([
            step.to_string(),
            told(*value),
            told(*best),
            (*state).to_owned(),
            candidate.clone(),
        ]);
    }
    table
}
