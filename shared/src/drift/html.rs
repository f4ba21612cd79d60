//! The drift report as one HTML file that opens offline, without scripts.

mod over_time;
mod performance;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::alert::beyond_columns;
use super::concept::ConceptReport;
use super::report::{
    Aspect, ColumnReport, Details, Effect, Measure, Method, Report, Role, Severity, Signal, Verdict,
};
use crate::page::{count, distribution, document, number, p_value, percent};
use crate::profile::{Column, Observation, Profile};
use crate::registry::{DriftRecord, RetrainingDecision};
use over_time::OverTime;

const STYLE: &str = include_str!("style.css");

/// How many columns are drawn over time, of those that matter most: a page of hundreds
/// is to open in a blink.
const OVER_TIME: usize = 40;

/// How many columns the verdict names.
const NAMED: usize = 8;

/// What was checked: it gives the pictures of the window.
#[derive(Debug, Clone, Copy)]
pub struct Checked<'a> {
    /// The training data.
    pub reference: &'a Profile,
    /// The window.
    pub observed: &'a Observation,
}

/// The records of the window and of earlier ones: they give the pictures over time.
#[derive(Debug, Clone, Copy)]
pub struct Records<'a> {
    /// Of earlier checks.
    pub past: &'a [DriftRecord],
    /// Of this one.
    pub current: &'a DriftRecord,
}

/// The report as a page, with what the stream of errors shows, where labels have come in.
#[must_use]
pub fn render(
    report: &Report,
    concept: Option<&ConceptReport>,
    checked: Checked<'_>,
    Records { past, current }: Records<'_>,
) -> String {
    let pictures = Pictures::new(checked.reference, checked.observed);
    let over_time = OverTime::new(past, current);
    let body = html! {
        h1 { "Drift of " (report.model) " v" (report.version) }
        p .quiet {
            "Requests to " (current.variant) " · "
            (report.window.start) " to " (report.window.end) " · "
            (count(report.rows)) " rows, compared with "
            (count(report.reference_rows)) " rows of training data"
        }
        (verdict(report, concept, current.retraining.as_ref()))
        (over_time.verdicts())
        (performance::performance(report, &over_time.scores()))
        (performance::concept(concept))
        (performance::joint(report))
        @if !report.columns.is_empty() {
            (overview(report))
            (explanation(report))
            h2 { "Columns" }
            p .quiet .key {
                i .r {} "reference (training data)" i .c {} "current window"
                @if over_time.is_known() {
                    i .t {} "below: effect in each window, in multiples of what counts (the line)"
                    i .e {} "missing values in each window"
                }
            }
            @for (index, column) in report.columns.iter().enumerate() {
                (card(index, column, &pictures, &over_time))
            }
        }
    };
    document(&format!("Drift of {} v{}", report.model, report.version), STYLE, &body)
}

/// The two summaries of every column by role and name.
struct Pictures<'a>(BTreeMap<(bool, &'a str), (&'a Column, &'a Column)>);

impl<'a> Pictures<'a> {
    fn new(reference: &'a Profile, observed: &'a Observation) -> Self {
        let inputs = reference.inputs.iter().zip(&observed.inputs);
        let outputs = reference.outputs.iter().zip(&observed.outputs);
        let inputs = inputs.map(|pair| ((true, pair.0.name.as_str()), pair));
        let outputs = outputs.map(|pair| ((false, pair.0.name.as_str()), pair));
        Self(inputs.chain(outputs).collect())
    }

    fn draw(&self, column: &ColumnReport) -> Markup {
        match self.0.get(&(column.role == Role::Input, column.name.as_str())) {
            Some((reference, current)) => distribution(reference, current),
            None => html! {},
        }
    }
}

