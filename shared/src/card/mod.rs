//! The model card (Mitchell et al., *Model Cards for Model Reporting*, 2019): what a
//! version is, how good it is, on what that rests and where it ends, as one page.

mod data;
mod importances;
mod limits;
mod metrics;
mod quality;
mod record;
mod structure;

use jiff::Timestamp;
use maud::{Markup, html};

use crate::dataset::{Labelled, Task};
use crate::name::ModelName;
use crate::page::{count, document};
use crate::spec::Spec;
use crate::training::Trained;

const STYLE: &str = include_str!("style.css");

/// What a card tells about.
#[derive(Debug, Clone, Copy)]
pub struct CardInput<'a> {
    /// The model.
    pub model: &'a ModelName,
    /// The training run.
    pub run: &'a str,
    /// The key of the data set.
    pub dataset: Option<&'a str>,
    /// When the run ended.
    pub created_at: Timestamp,
    /// The data that it learned from.
    pub data: &'a Labelled,
    /// The spec that it was trained by.
    pub spec: &'a Spec,
    /// What the run produced.
    pub trained: &'a Trained,
}

/// The card as a page that opens offline. The same input gives the same page.
#[must_use]
pub fn html(input: &CardInput<'_>) -> String {
    let body = html! {
        (head(input))
        (metrics::headline(input))
        (metrics::decision(&input.trained.decision))
        (metrics::table(input))
        (quality::section(input))
        (importances::section(input))
        (record::leaderboard(input))
        (data::section(input))
        (limits::section(input))
        (record::lineage(input))
    };
    document(&format!("Model card: {}", input.model), STYLE, &body)
}

fn head(input: &CardInput<'_>) -> Markup {
    let schema = &input.data.schema;
    let does = match &schema.task {
        Task::Regression => "Predicts the number".to_owned(),
        Task::Classification { classes } => format!("Chooses one of {} classes of", classes.len()),
        Task::Anomaly => "Finds the rows that are unlike the others".to_owned(),
        Task::Clustering => "Finds groups of rows that are alike".to_owned(),
    };
    let target = schema.target.as_ref().filter(|_| !schema.task.kind().is_unsupervised());
    html! {
        header {
            p .eyebrow { "Model card" }
            h1 { (input.model) }
            p .lead {
                (does) @if let Some(target) = target { " " strong { (target) } } " from " (schema.inputs.len())
                " columns, learned from " (count(input.trained.profile.rows)) " rows."
            }
            p .quiet { (input.trained.learner) }
        }
    }
}

#[cfg(test)]
mod tests;
