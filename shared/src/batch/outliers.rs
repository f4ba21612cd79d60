//! Rows that are unlike the others, listed apart.

use std::io;

use serde::{Deserialize, Serialize};

use super::texts::{Text, TextSummary, Texts};
use super::wishes::TextWish;
use crate::dataset::write::{Encoded, Layout, TableWriter};
use crate::learners::{Model, NOISE, Predictions};
use crate::serving::ServedModel;

/// The rows of a file that are unlike the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outliers {
    /// How many there are.
    pub rows: u64,
    /// What their texts say, a column each that was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<TextSummary>,
}

/// The outliers of a block.
pub(super) struct Found {
    pub(super) rows: usize,
    pub(super) encoded: Encoded,
    /// Their texts, of each column that is looked at.
    pub(super) texts: Vec<Vec<Text>>,
}

/// Whether a model tells of outliers: one of anomalies, or of clusters with noise.
pub(super) fn are_told_by(served: &ServedModel) -> bool {
    let model = served.predictor().map(|predictor| predictor.model());
    model.is_some_and(|model| {
        matches!(model, Model::Isolation(_) | Model::RobustZ(_) | Model::Dbscan(_))
    })
}

/// The places of the rows that are outliers.
pub(super) fn places(answered: &Predictions) -> Vec<usize> {
    let are: Vec<bool> = match answered {
        Predictions::Anomalies { outliers, .. } => outliers.clone(),
        Predictions::Clusters(labels) => labels.iter().map(|label| *label == NOISE).collect(),
        Predictions::Classes { .. } | Predictions::Values(_) => Vec::new(),
    };
    are.into_iter().enumerate().filter(|(_, is)| *is).map(|(place, _)| place).collect()
}

/// Outliers while they come in: written as all rows are, in a table that begins with the
/// first of them.
pub(super) struct Collected {
    rows: u64,
    writer: Option<TableWriter>,
    texts: Vec<Texts>,
}

impl Collected {
    pub(super) fn new(wish: Option<&TextWish>) -> Self {
        let texts = wish.into_iter().flat_map(|TextWish { columns, sentences }| {
            columns.iter().map(|column| Texts::of(column, *sentences))
        });
        Self { rows: 0, writer: None, texts: texts.collect() }
    }

    /// The bytes that follow for those of a block; maybe none yet.
    pub(super) fn push(&mut self, layout: &Layout, found: Found) -> io::Result<Vec<u8>> {
        let Found { rows, encoded, texts } = found;
        self.rows += rows as u64;
        for (all, more) in self.texts.iter_mut().zip(texts) {
            more.into_iter().for_each(|text| all.push(text));
        }
        self.writer.get_or_insert_with(|| TableWriter::new(layout.clone())).push(encoded)
    }

    /// What they are, and the bytes that end their table.
    pub(super) fn end(self) -> io::Result<(Outliers, Vec<u8>)> {
        let bytes = self.writer.map(TableWriter::finish).transpose()?.unwrap_or_default();
        let texts = self.texts.into_iter().map(Texts::summary).collect();
        Ok((Outliers { rows: self.rows, texts }, bytes))
    }
}