fn verdict(
    report: &Report,
    concept: Option<&ConceptReport>,
    retraining: Option<&RetrainingDecision>,
) -> Markup {
    let drifted: Vec<&str> = report.drifted().map(|column| column.name.as_str()).collect();
    let warnings =
        report.columns.iter().filter(|column| column.severity == Severity::Warning).count();
    let class = match report.verdict {
        Verdict::Drift => "bad",
        Verdict::Stable => "good",
        Verdict::NoData | Verdict::TooLittleData { .. } => "open",
    };
    html! {
        div class={ "verdict " (class) } {
            @match report.verdict {
                Verdict::NoData => {
                    p { strong { "No data." } " The window is empty, so nothing can be said." }
                }
                Verdict::TooLittleData { rows, needed } => {
                    p {
                        strong { "Too little data." } " The window has " (count(rows))
                        " rows; " (count(needed)) " are needed for a verdict."
                    }
                }
                Verdict::Stable => {
                    p {
                        strong { "No drift." } " None of the " (report.columns.len())
                        " columns differs from the training data by an amount that counts."
                    }
                }
                Verdict::Drift => {
                    p {
                        strong { "Drift." }
                        @if !drifted.is_empty() {
                            " " (drifted.len()) " of " (report.columns.len())
                            " columns no longer look like the training data: "
                            (drifted.iter().take(NAMED).copied().collect::<Vec<_>>().join(", "))
                            @if drifted.len() > NAMED { " and " (drifted.len() - NAMED) " more" }
                            "."
                        }
                        @for sentence in beyond_columns(report, concept) { " " (sentence) }
                    }
                }
            }
            @if warnings > 0 {
                p .quiet { (warnings) " more to watch (warnings)." }
            }
            @match retraining {
                Some(RetrainingDecision { requested: true, reason }) => {
                    p { "A retraining was asked for: " (reason) "." }
                }
                Some(RetrainingDecision { reason, .. }) => {
                    p { "No retraining was asked for: " (reason) "." }
                }
                None => {}
            }
        }
    }
}

fn overview(report: &Report) -> Markup {
    let weighted = report.columns.iter().any(|column| column.importance.is_some());
    html! {
        div .scroll { table {
            thead { tr {
                th { "Severity" } th { "Column" }
                @if weighted { th .n { "Importance" } }
                th { "Largest change" } th .n { "Effect" } th .n { "Adjusted p" }
                th .n { "Missing" }
            } }
            tbody { @for (index, column) in report.columns.iter().enumerate() { tr {
                td { (badge(column.severity)) }
                td { a href={ "#c" (index) } { (column.name) } }
                @if weighted {
                    td .n { (column.importance.map_or_else(String::new, percent)) }
                }
                @if let Some(signal) = column.strongest() {
                    td { (subject(signal.aspect)) }
                    td .n { (effect(&signal.effect)) }
                    td .n { (p_value(signal.test.adjusted_p_value)) }
                } @else {
                    td .quiet { "nothing to test" } td {} td {}
                }
                td .n {
                    (percent(column.missing_rate.reference)) " → "
                    (percent(column.missing_rate.current))
                }
            } } }
        } }
    }
}

fn explanation(report: &Report) -> Markup {
    let thresholds = &report.thresholds;
    html! {
        details {
            summary { "How to read this" }
            p {
                "A column has drifted when the difference is no accident and large enough to "
                "matter. " strong { "Adjusted p" } " is the first half: at most "
                (number(thresholds.alpha)) " means that hardly any such finding is an accident, "
                "corrected (Benjamini–Hochberg) for the " (report.tests) " tests of this window. "
                strong { "Effect" } " is the second half, next to the value from which it counts: "
                "W/σ is how far the values would have to be moved on average, in standard "
                "deviations of the training data; PSI compares the shares of ten groups "
                "(below 0.1 little, above 0.25 large) beyond what chance explains; Cramér's V compares categories, from 0 "
                "(same) to 1 (nothing in common); missing values and new categories are judged by "
                "the change of their share."
            }
            p {
                "A warning is a significant difference of at least half the effect that counts, "
                "or one in a column with less than " (percent(thresholds.min_importance))
                " of the model's feature importance."
            }
        }
    }
}

fn card(
    index: usize,
    column: &ColumnReport,
    pictures: &Pictures<'_>,
    over_time: &OverTime<'_>,
) -> Markup {
    html! {
        details id={ "c" (index) } open[column.severity > Severity::None] {
            summary {
                h3 { (column.name) } " " (badge(column.severity))
                @match column.role {
                    Role::Input => {}
                    Role::Output => { span .quiet { " · what the model answers" } }
                    Role::Target => { span .quiet { " · what turned out to be true" } }
                }
            }
            div .pair {
                div {
                    (pictures.draw(column))
                    @if index < OVER_TIME { (over_time.column(&column.name)) }
                }
                div { dl {
                    @for signal in &column.signals { (finding(signal)) }
                    (facts(column))
                } }
            }
        }
    }
}

