//! How good the version is, beside champion and baseline, and what the gate said.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::metrics::Metric;
use crate::page::{count, number};
use crate::training::{Contender, Decision};

/// What the parts of a card are called, by what a version answers for.
pub(super) struct Words {
    /// What was held out.
    held_out: &'static str,
    /// How long what takes.
    takes: &'static str,
    /// What the baseline is.
    baseline: &'static str,
    /// What intervals are drawn over.
    drawn: &'static str,
}

/// A version that answers for rows.
pub(super) const ROWS: Words = Words {
    held_out: "Rows held out",
    takes: "One row takes",
    baseline: "without looking at the inputs",
    drawn: "the holdout's rows",
};

/// A version that forecasts series.
pub(super) const SERIES: Words = Words {
    held_out: "Steps held out",
    takes: "One series takes",
    baseline: "the seasonal naive forecast",
    drawn: "the steps that were held out",
};

/// The primary metric and what a reader compares it with.
pub(super) fn headline(contender: &Contender<'_>, words: &Words) -> Markup {
    let metric = contender.metric;
    let write = writer(metric, contender.metrics.get(&metric).copied());
    let tile = |label: Markup, value: String, note: Markup| {
        html! { div .tile { p .quiet { (label) } p .value { (value) } p .quiet { (note) } } }
    };
    let shown = |values: &BTreeMap<Metric, f64>| {
        values.get(&metric).map_or_else(|| "–".to_owned(), |&value| write(value))
    };
    let interval = contender.intervals.get(&metric);
    let direction = if metric.higher_is_better() { "higher is better" } else { "lower is better" };
    html! {
        div .tiles {
            (tile(html! { (label(metric)) " on the holdout" }, shown(contender.metrics), html! {
                @if let Some(interval) = interval {
                    "95 %: " (write(interval.low)) " to " (write(interval.high))
                } @else { (direction) }
            }))
            @if let Some(version) = contender.decision.champion_version {
                (tile(html! { "Champion, version " (version) }, shown(contender.champion), html! {
                    "on the same holdout"
                }))
            }
            @if !contender.baseline.is_empty() {
                (tile(html! { "Baseline" }, shown(contender.baseline), html! { (words.baseline) }))
            }
            (tile(html! { (words.held_out) }, count(contender.held_out as u64), html! {
                "seen by the evaluation only"
            }))
            @if let Some(time) = contender.latency_ms {
                (tile(html! { (words.takes) }, duration(time), html! {
                    (size(contender.artifact.len())) " of artifact"
                }))
            }
        }
    }
}

pub(super) fn decision(decision: &Decision) -> Markup {
    let (class, verdict) = match decision {
        Decision { promoted: true, .. } => ("good", "Promoted to champion."),
        Decision { awaits_approval: true, .. } => ("warning", "Passed; waits for approval."),
        _ => ("bad", "Not promoted."),
    };
    html! {
        div class={ "verdict " (class) } {
            p { strong { (verdict) } }
            @for reason in &decision.reasons { p .reason { (sentence(reason)) "." } }
        }
    }
}

/// Every metric with its interval, beside those of champion and baseline, in the order of
/// the task.
pub(super) fn table(contender: &Contender<'_>, order: &[Metric], words: &Words) -> Markup {
    let against = contender.decision.champion_version;
    let cell = |value: Option<&f64>, write: &dyn Fn(f64) -> String| {
        html! { td .n {
            @match value {
                Some(&value) => { (write(value)) }
                None => { span .quiet { "–" } }
            }
        } }
    };
    html! {
        h2 { "Metrics" }
        div .scroll { table {
            thead { tr {
                th { "Metric" } th .n { "This version" } th .n { "95 % interval" }
                @if let Some(version) = against { th .n { "Champion (v" (version) ")" } }
                th .n { "Baseline" }
            } }
            tbody { @for &metric in order {
                @if let Some(value) = contender.metrics.get(&metric) {
                    @let write = writer(metric, Some(*value));
                    tr .primary[metric == contender.metric] {
                        td { (label(metric)) " " span .quiet {
                            (if metric.higher_is_better() { "↑" } else { "↓" })
                        } }
                        (cell(Some(value), &write))
                        td .n .quiet { @if let Some(interval) = contender.intervals.get(&metric) {
                            (write(interval.low)) " – " (write(interval.high))
                        } }
                        @if against.is_some() { (cell(contender.champion.get(&metric), &write)) }
                        (cell(contender.baseline.get(&metric), &write))
                    }
                }
            } }
        } }
        p .quiet .small {
            "↑ higher is better, ↓ lower is better. Intervals are those of a bootstrap over "
            (words.drawn) ". All columns are measured on the same ones. The bold row ranks "
            "this model's versions."
        }
    }
}

