//! What is asked of a scoring beside the predictions.

use serde::{Deserialize, Serialize};

use crate::spec::{Batch, TableFormat};

/// What is asked of a scoring beside the predictions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Wishes {
    /// How they are written; as the file is, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<TableFormat>,
    /// The share of true values that the bounds of a number are to cover; no bounds when
    /// absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<f64>,
    /// What is told of the outliers' texts; nothing when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<TextWish>,
}

/// Which texts of outliers are summarised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextWish {
    /// Their columns.
    pub columns: Vec<String>,
    /// By so many sentences each.
    pub sentences: usize,
}

impl Wishes {
    /// What a spec says.
    #[must_use]
    pub fn of(spec: &Batch) -> Self {
        let summary = TextWish { columns: spec.summarise.clone(), sentences: spec.sentences };
        Self {
            format: spec.format,
            interval: spec.interval,
            summary: (!summary.columns.is_empty()).then_some(summary),
        }
    }

    /// The same in words, by which wishes are told apart.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let mut words = vec![
            self.format.map_or("", TableFormat::name).to_owned(),
            self.interval.map(|interval| interval.to_string()).unwrap_or_default(),
        ];
        if let Some(TextWish { columns, sentences }) = &self.summary {
            words.push(sentences.to_string());
            words.extend_from_slice(columns);
        }
        words
    }
}
