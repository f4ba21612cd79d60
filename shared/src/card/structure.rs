//! What a model without a target has found in its training rows.

use maud::{Markup, html};

use crate::learners::Structure;
use crate::page::{count, sketch};
use crate::profile::{Column, Summary};

/// The most clusters that are listed.
const CLUSTERS: usize = 20;

/// What it has found, and how often it answers what.
pub(super) fn section(structure: &Structure, outputs: &[Column]) -> Markup {
    html! {
        h2 { "What it has found" }
        dl {
            @if let Some(clusters) = structure.n_clusters {
                dt { "Clusters" } dd { (count(clusters as u64)) }
                dt { "Rows of no cluster" } dd { (count(structure.n_noise as u64)) }
            } @else {
                dt { "Anomalies among the training rows" } dd { (count(structure.n_noise as u64)) }
            }
            @if let Some(cores) = structure.n_core {
                dt { "Core rows" } dd { (count(cores as u64)) }
            }
            @if let Some(silhouette) = structure.silhouette_coefficient {
                dt { "Silhouette" } dd { (format!("{silhouette:.4}")) }
            }
            @if let Some(threshold) = structure.threshold {
                dt { "An anomaly from a score of" } dd { (format!("{threshold:.4}")) }
            }
        }
        div .scroll { table .columns {
            thead { tr { th { "Answer" } th .n { "Rows" } th {} } }
            tbody { @for output in outputs { @match &output.summary {
                Summary::Category(levels) => {
                    @for (label, rows) in levels.counts.iter().take(CLUSTERS) {
                        tr { td { (label) } td .n { (count(*rows)) } td {} }
                    }
                },
                _ => tr { td { (output.name) } td {} td .sketch { (sketch(output)) } },
            } } }
        } }
    }
}
