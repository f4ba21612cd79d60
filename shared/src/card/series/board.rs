//! Which learners competed, and how they did by rolling origin.

use maud::{Markup, html};

use super::SeriesCard;
use crate::card::metrics::{label, writer};
use crate::forecasting::TOLD;
use crate::metrics::Metric;
use crate::page::count;

pub(super) fn section(card: &SeriesCard<'_>) -> Markup {
    let board = &card.trained.board;
    let told: Vec<Metric> = TOLD.into_iter().filter(|metric| *metric != board.metric).collect();
    let leader = board.standings.first();
    let like = |metric: Metric| leader.and_then(|leader| leader.metrics.get(&metric)).copied();
    let rank = writer(board.metric, leader.and_then(|leader| leader.mean));
    html! {
        h2 { "What competed" }
        @if board.series == 0 {
            p .quiet {
                "No learners were compared in this run: what it forecasts with was chosen before, \
                 or there was no time."
            }
        } @else {
            p .quiet {
                "Each learner forecast " (count(board.series as u64)) " series from up to "
                (board.origins) " origins, from what lies before each; nothing of the last "
                (count(card.asked.horizon as u64)) " steps was looked at. Numbers are means over \
                 origins, then over series."
            }
            div .scroll { table {
                thead { tr {
                    th .n { "#" } th { "Learner" } th .n { (label(board.metric)) } th .n { "±" }
                    @for metric in &told { th .n { (label(*metric)) } }
                    th .n { "Chosen for" } th .n { "Not fitted" } th .n { "Seconds" }
                } }
                tbody { @for (place, standing) in (1..).zip(&board.standings) {
                    tr .primary[place == 1] {
                        td .n { (place) }
                        td { (standing.learner.name()) }
                        td .n { (standing.mean.map_or_else(|| "–".to_owned(), &rank)) }
                        td .n .quiet { (standing.deviation.map_or_else(String::new, &rank)) }
                        @for &metric in &told {
                            @let value = standing.metrics.get(&metric).copied();
                            td .n { (value.map_or_else(|| "–".to_owned(), writer(metric, like(metric)))) }
                        }
                        td .n { (count(standing.chosen as u64)) }
                        td .n .quiet { (count(standing.failed as u64)) }
                        td .n .quiet { (format!("{:.2}", standing.seconds)) }
                    }
                } }
            } }
            p .quiet .small {
                "± is the standard deviation between series, or, of one series, between origins."
            }
        }
    }
}
