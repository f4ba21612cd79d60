//! What competed, and where the version comes from.

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::CardInput;
use crate::page::{count, number, short};
use crate::spec::Spec;

/// The most candidates that are shown.
const SHOWN: usize = 10;

pub(super) fn leaderboard(input: &CardInput<'_>) -> Markup {
    let leaderboard = &input.trained.leaderboard;
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

pub(super) fn lineage(input: &CardInput<'_>) -> Markup {
    let trained = input.trained;
    html! {
        h2 { "Where it comes from" }
        dl {
            dt { "Run" } dd { code { (input.run) } }
            dt { "Ended" } dd { (input.created_at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()) }
            @if let Some(dataset) = input.dataset { dt { "Data set" } dd { code { (dataset) } } }
            dt { "Data hash" } dd { code { (trained.data_hash) } }
            dt { "Artifact" } dd {
                code { (trained.sha256) } span .quiet { " " (count(trained.artifact.len() as u64)) " bytes" }
            }
            dt { "Seed" } dd { (input.spec.split.seed) }
            dt { "Code" } dd { "model-factory " (env!("CARGO_PKG_VERSION")) }
            dt { "Spec" } dd { (spec(input.spec)) }
        }
    }
}

/// What the spec says that is not the default.
fn spec(spec: &Spec) -> Markup {
    let said = serde_json::to_value(spec).ok().zip(serde_json::to_value(Spec::default()).ok());
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
