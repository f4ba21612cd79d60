//! How well the model does, by labels and without.

use maud::{Markup, html};

use super::badge;
use crate::drift::concept::ConceptReport;
use crate::drift::report::{JointReport, MetricReport, PerformanceReport, Report};
use crate::metrics::Metric;
use crate::page::{Layer, Plot, count, number};
use crate::registry::ScoreTrend;

/// The metrics of the window next to those of the holdout, and the one that decides in
/// each of the windows.
pub(super) fn performance(report: &Report, scores: &[Option<&ScoreTrend>]) -> Markup {
    let Some(performance) = &report.performance else { return html! {} };
    let PerformanceReport { metric, labels, answers, realised, estimated, severity } = performance;
    html! {
        h2 { "Performance " (badge(*severity)) }
        p .quiet {
            (count(*labels)) " answers have labels; what " (count(*answers))
            " answers are worth is estimated without. " strong { (metric.to_string()) }
            " decides, the others inform."
        }
        div .pair {
            div {
                (over_chunks(*metric, realised, estimated))
                (over_windows(*metric, scores))
            }
            div .scroll { table {
                thead { tr {
                    th { "Metric" } th {} th .n { "Holdout" } th .n { "Window" } th .n { "Band" }
                    th .n { "Worse from" } th { "Severity" }
                } }
                tbody {
                    @for (how, metrics) in [("by labels", realised), ("estimated", estimated)] {
                        @for found in metrics { tr {
                            td { (found.metric.to_string()) } td .quiet { (how) }
                            td .n { (number(found.reference)) } td .n { (number(found.value)) }
                            td .n { (number(found.band.low)) " to " (number(found.band.high)) }
                            td .n { (number(found.threshold)) } td { (badge(found.severity)) }
                        } }
                    }
                }
            } }
        }
    }
}

/// The metric that decides, of a kind of report.
fn deciding(metrics: &[MetricReport], metric: Metric) -> Option<&MetricReport> {
    metrics.iter().find(|found| found.metric == metric)
}

/// The chunks of the window: labels as dots, the estimate as a line in its band.
fn over_chunks(metric: Metric, realised: &[MetricReport], estimated: &[MetricReport]) -> Markup {
    let (realised, estimated) = (deciding(realised, metric), deciding(estimated, metric));
    let Some(any) = estimated.or(realised) else { return html! {} };
    let points = |report: Option<&MetricReport>| -> Vec<(f64, f64)> {
        let chunks = report.map(|report| report.chunks.as_slice()).unwrap_or_default();
        let at = (1..).zip(chunks);
        at.filter_map(|(chunk, value)| Some((f64::from(chunk), (*value)?))).collect()
    };
    let (dots, line) = (points(realised), points(estimated));
    if dots.is_empty() && line.is_empty() {
        return html! {};
    }
    let end = any.chunks.len() as f64 + 0.5;
    let across = |value: f64| [(0.5, value), (end, value)];
    let (low, high) = (across(any.band.low), across(any.band.high));
    let (reference, threshold) = (across(any.reference), across(any.threshold));
    let values = dots.iter().chain(&line).chain(&low).chain(&high).chain(&threshold);
    let label = metric.to_string();
    let plot = Plot {
        title: "the metric in each chunk of the window",
        x: ("chunk of the window", 0.5, end),
        y: range(&label, values.chain(&reference).map(|(_, y)| *y)),
    };
    html! {
        (plot.draw(&[
            Layer::Line("band", &low),
            Layer::Line("band", &high),
            Layer::Line("reference", &reference),
            Layer::Line("threshold", &threshold),
            Layer::Line("s0", &line),
            Layer::Dots("s1", &dots),
        ]))
        p .quiet .key {
            i .e {} "estimate, in its band" i .l {} "by labels" i .r {} "holdout"
            i .t {} "worse from here"
        }
    }
}

fn over_windows(metric: Metric, scores: &[Option<&ScoreTrend>]) -> Markup {
    let points = |value: fn(&ScoreTrend) -> Option<f64>| -> Vec<(f64, f64)> {
        (1..)
            .zip(scores)
            .filter_map(|(window, score)| Some((f64::from(window), value((*score)?)?)))
            .collect()
    };
    let (line, dots) = (points(|score| score.estimated), points(|score| score.realised));
    let (low, high) = (points(|score| Some(score.low)), points(|score| Some(score.high)));
    let reference = points(|score| Some(score.reference));
    if low.len() < 2 {
        return html! {};
    }
    let values = line.iter().chain(&dots).chain(&low).chain(&high).chain(&reference);
    let label = metric.to_string();
    let plot = Plot {
        title: "the metric in each window",
        x: ("window", 1.0, scores.len() as f64),
        y: range(&label, values.map(|(_, y)| *y)),
    };
    plot.draw(&[
        Layer::Line("band", &low),
        Layer::Line("band", &high),
        Layer::Line("reference", &reference),
        Layer::Line("s0", &line),
        Layer::Dots("s1", &dots),
    ])
}

/// A vertical axis with a little room.
fn range(label: &str, values: impl Iterator<Item = f64>) -> (&str, f64, f64) {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    let room = (0.05 * (high - low)).max(1e-9);
    (label, low - room, high + room)
}

/// What whole rows show.
pub(super) fn joint(report: &Report) -> Markup {
    let Some(JointReport { columns, error, separating, signals, .. }) = &report.joint else {
        return html! {};
    };
    html! {
        h2 { "Whole rows" }
        p .quiet {
            (columns.len()) " inputs together: what is left of a row that is put together from \
             the training data's principal components is " (number(error.reference)) " long there "
            "and " (number(error.current)) " here."
        }
        dl { @for signal in signals { (super::finding(signal)) } }
        @if !separating.is_empty() {
            p .quiet {
                "A classifier tells the window from the training data mostly by "
                (separating.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "))
                "."
            }
        }
    }
}

/// What the stream of errors shows.
pub(super) fn concept(report: Option<&ConceptReport>) -> Markup {
    let Some(report) = report.filter(|report| report.labels > 0) else { return html! {} };
    html! {
        h2 { "Errors over time " (badge(report.severity)) }
        p .quiet {
            "The mean error is " (number(report.error)) " over the last " (count(report.window))
            " labelled answers; it was " (number(report.reference_error)) " on rows that the model "
            "had not seen."
        }
        @if !report.alarms.is_empty() {
            ul { @for alarm in &report.alarms { li {
                (alarm.at) ": " (alarm.detector.name()) ", from " (number(alarm.before)) " to "
                (number(alarm.after))
            } } }
        }
    }
}
