//! How much each input matters.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::metrics::{digits, label, writer};
use crate::dataset::Task;
use crate::learners::Learner;
use crate::metrics::Metric;
use crate::page::{percent, short};
use crate::spec::LearnerKind;
use crate::training::Importances;

/// The most inputs that are shown.
const SHOWN: usize = 15;

/// How much each input matters; `learner` is the one that the inputs matter to.
pub(super) fn section(
    importances: &Importances,
    metric: Metric,
    task: &Task,
    learner: Option<&Learner>,
) -> Markup {
    let Importances { permutation, gain, shap } = importances;
    let ranks = if permutation.is_empty() { gain } else { permutation };
    let mut names: Vec<&str> = ranks.keys().map(String::as_str).collect();
    names.sort_by(|a, b| value(ranks, b).total_cmp(&value(ranks, a)).then(a.cmp(b)));
    if names.is_empty() {
        return html! {};
    }
    let write = writer(metric, permutation.values().copied().reduce(f64::max));
    let sizes = digits(shap.values().copied().reduce(f64::max));
    html! {
        h2 { "What it looks at" }
        div .scroll { table .bars {
            thead { tr {
                th { "Input" }
                th { "Shuffled: " (label(metric)) " worse by" } th {}
                @if !shap.is_empty() { th { "Mean size of SHAP values" } th {} }
                @if !gain.is_empty() { th { "Share of the trees' gain" } th {} }
            } }
            tbody { @for name in names.iter().take(SHOWN) { tr {
                td { (short(name, 40)) }
                (bar(permutation, name, &write, "s0"))
                @if !shap.is_empty() { (bar(shap, name, &sizes, "s2")) }
                @if !gain.is_empty() { (bar(gain, name, &percent, "s1")) }
            } } }
        } }
        p .quiet .small {
            @if names.len() > SHOWN { "The " (SHOWN) " of " (names.len()) " inputs that matter most. " }
            "Shuffled: an input's values are dealt to the wrong rows of the holdout. "
            @if !shap.is_empty() {
                "SHAP values tell how far an input moves single answers"
                @if boosts_classes(task, learner) { ", in log-odds" }
                ". "
            }
            "Inputs that say the same share their importance; none of this says "
            "that one thing causes another."
        }
    }
}

/// Whether the model adds up margins, not answers.
fn boosts_classes(task: &Task, learner: Option<&Learner>) -> bool {
    let boosts = learner.is_some_and(|learner| learner.kind() == LearnerKind::Boosting);
    boosts && matches!(task, Task::Classification { .. })
}

fn value(values: &BTreeMap<String, f64>, name: &str) -> f64 {
    values.get(name).copied().unwrap_or_default()
}

fn bar(
    values: &BTreeMap<String, f64>,
    name: &str,
    write: &dyn Fn(f64) -> String,
    class: &str,
) -> Markup {
    let top = values.values().copied().fold(f64::MIN_POSITIVE, f64::max);
    let own = value(values, name);
    let width = (100.0 * own / top).clamp(0.0, 100.0);
    html! {
        td .track { div class={ "fill " (class) } style=(format!("width:{width:.1}%")) {} }
        td .n { (write(own)) }
    }
}
