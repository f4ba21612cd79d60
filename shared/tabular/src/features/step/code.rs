//! Categories as codes, for trees that split them by sets of levels.

use serde::{Deserialize, Serialize};

use super::domain::Domain;
use crate::dataset::Categories;
use crate::features::levels::Slots;
use crate::features::matrix::{Block, Element};

/// The code of the text; `NaN` without one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::features) struct Code {
    domain: Domain,
    /// The code of each level; empty where that is its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    codes: Vec<u32>,
}

impl Code {
    pub(in crate::features) fn new(domain: Domain) -> Self {
        Self { domain, codes: Vec::new() }
    }

    /// Texts whose codes are their places in the list, in whatever order that is.
    pub(in crate::features) fn listed(levels: Vec<String>) -> Self {
        let mut placed: Vec<(String, u32)> = levels.into_iter().zip(0..).collect();
        placed.sort_unstable();
        let (levels, codes): (Vec<String>, Vec<u32>) = placed.into_iter().unzip();
        Self { domain: Domain::of(levels), codes }
    }

    /// The texts in the order of their codes.
    pub(super) fn levels(&self) -> Vec<&str> {
        let mut placed: Vec<(usize, &str)> =
            self.domain.names().enumerate().map(|(slot, name)| (self.code(slot), name)).collect();
        placed.sort_unstable();
        placed.into_iter().map(|(_, name)| name).collect()
    }

    pub(super) fn slots(&self, categories: &Categories) -> Slots {
        self.domain.slots_by(categories, None, |slot| self.code(slot))
    }

    /// The code of a level's slot.
    fn code(&self, slot: usize) -> usize {
        self.codes.get(slot).map_or(slot, |&code| code as usize)
    }

    pub(super) fn write<T: Element>(
        codes: &[u32],
        slots: &Slots,
        block: &mut Block<'_, T>,
        offset: usize,
    ) {
        let slot = |&code: &u32| slots.get(code).map_or(f64::NAN, |slot| slot as f64);
        block.fill(offset, codes.iter().map(slot));
    }
}
