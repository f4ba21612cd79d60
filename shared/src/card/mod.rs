//! The model card (Mitchell et al., *Model Cards for Model Reporting*, 2019): what a
//! version is, how good it is, on what that rests and where it ends, as one page.
//!
//! There is one for each way to a version: [`TrainingCard`], [`SeriesCard`], [`ImportCard`].

mod data;
mod import;
mod importances;
mod limits;
mod metrics;
mod quality;
mod record;
mod series;
mod structure;
mod training;

use jiff::Timestamp;
use maud::{Markup, html};

use crate::name::ModelName;
use crate::page::document;
use crate::spec::Spec;

pub use import::ImportCard;
pub use series::SeriesCard;
pub use training::TrainingCard;

const STYLE: &str = include_str!("style.css");

/// Where a version comes from.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The model.
    pub model: &'a ModelName,
    /// The run.
    pub run: &'a str,
    /// The key of the data set, or of the file that was taken over.
    pub dataset: Option<&'a str>,
    /// When the run ended.
    pub created_at: Timestamp,
    /// The spec that it was trained or judged by.
    pub spec: &'a Spec,
    /// The version of the code.
    pub code: &'a str,
}

impl Origin<'_> {
    /// The page of a card, which opens offline.
    fn page(&self, body: &Markup) -> String {
        document(&format!("Model card: {}", self.model), STYLE, body)
    }

    /// What the version is, in a sentence, and how it was made.
    fn head(&self, lead: &Markup, learner: &str) -> Markup {
        html! {
            header {
                p .eyebrow { "Model card" }
                h1 { (self.model) }
                p .lead { (lead) }
                p .quiet { (learner) }
            }
        }
    }
}

#[cfg(test)]
mod tests;
