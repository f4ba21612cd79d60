//! What a person is told of drift, at night.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::concept::ConceptReport;
use super::history::drifting_since;
use super::report::{Aspect, ColumnReport, Details, Report, Severity};
use crate::page::{count, number, percent, short};
use crate::registry::{DriftRecord, RetrainingDecision};

/// How many columns are told of.
const NAMED: usize = 5;

/// How many characters of a column's name, or of a category, are told.
const NAME: usize = 60;

/// An alert, a sentence or two a part. No part has a line break or a quotation mark, so
/// that any channel can carry it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// What has happened.
    pub headline: String,
    /// How bad it is: the columns that matter.
    pub what: String,
    /// Since when.
    pub since: String,
    /// What happens next by itself.
    pub next: String,
    /// What to run.
    pub command: String,
}

impl Alert {
    /// The alert of a window that has drifted.
    #[must_use]
    pub fn new(
        report: &Report,
        concept: Option<&ConceptReport>,
        past: &[DriftRecord],
        current: &DriftRecord,
    ) -> Self {
        let DriftRecord { model, variant, version, retraining, .. } = current;
        let drifted: Vec<&ColumnReport> = report.drifted().collect();
        let named: Vec<String> = drifted.iter().take(NAMED).map(|column| told(column)).collect();
        let more = match drifted.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        let (since, windows) = drifting_since(past, current);
        let in_a_row = match windows {
            0 | 1 => "the window before it had none, or was not checked".to_owned(),
            windows => format!("{windows} windows in a row"),
        };
        let texts = [
            format!(
                "Drift of model {model}: requests to {variant} no longer look like what version \
                 {version} was trained on."
            ),
            std::iter::once(match drifted.len() {
                0 => format!("No single column has drifted in {} rows.", count(report.rows)),
                columns => format!(
                    "{columns} of {} columns have drifted in {} rows: {}{more}.",
                    report.columns.len(),
                    count(report.rows),
                    named.join("; ")
                ),
            })
            .chain(beyond_columns(report, concept))
            .collect::<Vec<_>>()
            .join(" "),
            format!(
                "Since {} ({in_a_row}); checked up to {}.",
                instant(since),
                instant(current.end)
            ),
            next(retraining.as_ref()),
            format!(
                "See the report: model-factory drift report {model} --variant {variant} -o \
                 drift.html. Earlier windows: model-factory drift history {model}. The model goes \
                 on answering."
            ),
        ];
        let [headline, what, since, next, command] = texts.map(|text| plain(&text));
        Self { headline, what, since, next, command }
    }
}

/// What counts as drift beyond single columns, a sentence each.
pub(super) fn beyond_columns(report: &Report, concept: Option<&ConceptReport>) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut joint = report.joint.iter().flat_map(|joint| &joint.signals);
    if joint.any(|signal| signal.severity == Severity::Drift) {
        sentences.push("Columns no longer go together as they did.".to_owned());
    }
    if let Some(performance) = &report.performance {
        for (how, metrics) in
            [("by labels", &performance.realised), ("as estimated", &performance.estimated)]
        {
            let worse = metrics.iter().filter(|metric| metric.severity == Severity::Drift);
            sentences.extend(worse.map(|found| {
                format!(
                    "{} {how} is {}; it was {} on the holdout.",
                    found.metric,
                    number(found.value),
                    number(found.reference)
                )
            }));
        }
    }
    if let Some(concept) = concept.filter(|concept| concept.severity == Severity::Drift) {
        sentences.push(format!(
            "The mean error has grown to {} from {}.",
            number(concept.error),
            number(concept.reference_error)
        ));
    }
    sentences
}

fn next(decision: Option<&RetrainingDecision>) -> String {
    match decision {
        Some(RetrainingDecision { requested: true, reason }) => format!(
            "A retraining is on its way ({reason}); if it is better on rows that neither model \
             has seen, the gate promotes it. Follow it: model-factory runs."
        ),
        Some(RetrainingDecision { reason, .. }) => format!("No retraining: {reason}."),
        None => "No retraining was asked for.".to_owned(),
    }
}

/// A column with its largest change, in the reader's terms.
fn told(column: &ColumnReport) -> String {
    let name = short(&column.name, NAME);
    let Some(signal) = column.strongest() else { return name };
    let times = format!("{} times its threshold", number(signal.effect.strength()));
    let change = match (signal.aspect, &column.details) {
        (Aspect::Type, _) => "values of another type".to_owned(),
        (Aspect::MissingRate, _) => format!(
            "missing {} → {}",
            percent(column.missing_rate.reference),
            percent(column.missing_rate.current)
        ),
        (Aspect::NewCategories, Details::Category { newest, new_categories, .. }) => {
            let first = newest.first().map_or("", |(level, _)| level.as_str());
            format!(
                "{} new categories such as {}",
                percent(new_categories.current),
                short(first, NAME)
            )
        }
        (_, Details::Number { location, .. }) => {
            format!("mean {} → {}", number(location.reference.mean), number(location.current.mean))
        }
        (_, Details::Category { .. }) => "other shares of its categories".to_owned(),
        (_, Details::Text { length, unknown_words }) => format!(
            "mean length {} → {}, unknown words {} → {}",
            number(length.reference.mean),
            number(length.current.mean),
            percent(unknown_words.reference),
            percent(unknown_words.current)
        ),
    };
    format!("{name} ({change}, {times})")
}

/// One line without quotation marks.
fn plain(text: &str) -> String {
    let plain = |c: char| match c {
        '"' | '\\' => '\'',
        c if c.is_control() => ' ',
        c => c,
    };
    text.chars().map(plain).collect()
}

fn instant(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
