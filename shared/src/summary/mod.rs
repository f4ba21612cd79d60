//! Extractive summaries: the sentences that tell most of many texts.
//!
//! The method is TextRank (Mihalcea & Tarau, *TextRank: Bringing Order into Texts*, EMNLP
//! 2004): sentences recommend those that they share words with, and what is recommended by
//! recommended ones ranks first. It knows no language: no list of words to pass over, no
//! stems, so that any text of words in spaces can be summarised, and the same texts always
//! give the same sentences.

mod rank;
mod sentences;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::words::words;
use sentences::sentences;

/// The most sentences that are ranked: each is compared with each other.
const RANKED: usize = 1_000;

/// A sentence of a summary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sentence {
    /// The row that says it first.
    pub row: u64,
    /// What it says.
    pub text: String,
    /// How much it is recommended by the others: 0.15 without any, 1 on average.
    pub score: f64,
}

/// The `count` sentences of texts that tell most, the best first; each text comes with the
/// number of its row. Sentences of the same words in the same order are one. Of more than
/// 1,000 sentences, as many are ranked that lie evenly among them.
#[must_use]
pub fn summarise<'t>(
    texts: impl IntoIterator<Item = (u64, &'t str)>,
    count: usize,
) -> Vec<Sentence> {
    let mut seen: BTreeSet<Vec<String>> = BTreeSet::new();
    let mut found: Vec<(u64, &str, Vec<String>)> = Vec::new();
    for (row, text) in texts {
        for sentence in sentences(text) {
            let words: Vec<String> = words(sentence).collect();
            if !words.is_empty() && seen.insert(words.clone()) {
                found.push((row, sentence, words));
            }
        }
    }
    let ranked = found.len().min(RANKED);
    let found: Vec<_> = (0..ranked).filter_map(|at| found.get(at * found.len() / ranked)).collect();
    let scores = rank::scores(found.iter().map(|(_, _, words)| words.as_slice()));
    let mut told: Vec<Sentence> = found
        .iter()
        .zip(scores)
        .map(|(&&(row, text, _), score)| Sentence { row, text: text.to_owned(), score })
        .collect();
    // Of equals, what was said first.
    told.sort_by(|a, b| b.score.total_cmp(&a.score));
    told.truncate(count);
    told
}

#[cfg(test)]
mod tests;
