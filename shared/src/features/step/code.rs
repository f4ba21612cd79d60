//! Categories as codes, for trees that split them by sets of levels.

use serde::{Deserialize, Serialize};

use super::domain::Domain;
use crate::dataset::Categories;
use crate::features::levels::Slots;
use crate::features::matrix::{Block, Element};

/// The slot of the text; `NaN` without one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::features) struct Code {
    domain: Domain,
}

impl Code {
    pub(in crate::features) fn new(domain: Domain) -> Self {
        Self { domain }
    }

    pub(super) fn slots(&self, categories: &Categories) -> Slots {
        self.domain.slots(categories, None)
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
