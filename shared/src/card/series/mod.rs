//! The card of a version that forecasts series.

mod backtests;
mod board;
mod data;
mod limits;

use maud::{Markup, html};

use super::{Origin, metrics, quality, record};
use crate::forecasting::{Grid, Panel, quantiles};
use crate::page::{count, percent};
use crate::spec::{Forecasting, Unit};
use crate::training::TrainedSeries;

/// What the card of a training on series tells about.
#[derive(Debug, Clone, Copy)]
pub struct SeriesCard<'a> {
    /// Where the version comes from.
    pub origin: Origin<'a>,
    /// What was asked for.
    pub asked: &'a Forecasting,
    /// The series that it learned from.
    pub panel: &'a Panel,
    /// What the run produced.
    pub trained: &'a TrainedSeries,
    /// Whether another run goes on with what this one had no time for.
    pub continues: bool,
}

impl SeriesCard<'_> {
    /// The card as a page that opens offline. The same input gives the same page.
    #[must_use]
    pub fn html(&self) -> String {
        let Self { origin, trained, .. } = *self;
        let contender = trained.contender();
        let order = trained.measured.evaluation.metrics();
        origin.page(&html! {
            (origin.head(&self.lead(), contender.learner))
            (metrics::headline(&contender, &metrics::SERIES))
            (metrics::decision(contender.decision))
            (metrics::table(&contender, order, &metrics::SERIES))
            (backtests::section(self))
            (self.coverage())
            (self.came_true())
            (board::section(self))
            (data::section(self))
            (limits::section(self))
            (record::lineage(&origin, &contender, &[]))
        })
    }

    fn lead(&self) -> Markup {
        let Self { asked, panel, trained, .. } = self;
        html! {
            "Forecasts " strong { (panel.target) } " of " (count(trained.series as u64)) " series, "
            (count(asked.horizon as u64)) " steps of " (one_step(&panel.setting.grid))
            " ahead, from " (count(trained.rows as u64)) " rows."
        }
    }

    /// How often the intervals held what was held out.
    fn coverage(&self) -> Markup {
        let measured = &self.trained.measured;
        let held = self.trained.metrics.get(&crate::metrics::Metric::Coverage);
        html! {
            h2 { "How sure it is" }
            @if let Some(held) = held.filter(|_| measured.probability > 0.0) {
                p {
                    (percent(*held)) " of the steps that were held out lie within "
                    (self.interval()) ", which promises " (percent(measured.probability)) "."
                }
            }
            @if !measured.calibration.is_empty() {
                div .plots .of-two { (quality::coverage(&measured.calibration)) }
            }
        }
    }

    /// How the champion's forecasts came true, where the data tells.
    fn came_true(&self) -> Markup {
        let Some(realised) = &self.trained.realised else { return html! {} };
        let order = self.trained.measured.evaluation.metrics();
        let told =
            order.iter().filter_map(|metric| Some((*metric, *realised.metrics.get(metric)?)));
        html! {
            h2 { "How the champion's forecasts came true" }
            p .quiet {
                "Version " (realised.version) " was trained before " (count(realised.steps as u64))
                " steps of " (count(realised.series as u64)) " series were known. This is how far \
                 what it forecast of them was off. Its intervals were to hold "
                (percent(realised.coverage)) " of them."
            }
            div .scroll { table {
                thead { tr { th { "Metric" } th .n { "Version " (realised.version) } } }
                tbody { @for (metric, value) in told { tr {
                    td { (metrics::label(metric)) }
                    td .n { (metrics::writer(metric, Some(value))(value)) }
                } } }
            } }
        }
    }

    /// The names of the outermost quantiles.
    fn interval(&self) -> String {
        let (low, high) = quantiles::outermost(&self.asked.quantiles);
        format!("{} to {}", quantiles::name(low), quantiles::name(high))
    }

    /// What a series is called.
    fn name(&self, key: &[String]) -> String {
        match key {
            [] => self.panel.target.clone(),
            parts => {
                let named = self.panel.keys.iter().zip(parts);
                named.map(|(name, part)| format!("{name} {part}")).collect::<Vec<_>>().join(", ")
            }
        }
    }
}

/// How long a step is, with its article or number.
fn one_step(grid: &Grid) -> String {
    match grid.frequency.count {
        1 => format!("one {}", grid.frequency),
        _ => grid.frequency.to_string(),
    }
}

/// The day of a step, with its time where steps are shorter than a day.
fn instant(grid: &Grid, step: i64) -> String {
    let format = match grid.frequency.unit {
        Unit::Second => "%Y-%m-%d %H:%M:%S",
        Unit::Minute | Unit::Hour => "%Y-%m-%d %H:%M",
        _ => "%Y-%m-%d",
    };
    let at = jiff::Timestamp::from_second(grid.at(step)).unwrap_or_default();
    at.strftime(format).to_string()
}
