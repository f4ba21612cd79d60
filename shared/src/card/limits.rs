//! Where the numbers of the card end to be true.

use maud::{Markup, html};

use super::metrics::{capitalised, label};
use crate::dataset::Task;
use crate::page::{count, percent, short};
use crate::profile::Profile;
use crate::training::{Assessment, Contender};

/// Fewer held-out rows than this leave wide intervals.
const FEW_ROWS: usize = 200;

/// Fewer held-out rows of a class than this say little about it.
const FEW_OF_A_CLASS: f64 = 30.0;

/// A larger share of missing values is pointed out.
const MUCH_MISSING: f64 = 0.3;

/// How many names a sentence lists.
const NAMED: usize = 5;

/// Where the numbers end to be true, and what was decided on the way to them.
pub(super) fn section(limits: &[String], notes: &[&String]) -> Markup {
    html! {
        h2 { "Where it ends" }
        ul .limits { @for limit in limits { li { (limit) } } }
        @if !notes.is_empty() {
            h2 { "What was decided on the way" }
            ul .limits { @for note in notes { li { (capitalised(note)) "." } } }
        }
    }
}

/// The limits of a model that answers for rows.
pub(super) fn of_rows(
    contender: &Contender<'_>,
    assessment: &Assessment,
    profile: &Profile,
) -> Vec<String> {
    let rows = assessment.evaluation.rows();
    let mut limits = vec![
        "It knows the ranges and categories above. For values beyond them its answers are \
         guesses, and drift checks tell when such values come."
            .to_owned(),
    ];
    if rows < FEW_ROWS {
        limits.push(format!("Only {rows} rows are held out: read the intervals, not the values."));
    }
    limits.extend(uncertain(contender));
    if let Task::Classification { classes } = &contender.schema.task {
        let scores = assessment.evaluation.of_classes();
        let rare: Vec<String> = classes
            .iter()
            .zip(&scores)
            .filter(|(_, class)| class.rows < FEW_OF_A_CLASS)
            .map(|(name, class)| format!("{} ({})", short(name, 30), count(class.rows as u64)))
            .collect();
        if !rare.is_empty() {
            limits.push(format!("Classes with few held-out rows: {}.", listed(&rare)));
        }
    }
    let missing: Vec<String> = profile
        .inputs
        .iter()
        .filter(|column| column.missing_rate() > MUCH_MISSING)
        .map(|column| format!("{} ({})", short(&column.name, 30), percent(column.missing_rate())))
        .collect();
    if !missing.is_empty() {
        limits.push(format!("Inputs that are often missing: {}.", listed(&missing)));
    }
    limits
}

/// That it may be no better than the baseline, where that cannot be ruled out.
pub(super) fn uncertain(contender: &Contender<'_>) -> Option<String> {
    let metric = contender.metric;
    let interval = contender.intervals.get(&metric)?;
    let baseline = *contender.baseline.get(&metric)?;
    let worst = if metric.higher_is_better() { interval.low } else { interval.high };
    (metric.improvement(worst, baseline) <= 0.0).then(|| {
        format!(
            "It is not certain to be better than the baseline: the interval of {} holds \
             the baseline's value.",
            label(metric)
        )
    })
}

pub(super) fn listed(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(NAMED) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}
