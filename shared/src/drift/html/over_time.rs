//! A window among those before it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use maud::{Markup, html};

use crate::drift::history::windows;
use crate::page::{count, number, percent};
use crate::registry::{ColumnTrend, DriftRecord};

/// How many windows are shown.
const WINDOWS: usize = 30;

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 54.0;

/// The strength at the upper end of a plot, in multiples of what counts.
const STRENGTH: f64 = 3.0;

/// The windows of a variant up to the one that is checked, the oldest first.
pub(super) struct OverTime<'a>(Vec<Shown<'a>>);

/// A window, and how far its columns had moved.
struct Shown<'a> {
    record: &'a DriftRecord,
    trends: BTreeMap<&'a str, &'a ColumnTrend>,
}

impl<'a> OverTime<'a> {
    pub(super) fn new(past: &'a [DriftRecord], current: &'a DriftRecord) -> Self {
        let mut shown: Vec<Shown<'a>> = windows(past, current)
            .take(WINDOWS)
            .map(|record| Shown {
                record,
                trends: record.trends.iter().map(|trend| (trend.name.as_str(), trend)).collect(),
            })
            .collect();
        shown.reverse();
        Self(shown)
    }

    /// The verdicts, one a window; nothing of a single window.
    pub(super) fn verdicts(&self) -> Markup {
        let Self(shown) = self;
        let [first, .., last] = shown.as_slice() else { return html! {} };
        html! {
            h2 { "Windows until now" }
            p .windows {
                @for Shown { record, .. } in shown {
                    @let title = format!(
                        "{} to {}, version {}, {} rows: {}",
                        record.start, record.end, record.version, count(record.rows),
                        told(record)
                    );
                    span class={ "window " (record.verdict) } title=(title) role="img"
                        aria-label=(title) { (record.columns.len()) }
                }
            }
            p .quiet {
                "How many columns had drifted in each of " (shown.len()) " windows, from "
                (first.record.start) " to " (last.record.end) "."
            }
        }
    }

    /// How far a column has moved in each window, and its missing values, where either is
    /// ever worth a look.
    pub(super) fn column(&self, name: &str) -> Markup {
        let Self(shown) = self;
        if shown.len() < 2 {
            return html! {};
        }
        let trends: Vec<Option<&ColumnTrend>> =
            shown.iter().map(|shown| shown.trends.get(name).copied()).collect();
        let known = || trends.iter().flatten();
        let missing = known().map(|trend| trend.missing_rate).fold(0.0, f64::max);
        html! {
            @if known().any(|trend| trend.strength > 0.0) {
                figure {
                    (strengths(&trends))
                    figcaption .quiet {
                        "effect in each window, in multiples of what counts (the line)"
                    }
                }
            }
            @if missing > 0.0 {
                figure {
                    (missing_rates(&trends, missing))
                    figcaption .quiet { "missing values in each window, up to " (percent(missing)) }
                }
            }
        }
    }
}

fn told(record: &DriftRecord) -> String {
    match record.columns.as_slice() {
        [] => "no drift".to_owned(),
        columns => format!("drift of {}", columns.join(", ")),
    }
}

fn strengths(trends: &[Option<&ColumnTrend>]) -> Markup {
    let step = WIDTH / trends.len() as f64;
    let bar = |path: &mut String, index: usize, share: f64| {
        let (left, right) = (step * index as f64 + 1.0, step * (index + 1) as f64 - 1.0);
        let top = HEIGHT * (1.0 - share.min(1.0));
        // Writing to a string cannot fail.
        let _ = write!(path, "M{left:.0} {HEIGHT}V{top:.0}H{right:.0}V{HEIGHT}Z");
    };
    let (mut below, mut above) = (String::new(), String::new());
    for (index, trend) in trends.iter().enumerate() {
        let strength = trend.map_or(0.0, |trend| trend.strength);
        if strength > 0.0 {
            bar(if strength < 1.0 { &mut below } else { &mut above }, index, strength / STRENGTH);
        }
    }
    let most = trends.iter().flatten().map(|trend| trend.strength).fold(0.0, f64::max);
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" {
            title { "effect over time, at most " (number(most)) " times what counts" }
            @if !below.is_empty() { path .ref d=(below) {} }
            @if !above.is_empty() { path .bad d=(above) {} }
            path .floor d=(format!("M0 {:.0}H{WIDTH}", HEIGHT * (1.0 - 1.0 / STRENGTH))) {}
        }
    }
}

fn missing_rates(trends: &[Option<&ColumnTrend>], most: f64) -> Markup {
    let step = WIDTH / (trends.len() - 1) as f64;
    let mut path = String::new();
    let mut pen = 'M';
    for (index, trend) in trends.iter().enumerate() {
        match trend {
            Some(trend) => {
                let y = 2.0 + (HEIGHT - 4.0) * (1.0 - trend.missing_rate / most);
                let _ = write!(path, "{pen}{:.0} {y:.1}", step * index as f64);
                pen = 'L';
            }
            None => pen = 'M',
        }
    }
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" {
            title { "share of missing values over time" }
            path .line .s0 d=(path) {}
        }
    }
}