/// A metric as people call it.
pub(super) fn label(metric: Metric) -> String {
    match metric {
        Metric::RocAuc => "ROC AUC".to_owned(),
        Metric::AveragePrecision => "PR AUC (average precision)".to_owned(),
        Metric::BrierScore => "Brier score".to_owned(),
        Metric::F1 => "F1".to_owned(),
        Metric::F1Macro => "F1, mean of the classes".to_owned(),
        Metric::F1Weighted => "F1, by rows".to_owned(),
        Metric::PrecisionMacro => "Precision, mean of the classes".to_owned(),
        Metric::PrecisionWeighted => "Precision, by rows".to_owned(),
        Metric::RecallMacro => "Recall, mean of the classes".to_owned(),
        Metric::RecallWeighted => "Recall, by rows".to_owned(),
        Metric::MatthewsCorrcoef => "Matthews correlation".to_owned(),
        Metric::Rmse => "RMSE".to_owned(),
        Metric::Mae => "MAE".to_owned(),
        Metric::Mape => "MAPE".to_owned(),
        Metric::Smape => "sMAPE".to_owned(),
        Metric::Mase => "MASE".to_owned(),
        Metric::R2 => "R²".to_owned(),
        Metric::Pinball => "Pinball loss of the intervals".to_owned(),
        Metric::Coverage => "Coverage of the intervals".to_owned(),
        Metric::OutlierRateError => "Error of the share of anomalies".to_owned(),
        Metric::Silhouette => "Mean silhouette".to_owned(),
        Metric::LogLoss
        | Metric::BalancedAccuracy
        | Metric::Precision
        | Metric::Recall
        | Metric::Accuracy => capitalised(&metric.name().replace('_', " ")),
    }
}

/// How values of a metric are written so that they stand in line: shares with four
/// decimals, errors in the target's unit with the decimals of four digits of `like`.
pub(super) fn writer(metric: Metric, like: Option<f64>) -> Box<dyn Fn(f64) -> String> {
    match metric {
        Metric::Rmse | Metric::Mae | Metric::Pinball => Box::new(digits(like)),
        _ => Box::new(|value| format!("{value:.4}")),
    }
}

/// Writes numbers with the decimals of four digits of `like`.
pub(super) fn digits(like: Option<f64>) -> impl Fn(f64) -> String {
    let decimals = match like.filter(|like| like.is_normal()) {
        Some(like) => (3.0 - like.abs().log10().floor()).clamp(0.0, 6.0) as usize,
        None => 4,
    };
    move |value| format!("{value:.decimals$}")
}

/// A time in the unit that suits it.
fn duration(milliseconds: f64) -> String {
    match milliseconds {
        short if short < 1.0 => format!("{} µs", number((short * 1e4).round() / 10.0)),
        long => format!("{} ms", number(long)),
    }
}

/// Bytes in the unit that suits them.
fn size(bytes: usize) -> String {
    match bytes as f64 {
        small if small < 1e6 => format!("{:.0} kB", small / 1e3),
        large => format!("{:.1} MB", large / 1e6),
    }
}

/// A reason of the gate, with the metric that it starts with as people call it.
fn sentence(reason: &str) -> String {
    let (first, rest) = reason.split_once(' ').unwrap_or((reason, ""));
    match first.parse::<Metric>() {
        Ok(metric) => format!("{} {rest}", label(metric)),
        Err(_) => capitalised(reason),
    }
}

pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
