//! Pictures of distributions, as SVG that needs nothing else.

use std::fmt::Write;

use maud::{Markup, html};

use super::format::{number, percent, short};
use crate::profile::{Column, Levels, Numbers, Summary};

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 130.0;

/// The height of the part that holds the data of a histogram.
const PLOT: f64 = 108.0;

/// How many bars a histogram has.
const BARS: usize = 28;

/// How far beyond the reference a histogram may reach, as a multiple of its width.
const REACH: f64 = 1.5;

/// How many categories are drawn.
const CATEGORIES: usize = 7;

/// How many characters of a category are written.
const LABEL: usize = 16;

/// … of one that the reference does not have, which is marked.
const NEW_LABEL: usize = 10;

/// For how many categories a sketch has room at least.
const SKETCHED: usize = 8;

/// The length of the longest bar of a category.
const LONGEST: f64 = 190.0;

/// The reference and the current distribution of a column.
pub(crate) fn distribution(reference: &Column, current: &Column) -> Markup {
    match (&reference.summary, &current.summary) {
        (Summary::Number(reference), Summary::Number(current)) => numbers(reference, current),
        (Summary::Category(reference), Summary::Category(current)) => {
            categories(reference, current)
        }
        (Summary::Text(reference), Summary::Text(current)) => {
            numbers(&reference.length, &current.length)
        }
        _ => html! {},
    }
}

/// Bars of equal width; the outer ones hold what lies beyond, too.
fn numbers(reference: &Numbers, current: &Numbers) -> Markup {
    let Some((low, high)) = range(reference, current) else {
        return html! { p .quiet { "no values to draw" } };
    };
    let (old, new) = (bars(reference, low, high), bars(current, low, high));
    let top = old.iter().chain(&new).copied().fold(f64::MIN_POSITIVE, f64::max);
    let middle = f64::midpoint(low, high);
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" {
            title { "reference (grey) and current (coloured) distribution" }
            path .ref d=(outline(&old, top)) {}
            path .cur d=(outline(&new, top)) {}
            text x="0" y="126" { (number(low)) }
            text x="210" y="126" text-anchor="middle" { (number(middle)) }
            text x="420" y="126" text-anchor="end" { (number(high)) }
            text x="420" y="9" text-anchor="end" { (percent(top)) }
        }
    }
}

/// One distribution, small: its shape and nothing else.
pub(crate) fn sketch(column: &Column) -> Markup {
    let shape = |numbers: &Numbers| match range(numbers, numbers) {
        Some((low, high)) => bars(numbers, low, high),
        None => Vec::new(),
    };
    let shares = match &column.summary {
        Summary::Number(numbers) => shape(numbers),
        Summary::Text(texts) => shape(&texts.length),
        Summary::Category(levels) => {
            let total = levels.total().max(1) as f64;
            let mut shares: Vec<f64> =
                levels.counts.values().map(|&count| count as f64 / total).collect();
            shares.sort_unstable_by(|a, b| b.total_cmp(a));
            shares.truncate(BARS);
            // As wide as there were more of them, so that two do not fill the picture.
            shares.resize(shares.len().max(SKETCHED), 0.0);
            shares
        }
    };
    let top = shares.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {PLOT}")) preserveAspectRatio="none" aria-hidden="true" {
            path d=(outline(&shares, top)) {}
        }
    }
}

/// From where to where to draw: the bulk of both, but not so far that outliers
/// leave no room for the reference.
fn range(reference: &Numbers, current: &Numbers) -> Option<(f64, f64)> {
    let (low, high) = (quantile(reference, 0.005)?, quantile(reference, 0.995)?);
    let moments = current.moments;
    let (min, max) = (moments.min.unwrap_or(low), moments.max.unwrap_or(high));
    let reach = 3.0 * moments.std();
    let width = if high > low { REACH * (high - low) } else { (max - min).max(low.abs().max(1.0)) };
    let from = low.min((moments.mean - reach).max(min)).max(low - width);
    let to = high.max((moments.mean + reach).min(max)).min(high + width);
    match to > from {
        true => Some((from, to)),
        false => Some((from - 0.5, to + 0.5)),
    }
}

