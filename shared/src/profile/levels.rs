//! Counts of a category's levels.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dataset::Categories;

/// The largest number of levels that are told apart, among those of the reference
/// and again among those that it does not have.
pub const MAX_LEVELS: usize = 1_000;

/// About how many bytes the reference's levels and counts take at most.
const MAX_BYTES: usize = 10_000;

/// Counts of texts. All counts and totals are exact.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Levels {
    /// The reference's most frequent levels and how often each was seen: at most
    /// [`MAX_LEVELS`] and 10 kB.
    pub counts: BTreeMap<String, u64>,
    /// Levels that the reference does not list. Of more than [`MAX_LEVELS`] the
    /// first in alphabetical order are kept: a rule under which counts do not
    /// depend on the order of the data, nor on how it was divided.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unlisted: BTreeMap<String, u64>,
    /// Values whose level is kept in neither.
    #[serde(default)]
    pub other: u64,
}

impl Levels {
    /// The levels of `categories`, and how many values are missing.
    pub(super) fn of(categories: &Categories) -> (Self, u64) {
        let (mut found, missing) = tally(categories);
        found.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let mut bytes = 0;
        let fit = found.iter().take(MAX_LEVELS).take_while(|(level, count)| {
            // With quotes, colon and comma.
            bytes += level.len() + count.max(&1).ilog10() as usize + 5;
            bytes <= MAX_BYTES
        });
        let fit = fit.count();
        // Levels as frequent as one that is not listed are not either, unless most are:
        // then a level's frequency alone says whether it is listed.
        let next = found.get(fit).map_or(0, |(_, count)| *count);
        let above = found.iter().take(fit).filter(|(_, count)| *count > next).count();
        let rest = found.split_off(if 2 * above >= fit { above } else { fit });
        let counts = found.into_iter().map(|(level, count)| (level.to_owned(), count)).collect();
        let other = rest.into_iter().map(|(_, count)| count).sum();
        (Self { counts, unlisted: BTreeMap::new(), other }, missing)
    }

    /// The same listed levels with nothing counted.
    pub(super) fn emptied(&self) -> Self {
        let counts = self.counts.keys().map(|level| (level.clone(), 0)).collect();
        Self { counts, unlisted: BTreeMap::new(), other: 0 }
    }

    /// Counts more values, and returns how many of them are missing.
    pub(super) fn add(&mut self, categories: &Categories) -> u64 {
        let (found, missing) = tally(categories);
        for (level, count) in found {
            self.count(level, count);
        }
        missing
    }

    /// Adds counts under the same listed levels.
    pub(super) fn merge(&mut self, other: &Self) {
        for (level, &count) in other.counts.iter().chain(&other.unlisted) {
            self.count(level, count);
        }
        self.other += other.other;
    }

    fn count(&mut self, level: &str, count: u64) {
        if let Some(known) = self.counts.get_mut(level) {
            *known += count;
        } else if let Some(known) = self.unlisted.get_mut(level) {
            *known += count;
        } else {
            self.unlisted.insert(level.to_owned(), count);
            if self.unlisted.len() > MAX_LEVELS {
                self.other += self.unlisted.pop_last().map_or(0, |(_, count)| count);
            }
        }
    }

    /// How many values are counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.values().sum::<u64>() + self.not_listed()
    }

    /// How many values have a level that the reference does not list.
    #[must_use]
    pub fn not_listed(&self) -> u64 {
        self.unlisted.values().sum::<u64>() + self.other
    }

    /// The share of values with levels that the reference does not list which is to be
    /// expected of more data of the same law. 0 without values.
    #[must_use]
    pub fn expected_unlisted(&self) -> f64 {
        self.unlisted_but_for_itself() as f64 / self.total().max(1) as f64
    }

    /// How many values have a level that would not be listed but for the value itself:
    /// those of levels that are not, and of levels that were just frequent enough. Where
    /// all levels are listed, these occur once (Good, Biometrika 40, 1953).
    #[must_use]
    pub fn unlisted_but_for_itself(&self) -> u64 {
        let least = match self.other {
            0 => Some(1),
            _ => self.counts.values().copied().min(),
        };
        let just = self.counts.values().filter(|&&count| Some(count) == least);
        self.not_listed() + just.sum::<u64>()
    }
}

/// The levels that occur with their counts, and the number of missing values.
pub(super) fn tally(categories: &Categories) -> (Vec<(&str, u64)>, u64) {
    let mut counts = vec![0_u64; categories.levels.len()];
    let mut missing = 0;
    for &code in &categories.codes {
        match counts.get_mut(code as usize) {
            Some(count) => *count += 1,
            None => missing += 1,
        }
    }
    let found = categories.levels.iter().map(String::as_str).zip(counts);
    (found.filter(|(_, count)| *count > 0).collect(), missing)
}
