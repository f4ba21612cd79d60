//! What a step knows of a category.

use serde::{Deserialize, Serialize};

use crate::dataset::{Categories, MISSING};
use crate::features::levels::{Levels, Slots};

/// At most this many levels are kept, the most frequent ones.
pub(in crate::features) const MOST_LEVELS: usize = 1_000;

/// The levels of a category, and where other texts go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::features) struct Domain {
    pub(super) levels: Levels,
    /// Unknown texts have a slot after those of the levels.
    pub(super) keep_unknown: bool,
    /// The text that stands for a missing one.
    pub(super) fill: Option<String>,
}

impl Domain {
    pub(in crate::features) fn fit(
        categories: &Categories,
        keep_unknown: bool,
        fill: Option<String>,
    ) -> Self {
        let mut levels = Levels::frequent(categories, MOST_LEVELS);
        if let Some(fill) = fill.as_deref().filter(|_| categories.codes.contains(&MISSING)) {
            levels.insert(fill);
        }
        Self { levels, keep_unknown, fill }
    }

    /// The given levels, in sorted order, and no others.
    pub(super) fn of(sorted: Vec<String>) -> Self {
        Self { levels: Levels::sorted(sorted), keep_unknown: false, fill: None }
    }

    /// The number of slots.
    pub(super) fn len(&self) -> usize {
        self.levels.len() + usize::from(self.keep_unknown)
    }

    /// The names of the slots.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.levels.iter().chain(self.keep_unknown.then_some("(other)"))
    }

    /// The slot of each text; `missing` for a missing one that nothing stands for.
    pub(super) fn slots(&self, categories: &Categories, missing: Option<usize>) -> Slots {
        self.slots_by(categories, missing, |slot| slot)
    }

    /// The same with other numbers for the slots.
    pub(super) fn slots_by(
        &self,
        categories: &Categories,
        missing: Option<usize>,
        number: impl Fn(usize) -> usize,
    ) -> Slots {
        let unknown = self.keep_unknown.then_some(self.levels.len());
        let slot = |text: &str| self.levels.position(text).or(unknown).map(&number);
        Slots::new(categories, slot, self.fill.as_deref().map_or(missing, slot))
    }
}
