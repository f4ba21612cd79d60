//! Free texts: how long they are, and how many of their words are known.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::levels::tally;
use super::moments::Moments;
use super::numbers::Numbers;
use crate::dataset::Categories;
use crate::words::words;

/// The most bytes of all words that are kept.
const MOST_BYTES: usize = 3_000;

/// The longest word that is kept, in bytes.
const LONGEST: usize = 40;

/// A word is known that so many texts have.
const KNOWN: u64 = 2;

/// Free texts, summarised. What is counted about them adds up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Texts {
    /// Their lengths in characters.
    pub length: Numbers,
    /// The share of each text's words that are not among `words`. In the reference, by
    /// the words that its other texts tell.
    pub unknown: Moments,
    /// The most frequent words, in lower case, that at least two texts of the reference
    /// have, as far as 3 kB hold them.
    pub words: BTreeSet<String>,
}

impl Texts {
    /// The reference's texts, and how many values are missing.
    pub(super) fn of(categories: &Categories) -> (Self, u64) {
        let (texts, missing) = tally(categories);
        let mut of_texts: BTreeMap<String, u64> = BTreeMap::new();
        for &(text, count) in &texts {
            for word in words(text).collect::<BTreeSet<_>>() {
                *of_texts.entry(word).or_default() += count;
            }
        }
        let mut ranked: Vec<(&str, u64)> = of_texts
            .iter()
            .filter(|(word, count)| **count >= KNOWN && word.len() <= LONGEST)
            .map(|(word, &count)| (word.as_str(), count))
            .collect();
        ranked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let mut bytes = 0;
        let fit = ranked.iter().take_while(|(word, _)| {
            bytes += word.len() + 3;
            bytes <= MOST_BYTES
        });
        let kept: BTreeSet<String> = fit.map(|(word, _)| (*word).to_owned()).collect();
        // Without the text itself, a word has been seen in one text less, and those that
        // were just frequent enough would not be kept.
        let least = match kept.len() < ranked.len() {
            true => kept.len().checked_sub(1).and_then(|last| ranked.get(last)),
            false => None,
        };
        let least = least.map_or(KNOWN, |(_, count)| *count);
        let known = |word: &str| kept.contains(word) && of_texts.get(word) > Some(&least);
        let mut unknown = Moments::default();
        let mut lengths = Vec::new();
        for &(text, count) in &texts {
            let share = unknown_share(text, known);
            for _ in 0..count {
                unknown.push(share);
                lengths.push(length(text));
            }
        }
        (Self { length: Numbers::of(&lengths), unknown, words: kept }, missing)
    }

    /// The same words with nothing counted.
    pub(super) fn emptied(&self) -> Self {
        Self {
            length: self.length.emptied(),
            unknown: Moments::default(),
            words: self.words.clone(),
        }
    }

    /// Counts more texts, and returns how many values are missing.
    pub(super) fn add(&mut self, categories: &Categories) -> u64 {
        let (texts, missing) = tally(categories);
        for (text, count) in texts {
            let share = unknown_share(text, |word| self.words.contains(word));
            for _ in 0..count {
                self.unknown.push(share);
                self.length.add(&[length(text)]);
            }
        }
        missing
    }

    pub(super) fn is_compatible(&self, other: &Self) -> bool {
        self.words == other.words && self.length.bins.edges == other.length.bins.edges
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.length.merge(&other.length);
        self.unknown.merge(&other.unknown);
    }
}

fn length(text: &str) -> f64 {
    text.chars().count() as f64
}

/// The share of the words of a text that are not known; 0 without words.
fn unknown_share(text: &str, known: impl Fn(&str) -> bool) -> f64 {
    let (mut all, mut unknown) = (0_u64, 0_u64);
    for word in words(text) {
        all += 1;
        unknown += u64::from(!known(&word));
    }
    unknown as f64 / all.max(1) as f64
}