fn finding(signal: &Signal) -> Markup {
    let statistic = number(signal.test.statistic);
    let test = match signal.test.method {
        Method::KolmogorovSmirnov => format!("Kolmogorov–Smirnov {statistic}"),
        Method::ChiSquared => format!("χ² {statistic}"),
        Method::TwoProportions => format!("z {statistic}"),
        Method::UnknownWords => format!("z {statistic}"),
        Method::Reconstruction => format!("reconstruction, z {statistic}"),
        Method::DomainClassifier => format!("domain classifier, AUC {statistic}"),
        Method::Novelty | Method::Exceedance => "against shuffled rows".to_owned(),
    };
    html! {
        dt { (subject(signal.aspect)) }
        dd {
            (badge(signal.severity)) " " (effect(&signal.effect)) ", p "
            (p_value(signal.test.adjusted_p_value)) " "
            span .quiet { "(" (test) ")" }
        }
    }
}

fn facts(column: &ColumnReport) -> Markup {
    let change = |name: &str, old: String, new: String| {
        html! { dt { (name) } dd { (old) " → " (new) } }
    };
    html! {
        (change(
            "missing",
            percent(column.missing_rate.reference),
            percent(column.missing_rate.current),
        ))
        @match &column.details {
            Details::Number { location, out_of_range, .. } => {
                @let (old, new) = (location.reference, location.current);
                (change("mean", number(old.mean), number(new.mean)))
                (change("standard deviation", number(old.std), number(new.std)))
                (change("range", span(old.min, old.max), span(new.min, new.max)))
                dt { "out of range" } dd { (percent(out_of_range.current)) }
            }
            Details::Text { length, unknown_words } => {
                @let (old, new) = (length.reference, length.current);
                (change("mean length", number(old.mean), number(new.mean)))
                (change(
                    "unknown words",
                    percent(unknown_words.reference),
                    percent(unknown_words.current),
                ))
            }
            Details::Category { new_categories, newest, .. } => {
                dt { "unknown to training" }
                dd {
                    (percent(new_categories.current))
                    @for (level, times) in newest {
                        br; (level) " " span .quiet { "× " (count(*times)) }
                    }
                }
            }
        }
        @if let Some(distances) = column.distances {
            dt { "distances" }
            dd .quiet {
                "PSI " (number(distances.psi))
                " · Jensen–Shannon " (number(distances.jensen_shannon))
                " · Hellinger " (number(distances.hellinger))
                " · L∞ " (number(distances.l_infinity))
                " (robust " (number(distances.l_infinity_robust)) ")"
            }
        }
    }
}

fn badge(severity: Severity) -> Markup {
    let (class, text) = match severity {
        Severity::None => ("none", "✓ none"),
        Severity::Warning => ("warning", "! warning"),
        Severity::Drift => ("drift", "▲ drift"),
    };
    html! { span class={ "badge " (class) } { (text) } }
}

fn subject(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Distribution => "distribution",
        Aspect::MissingRate => "missing values",
        Aspect::NewCategories => "new categories",
        Aspect::Range => "out of range",
        Aspect::Type => "of another type",
        Aspect::Words => "unknown words",
        Aspect::Correlations => "correlations",
        Aspect::WholeRows => "whole rows",
    }
}

fn effect(effect: &Effect) -> String {
    let (value, floor) = (effect.value, effect.floor);
    match effect.measure {
        Measure::Wasserstein => format!("W/σ {} (from {})", number(value), number(floor)),
        Measure::ExcessPsi => format!("PSI {} (from {})", number(value), number(floor)),
        Measure::CramersV => format!("V {} (from {})", number(value), number(floor)),
        Measure::ReconstructionError => {
            format!("error {} σ (from {})", number(value), number(floor))
        }
        Measure::Separation => {
            format!("AUC {} (from {})", number(0.5 + value), number(0.5 + floor))
        }
        Measure::ShareChange => {
            format!("{:.1} points (from {:.1})", 100.0 * value, 100.0 * floor)
        }
    }
}

fn span(min: Option<f64>, max: Option<f64>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("{} to {}", number(min), number(max)),
        _ => "none".to_owned(),
    }
}
