//! The levels of a category that a step knows.

use serde::{Deserialize, Serialize};

use crate::dataset::{Categories, MISSING};

/// The slot of a text without one.
const NO_SLOT: u32 = u32::MAX;

/// Texts in sorted order, so that they are found by bisection and do not depend on the
/// order of rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Levels(Vec<String>);

/// Where a step puts each text of a table, looked up once a distinct text.
#[derive(Debug, Default)]
pub(super) struct Slots {
    of_level: Vec<u32>,
    missing: u32,
}

impl Levels {
    /// The most frequent levels of training rows, at most `most` of them; of equally
    /// frequent ones those first by name.
    pub(super) fn frequent(categories: &Categories, most: usize) -> Self {
        let mut levels: Vec<String> = by_frequency(categories, most).map(str::to_owned).collect();
        levels.sort_unstable();
        Self(levels)
    }

    /// Levels that are in sorted order already.
    pub(super) fn sorted(levels: Vec<String>) -> Self {
        Self(levels)
    }

    /// Adds a level, unless it is there.
    pub(super) fn insert(&mut self, level: &str) {
        if let Err(place) = self.0.binary_search_by(|other| other.as_str().cmp(level)) {
            self.0.insert(place, level.to_owned());
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    pub(super) fn position(&self, text: &str) -> Option<usize> {
        self.0.binary_search_by(|level| level.as_str().cmp(text)).ok()
    }
}

impl Slots {
    /// Where each text of `categories` goes, and a missing one.
    pub(super) fn new(
        categories: &Categories,
        slot: impl Fn(&str) -> Option<usize>,
        missing: Option<usize>,
    ) -> Self {
        let number =
            |slot: Option<usize>| slot.and_then(|slot| u32::try_from(slot).ok()).unwrap_or(NO_SLOT);
        Self {
            of_level: categories.levels.iter().map(|level| number(slot(level))).collect(),
            missing: number(missing),
        }
    }

    /// The slot of a row's code.
    #[inline]
    pub(super) fn get(&self, code: u32) -> Option<usize> {
        let slot = self.of_level.get(code as usize).copied().unwrap_or(self.missing);
        (slot != NO_SLOT).then_some(slot as usize)
    }
}

/// The levels that occur, the most frequent first, of equals by name; at most `most`.
pub(super) fn by_frequency(categories: &Categories, most: usize) -> impl Iterator<Item = &str> {
    let mut counts: Vec<(usize, &str)> =
        categories.levels.iter().map(|level| (0, level.as_str())).collect();
    for &code in categories.codes.iter().filter(|&&code| code != MISSING) {
        if let Some((count, _)) = counts.get_mut(code as usize) {
            *count += 1;
        }
    }
    counts.retain(|(count, _)| *count > 0);
    counts.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    counts.into_iter().take(most).map(|(_, level)| level)
}
