//! A window among those before it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use maud::{Markup, html};

use crate::drift::history::windows;
use crate::page::{count, number, percent};
use crate::registry::{ColumnTrend, DriftRecord, ScoreTrend};

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

    /// Whether there is more than one window.
    pub(super) fn is_known(&self) -> bool {
        self.0.len() > 1
    }

    /// The metric that decides in each window.
    pub(super) fn scores(&self) -> Vec<Option<&'a ScoreTrend>> {
        self.0.iter().map(|shown| shown.record.score.as_ref()).collect()
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
            @if known().any(|trend| trend.strength > 0.0) { (strengths(&trends)) }
            @if missing > 0.0 { (missing_rates(&trends, missing)) }
        }
    }
}

fn told(record: &DriftRecord) -> String {
    match record.columns.as_slice() {
        [] => "no drift".to_owned(),
        columns => format!("drift of {}", columns.join(", ")),
    }
}

/// A stroke for each window: one path for those below the line, one for the others.
fn strengths(trends: &[Option<&ColumnTrend>]) -> Markup {
    let step = WIDTH / trends.len() as f64;
    let (mut below, mut above) = (String::new(), String::new());
    for (index, trend) in trends.iter().enumerate() {
        let strength = trend.map_or(0.0, |trend| trend.strength);
        let height = HEIGHT * (strength / STRENGTH).min(1.0);
        if height >= 0.5 {
            let path = if strength < 1.0 { &mut below } else { &mut above };
            // Writing to a string cannot fail.
            let _ = write!(path, "M{:.0} {HEIGHT}v-{height:.0}", step * (index as f64 + 0.5));
        }
    }
    let most = trends.iter().flatten().map(|trend| trend.strength).fold(0.0, f64::max);
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" {
            title { "effect over time, at most × " (number(most)) }
            g .strokes stroke-width=(format!("{:.0}", (step - 2.0).max(1.0))) {
                @if !below.is_empty() { path d=(below) {} }
                @if !above.is_empty() { path .bad d=(above) {} }
            }
            path .floor d=(format!("M0 {:.0}H{WIDTH}", HEIGHT * (1.0 - 1.0 / STRENGTH))) {}
        }
    }
}

fn missing_rates(trends: &[Option<&ColumnTrend>], most: f64) -> Markup {
    let step = WIDTH / (trends.len() - 1) as f64;
    let mut path = String::new();
    let mut pen = 'M';
    for (index, trend) in trends.iter().enumerate() {
        let Some(trend) = trend else {
            pen = 'M';
            continue;
        };
        let y = 2.0 + (HEIGHT - 4.0) * (1.0 - trend.missing_rate / most);
        let _ = write!(path, "{pen}{:.0} {y:.0}", step * index as f64);
        pen = 'L';
    }
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" {
            title { "missing values over time, at most " (percent(most)) }
            path .line .s0 d=(path) {}
        }
    }
}
