//! The series that it learned from, and what was odd about their rows.

use maud::{Markup, html};

use super::{SeriesCard, instant, one_step};
use crate::forecasting::{Oddities, Series};
use crate::page::{count, number, percent, short};
use crate::spec::Duplicates;

/// The most series that are listed.
const SERIES: usize = 20;

pub(super) fn section(card: &SeriesCard<'_>) -> Markup {
    let panel = card.panel;
    let (setting, grid) = (&panel.setting, &panel.setting.grid);
    let steps: usize = panel.series.iter().map(|series| series.values.len()).sum();
    let first = panel.series.iter().map(|series| series.start).min().unwrap_or_default();
    let last = panel.series.iter().map(Series::end).max().unwrap_or_default();
    let seasons: Vec<String> = setting.seasons.iter().map(ToString::to_string).collect();
    let Oddities { unusable, between, repeated, missing, left_out } = &panel.oddities;
    let merged = match card.asked.duplicates {
        Duplicates::Mean => "their mean counts",
        Duplicates::Last => "the last one counts",
        Duplicates::Sum => "their sum counts",
    };
    let rows = |rows: usize, becomes: &str| {
        html! { (count(rows as u64)) @if rows > 0 { span .quiet { ": " (becomes) } } }
    };
    html! {
        h2 { "What it learned from" }
        dl {
            dt { "Rows" } dd { (count(panel.rows as u64)) }
            dt { "Series" } dd {
                (count(panel.series.len() as u64))
                @if !panel.keys.is_empty() { span .quiet { ", named by " (panel.keys.join(", ")) } }
            }
            dt { "Frequency" } dd { (one_step(grid)) span .quiet { ", by " code { (panel.time) } } }
            dt { "From, to" } dd { (instant(grid, first)) " to " (instant(grid, last)) }
            dt { "Steps" } dd { (count(steps as u64)) }
            dt { "Gaps" } dd { (rows(*missing, "steps without a row, missing values")) }
            dt { "Duplicates" } dd { (rows(*repeated, &format!("rows of one series and time, {merged}"))) }
            dt { "Between steps" } dd { (rows(*between, "rows that count for the step before")) }
            dt { "Left out" } dd {
                (rows(*unusable, "rows without a time, a key or a value"))
                @if !left_out.is_empty() { "; " (count(left_out.len() as u64)) " series that are too short" }
            }
            @if !seasons.is_empty() { dt { "Seasons" } dd { (seasons.join(", ")) " steps" } }
            @if !setting.regressors.is_empty() {
                dt { "Known ahead" } dd { (setting.regressors.join(", ")) }
            }
            @if !setting.holidays.is_empty() {
                dt { "Holidays" }
                dd { (setting.holidays.keys().cloned().collect::<Vec<_>>().join(", ")) }
            }
        }
        div .scroll { table .columns {
            thead { tr {
                th { "Series" } th { "Learner" } th { "From, to" } th .n { "Observed" }
                th .n { "Missing" } th { "Values" }
            } }
            tbody { @for (place, series) in panel.series.iter().enumerate().take(SERIES) {
                (row(card, place, series))
            } }
        } }
        @if panel.series.len() > SERIES {
            p .quiet .small { (count((panel.series.len() - SERIES) as u64)) " more series are not listed." }
        }
    }
}

fn row(card: &SeriesCard<'_>, place: usize, series: &Series) -> Markup {
    let grid = &card.panel.setting.grid;
    let chosen = card.trained.board.chosen.get(place);
    let observed = series.observations();
    let present = || series.values.iter().copied().filter(|value| !value.is_nan());
    let mean = present().sum::<f64>() / observed.max(1) as f64;
    let (low, high) = present().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    html! { tr {
        td { (short(&card.name(&series.key), 60)) }
        td .quiet { (chosen.map_or("", |chosen| chosen.learner.name())) }
        td { (instant(grid, series.start)) " to " (instant(grid, series.end())) }
        td .n { (count(observed as u64)) }
        td .n { (percent(1.0 - observed as f64 / series.values.len().max(1) as f64)) }
        td { (number(low)) " to " (number(high)) span .quiet { ", mean " (number(mean)) } }
    } }
}
