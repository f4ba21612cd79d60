//! Texts as words hashed to features.

use serde::{Deserialize, Serialize};

use crate::dataset::Categories;
use crate::features::matrix::{Block, Element};
use crate::spec::Weighting;

/// The most features of a text where the spec does not say how many.
const BUCKETS: usize = 256;

/// The most features of all training rows together where the spec does not say how many.
const MOST_CELLS: usize = 100_000_000;

/// How often each word occurs, words being hashed to features: as scikit-learn's
/// HashingVectorizer with `alternate_sign=False, norm=None` and words of letters and
/// digits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::features) struct Hashing {
    buckets: usize,
    /// The inverse document frequency of each feature, by which counts are multiplied
    /// before each row is scaled to length 1; empty where counts stay counts.
    weights: Vec<f64>,
}

impl Hashing {
    /// With `tf_idf` as scikit-learn's TfidfTransformer.
    pub(in crate::features) fn fit(
        buckets: Option<usize>,
        weighting: Weighting,
        texts: &Categories,
    ) -> Self {
        let buckets = buckets.unwrap_or_else(|| {
            let least = 16;
            BUCKETS.min(MOST_CELLS / texts.codes.len().max(1)).max(least)
        });
        let weights = match weighting {
            Weighting::Tf => Vec::new(),
            Weighting::TfIdf => inverse_frequencies(buckets, texts),
        };
        Self { buckets, weights }
    }

    pub(super) fn width(&self) -> usize {
        self.buckets
    }

    pub(super) fn names(&self, column: &str) -> Vec<String> {
        (0..self.buckets).map(|bucket| format!("{column}#{bucket}")).collect()
    }

    pub(super) fn write<T: Element>(
        &self,
        texts: &Categories,
        codes: &[u32],
        block: &mut Block<'_, T>,
        offset: usize,
    ) {
        let mut counts = vec![0.0; self.buckets];
        for (row, &code) in block.rows().zip(codes) {
            let Some(text) = texts.levels.get(code as usize) else { continue };
            counts.fill(0.0);
            count(text, &mut counts);
            if !self.weights.is_empty() {
                counts.iter_mut().zip(&self.weights).for_each(|(count, weight)| *count *= weight);
                let length = counts.iter().map(|count| count * count).sum::<f64>().sqrt();
                let length = if length > 0.0 { length } else { 1.0 };
                counts.iter_mut().for_each(|count| *count /= length);
            }
            for (cell, count) in row.iter_mut().skip(offset).zip(&counts) {
                *cell = T::from_f64(*count);
            }
        }
    }
}

/// `ln((1 + rows) / (1 + rows with such a word)) + 1`.
fn inverse_frequencies(buckets: usize, texts: &Categories) -> Vec<f64> {
    let mut rows_of_level = vec![0.0; texts.levels.len()];
    for &code in &texts.codes {
        if let Some(rows) = rows_of_level.get_mut(code as usize) {
            *rows += 1.0;
        }
    }
    let mut rows_with = vec![0.0; buckets];
    let mut counts = vec![0.0; buckets];
    for (level, rows) in texts.levels.iter().zip(rows_of_level) {
        counts.fill(0.0);
        count(level, &mut counts);
        for (with, _) in rows_with.iter_mut().zip(&counts).filter(|(_, count)| **count > 0.0) {
            *with += rows;
        }
    }
    let rows = texts.codes.len() as f64;
    rows_with.into_iter().map(|with| ((1.0 + rows) / (1.0 + with)).ln() + 1.0).collect()
}

/// Adds the words of a text to their features.
fn count(text: &str, counts: &mut [f64]) {
    let lower = text.to_lowercase();
    for word in lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        // As scikit-learn: the hash as a signed number, without its sign.
        let hash = (murmur3(word.as_bytes()) as i32).unsigned_abs() as usize;
        let bucket = hash.checked_rem(counts.len());
        if let Some(count) = bucket.and_then(|bucket| counts.get_mut(bucket)) {
            *count += 1.0;
        }
    }
}

/// MurmurHash3 (x86, 32 bits) with seed 0.
fn murmur3(bytes: &[u8]) -> u32 {
    let mix =
        |block: u32| block.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    let word =
        |bytes: &[u8]| bytes.iter().rev().fold(0_u32, |word, &byte| (word << 8) | u32::from(byte));
    let (blocks, tail) = bytes.as_chunks::<4>();
    let mut hash = blocks.iter().fold(0_u32, |hash, block| {
        (hash ^ mix(word(block))).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
    });
    if !tail.is_empty() {
        hash ^= mix(word(tail));
    }
    hash ^= bytes.len() as u32;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}
