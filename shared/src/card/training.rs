//! The card of a version that was trained on rows.

use maud::{Markup, html};

use super::{Origin, data, importances, limits, metrics, quality, record, structure};
use crate::dataset::{Labelled, Schema, Task};
use crate::page::count;
use crate::training::Trained;

/// What the card of a training tells about.
#[derive(Debug, Clone, Copy)]
pub struct TrainingCard<'a> {
    /// Where the version comes from.
    pub origin: Origin<'a>,
    /// The data that it learned from.
    pub data: &'a Labelled,
    /// What the run produced.
    pub trained: &'a Trained,
}

impl TrainingCard<'_> {
    /// The card as a page that opens offline. The same input gives the same page.
    #[must_use]
    pub fn html(&self) -> String {
        let Self { origin, data, trained } = *self;
        let (schema, assessment) = (&data.schema, &trained.assessment);
        let contender = trained.contender(data);
        let winner = trained.leaderboard.entries.first();
        let notes: Vec<&String> = data.notes.iter().chain(&trained.notes).collect();
        let lead = html! {
            (does(schema)) ", learned from " (count(trained.profile.rows)) " rows."
        };
        let split = format!(
            "{} of them to learn from, {} held out",
            count(trained.profile.rows),
            count(contender.held_out as u64)
        );
        origin.page(&html! {
            (origin.head(&lead, contender.learner))
            (metrics::headline(&contender, &metrics::ROWS))
            (metrics::decision(contender.decision))
            (metrics::table(&contender, assessment.evaluation.metrics(), &metrics::ROWS))
            (quality::section(schema, assessment))
            @if let Some(found) = &trained.structure {
                (structure::section(found, &trained.profile.outputs))
            }
            (importances::section(
                &assessment.importances,
                contender.metric,
                &schema.task,
                winner.map(|entry| &entry.candidate.learner),
            ))
            (record::leaderboard(&trained.leaderboard))
            (data::section("What it learned from", data, &trained.profile, &split))
            (limits::section(&limits::of_rows(&contender, assessment, &trained.profile), &notes))
            (record::lineage(&origin, &contender, &[]))
        })
    }
}

/// What a model of the schema does, from how many columns.
pub(super) fn does(schema: &Schema) -> Markup {
    let does = match &schema.task {
        Task::Regression => "Predicts the number".to_owned(),
        Task::Classification { classes } => format!("Chooses one of {} classes of", classes.len()),
        Task::Anomaly => "Finds the rows that are unlike the others".to_owned(),
        Task::Clustering => "Finds groups of rows that are alike".to_owned(),
    };
    let target = schema.target.as_ref().filter(|_| !schema.task.kind().is_unsupervised());
    html! {
        (does) @if let Some(target) = target { " " strong { (target) } }
        " from " (schema.inputs.len()) " columns"
    }
}
