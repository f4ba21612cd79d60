//! What competed, and where the version comes from.

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::Origin;
use crate::page::{count, number, short};
use crate::spec::{Forecasting, Spec};
use crate::training::{Contender, Leaderboard};

/// The most candidates that are shown.
const SHOWN: usize = 10;

pub(super) fn leaderboard(leaderboard: &Leaderboard) -> Markup {
    html! {
        h2 { "What competed" }
        div .scroll { table {
            thead { tr {
                th .n { "#" } th { "Candidate" }
                th .n { (leaderboard.metric) @if leaderboard.folds > 0 { " in cross-validation" } } th .n { "± between folds" }
                th .n { "Seconds" }
            } }
            tbody { @for (rank, entry) in leaderboard.entries.iter().enumerate().take(SHOWN) {
                tr .primary[rank == 0] {
                    td .n { (rank + 1) }
                    td { (entry.name()) @if let Some(reason) = &entry.reason {
                        br; span .quiet { (entry.state.name()) ": " (short(reason, 160)) }
                    } }
                    td .n { (entry.mean.map_or_else(|| "–".to_owned(), |mean| format!("{mean:.4}"))) }
                    td .n .quiet {
                        (entry.deviation.map_or_else(String::new, |spread| format!("{spread:.4}")))
                    }
                    td .n .quiet { (number(entry.seconds)) }
                }
            } }
        } }
        @if leaderboard.entries.len() > SHOWN {
            p .quiet .small {
                "The best " (SHOWN) " of " (leaderboard.entries.len())
                "; the run's training.json has all."
            }
        }
    }
}

/// Where a version comes from; `more` is told of it by name.
pub(super) fn lineage(
    origin: &Origin<'_>,
    contender: &Contender<'_>,
    more: &[(&str, &str)],
) -> Markup {
    html! {
        h2 { "Where it comes from" }
        dl {
            dt { "Run" } dd { code { (origin.run) } }
            dt { "Ended" } dd { (origin.created_at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()) }
            @if let Some(dataset) = origin.dataset { dt { "Data set" } dd { code { (dataset) } } }
            @for (name, value) in more { dt { (name) } dd { (value) } }
            @if let Some(hash) = contender.data_hash { dt { "Data hash" } dd { code { (hash) } } }
            dt { "Artifact" } dd {
                code { (contender.sha256) } span .quiet { " " (count(contender.artifact.len() as u64)) " bytes" }
            }
            dt { "Seed" } dd { (origin.spec.split.seed) }
            dt { "Code" } dd { "model-factory " (origin.code) }
            dt { "Spec" } dd { (spec(origin.spec)) }
        }
    }
}

/// What the spec says that is not the default.
fn spec(spec: &Spec) -> Markup {
    let forecasting = spec.forecasting.as_ref().map(|_| Forecasting::default());
    let default = Spec { forecasting, ..Spec::default() };
    let said = serde_json::to_value(spec).ok().zip(serde_json::to_value(default).ok());
    let said = said.and_then(|(spec, default)| difference(&spec, &default));
    match said.and_then(|said| serde_json::to_string_pretty(&said).ok()) {
        None => html! { "all defaults" },
        Some(said) => html! { pre { (said) } },
    }
}

/// The members that differ, at any depth; `None` when none does.
fn difference(value: &Value, default: &Value) -> Option<Value> {
    match (value, default) {
        (Value::Object(members), Value::Object(defaults)) => {
            let different: Map<String, Value> = members
                .iter()
                .filter_map(|(key, member)| {
                    let default = defaults.get(key).unwrap_or(&Value::Null);
                    Some((key.clone(), difference(member, default)?))
                })
                .collect();
            (!different.is_empty()).then_some(Value::Object(different))
        }
        _ => (value != default).then(|| value.clone()),
    }
}