/// The first edge with at least this share of the reference at or below it.
fn quantile(numbers: &Numbers, share: f64) -> Option<f64> {
    let total = numbers.bins.total() as f64;
    let mut cumulative = numbers.bins.edges.iter().zip(numbers.bins.cumulative());
    cumulative.find(|(_, sum)| *sum as f64 >= share * total).map(|(&edge, _)| edge)
}

fn bars(numbers: &Numbers, low: f64, high: f64) -> Vec<f64> {
    let total = numbers.moments.count.max(1) as f64;
    let mut before = 0.0;
    (1..=BARS)
        .map(|bar| {
            let at_most = match bar {
                BARS => numbers.moments.count as f64,
                _ => numbers.at_most(low + (high - low) * bar as f64 / BARS as f64),
            };
            let share = (at_most - before) / total;
            before = at_most;
            share
        })
        .collect()
}

/// The outline of the bars as an SVG path.
fn outline(shares: &[f64], top: f64) -> String {
    let step = WIDTH / shares.len().max(1) as f64;
    let mut path = format!("M0 {PLOT}");
    for (index, share) in shares.iter().enumerate() {
        let y = PLOT * (1.0 - 0.95 * share / top);
        // Writing to a string cannot fail.
        let _ = write!(path, "V{y:.1}H{:.0}", step * (index + 1) as f64);
    }
    let _ = write!(path, "V{PLOT}Z");
    path
}

/// The most frequent categories of either side as pairs of bars.
fn categories(reference: &Levels, current: &Levels) -> Markup {
    let rows = frequent(reference, current);
    let top = rows.iter().map(|row| row.old.max(row.new)).fold(f64::MIN_POSITIVE, f64::max);
    let bars = |offset: usize, share: fn(&Row) -> f64| -> String {
        let bar = |(index, row): (usize, &Row)| {
            let width = LONGEST * share(row) / top;
            format!("M120 {}h{width:.1}v7h-{width:.1}z", 18 * index + offset)
        };
        rows.iter().enumerate().map(bar).collect()
    };
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {}", 18 * rows.len())) role="img" {
            title { "share of each category in the reference (grey) and current (coloured)" }
            // One path for all bars of a side: pages may have hundreds of pictures.
            path .ref d=(bars(1, |row| row.old)) {}
            path .now d=(bars(9, |row| row.new)) {}
            @for (index, row) in rows.iter().enumerate() {
                @let y = 18 * index;
                text x="112" y=(y + 12) text-anchor="end" { (row.label) }
                text x="420" y=(y + 12) text-anchor="end" {
                    (percent(row.old)) " → " (percent(row.new))
                }
            }
        }
    }
}

/// A category's label and its share on both sides.
struct Row {
    label: String,
    old: f64,
    new: f64,
}

fn frequent(reference: &Levels, current: &Levels) -> Vec<Row> {
    let n = reference.total().max(1) as f64;
    let m = current.total().max(1) as f64;
    let listed = reference.counts.iter().map(|(level, &count)| Row {
        label: short(level, LABEL),
        old: count as f64 / n,
        new: current.counts.get(level).copied().unwrap_or(0) as f64 / m,
    });
    let unlisted = current.unlisted.iter().map(|(level, &count)| Row {
        label: format!("{} (new)", short(level, NEW_LABEL)),
        old: 0.0,
        new: count as f64 / m,
    });
    let mut rows: Vec<Row> = listed.chain(unlisted).collect();
    rows.sort_by(|a, b| b.old.max(b.new).total_cmp(&a.old.max(a.new)));
    rows.truncate(CATEGORIES);
    let drawn = rows.iter().fold((0.0, 0.0), |sum, row| (sum.0 + row.old, sum.1 + row.new));
    let rest = Row { label: "all others".to_owned(), old: 1.0 - drawn.0, new: 1.0 - drawn.1 };
    if reference.total() * current.total() > 0 && rest.old.max(rest.new) > 1e-9 {
        rows.push(Row { old: rest.old.max(0.0), new: rest.new.max(0.0), ..rest });
    }
    rows
}
