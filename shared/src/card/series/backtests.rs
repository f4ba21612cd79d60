//! Some series with what would have been forecast of their last horizon.

use maud::{Markup, html};

use super::{SeriesCard, instant, one_step};
use crate::card::quality::figure;
use crate::forecasting::Backtest;
use crate::page::{Layer, Plot, count, number, short};

/// How many horizons of the past are drawn before the one that was held out.
const PAST: usize = 3;

/// The least room above and below the drawn values, as a share of their range.
const MARGIN: f64 = 0.05;

pub(super) fn section(card: &SeriesCard<'_>) -> Markup {
    let backtests = &card.trained.measured.backtests;
    let measured = card.trained.measured.coverages.len();
    html! {
        h2 { "What it would have forecast" }
        p .quiet .key {
            i .s0 {} "observed" i .s1 {} "forecast (p50)"
            @if card.trained.measured.probability > 0.0 { i .s1 .pale {} (card.interval()) }
        }
        div .plots .of-two { @for backtest in backtests { (plot(card, backtest)) } }
        p .quiet .small {
            "The last " (count(card.asked.horizon as u64)) " steps were held out, and forecast from "
            "what lies before them."
            @if measured > backtests.len() {
                " Of " (count(measured as u64)) " series that were forecast so, these are the best, \
                 the worst, and those evenly between them by MASE."
            }
        }
    }
}

fn plot(card: &SeriesCard<'_>, backtest: &Backtest) -> Markup {
    let Some(series) = card.panel.series.get(backtest.series) else { return html! {} };
    let horizon = card.asked.horizon;
    let train = series.values.len().saturating_sub(horizon);
    // The last step that was learned from is 0.
    let place = |step: usize| step as f64 + 1.0 - train as f64;
    let shown = train.saturating_sub(PAST * horizon);
    let steps = series.values.iter().copied().enumerate().skip(shown);
    let observed: Vec<(f64, f64)> = steps
        .filter(|(_, value)| !value.is_nan())
        .map(|(step, value)| (place(step), value))
        .collect();
    let ahead = || backtest.steps.iter().map(|step| (step.ahead as f64, step));
    let forecast: Vec<(f64, f64)> = ahead().map(|(at, step)| (at, step.forecast)).collect();
    let band: Vec<(f64, f64, f64)> =
        ahead().map(|(at, step)| (at, step.bounds.0, step.bounds.1)).collect();
    let lines = observed.iter().chain(&forecast).map(|(_, value)| *value);
    let values = lines.chain(band.iter().flat_map(|(_, low, high)| [*low, *high]));
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let room = MARGIN * (high - low).max(high.abs().max(1.0) * 1e-6);
    let grid = &card.panel.setting.grid;
    let last = instant(grid, series.start + train as i64 - 1);
    let x = format!("steps of {} from {last}", one_step(grid));
    let name = card.name(&series.key);
    let title = format!(
        "{}, {}: MASE {}",
        short(&name, 40),
        backtest.learner.name(),
        number(backtest.mase)
    );
    let drawing = Plot {
        title: &format!("observed and forecast values of {name}"),
        x: (&x, place(shown), horizon as f64),
        y: (&card.panel.target, low - room, high + room),
    };
    figure(
        &title,
        &drawing.draw(&[
            Layer::Band("s1", &band),
            Layer::Line("s0", &observed),
            Layer::Line("s1", &forecast),
        ]),
    )
}
