//! The card of a version that another library trained: what is known of it, which is what its
//! file says, and what labelled rows say where there are some.

use maud::html;

use super::{Origin, data, importances, limits, metrics, quality, record, training};
use crate::dataset::Labelled;
use crate::page::count;
use crate::training::Adopted;

/// What the card of an import tells about.
#[derive(Debug, Clone, Copy)]
pub struct ImportCard<'a> {
    /// Where the version comes from.
    pub origin: Origin<'a>,
    /// The labelled rows that it was measured on, where there were some.
    pub data: Option<&'a Labelled>,
    /// What came of taking it over.
    pub adopted: &'a Adopted,
}

impl ImportCard<'_> {
    /// The card as a page that opens offline. The same input gives the same page.
    #[must_use]
    pub fn html(&self) -> String {
        let Self { origin, adopted, .. } = *self;
        let contender = adopted.contender();
        let measured = self.data.zip(adopted.measured.as_ref());
        let lead = html! {
            (training::does(&adopted.schema)) ", trained elsewhere and taken over from "
            (adopted.format) "."
        };
        let params = adopted.candidate.to_string();
        let notes: Vec<&String> = adopted.notes.iter().collect();
        origin.page(&html! {
            (origin.head(&lead, contender.learner))
            @if measured.is_some() { (metrics::headline(&contender, &metrics::ROWS)) }
            (metrics::decision(contender.decision))
            @if let Some((rows, told)) = measured {
                @let assessment = &told.assessment;
                @let split = format!(
                    "{} of them profiled, {} held out",
                    count(told.profile.rows),
                    count(contender.held_out as u64)
                );
                (metrics::table(&contender, assessment.evaluation.metrics(), &metrics::ROWS))
                (quality::section(&adopted.schema, assessment))
                (importances::section(
                    &assessment.importances,
                    contender.metric,
                    &adopted.schema.task,
                    Some(&adopted.candidate.learner),
                ))
                (data::section("What it was measured on", rows, &told.profile, &split))
            } @else { (data::inputs(&adopted.schema)) }
            (limits::section(&self.limits(), &notes))
            (record::lineage(&origin, &contender, &[
                ("Format", adopted.format),
                ("What its file tells", &params),
            ]))
        })
    }

    fn limits(&self) -> Vec<String> {
        let adopted = self.adopted;
        let mut limits = vec![
            "It was trained elsewhere: on which rows, how it was chosen, and what was left out, \
             nothing here can tell."
                .to_owned(),
        ];
        match &adopted.measured {
            Some(told) => {
                limits.push(
                    "Whether it has seen the rows that it is measured on, nobody knows: if it \
                     has, its metrics are better than those of production will be."
                        .to_owned(),
                );
                let contender = adopted.contender();
                limits.extend(limits::of_rows(&contender, &told.assessment, &told.profile));
            }
            None => limits.push(
                "Nothing was measured: it came without labelled rows, and the model has no data \
                 set. There is no profile either, so that drift checks have nothing to compare \
                 with. Upload labelled rows beside the file, under its name, and the file again."
                    .to_owned(),
            ),
        }
        limits
    }
}
