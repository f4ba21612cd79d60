//! Categories as one feature a level.

use serde::{Deserialize, Serialize};

use super::domain::Domain;
use crate::dataset::Categories;
use crate::features::levels::Slots;
use crate::features::matrix::{Block, Element};

/// One feature a slot: 1 where the text has that slot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::features) struct OneHot {
    domain: Domain,
    /// The first level has no feature.
    drop_first: bool,
    /// Whether a last feature tells that the text was missing.
    indicator: bool,
}

impl OneHot {
    pub(in crate::features) fn new(domain: Domain, drop_first: bool, indicator: bool) -> Self {
        Self { domain, drop_first, indicator }
    }

    pub(super) fn width(&self) -> usize {
        let levels = self.domain.len().saturating_sub(usize::from(self.drop_first));
        levels + usize::from(self.indicator)
    }

    pub(super) fn names(&self, column: &str) -> Vec<String> {
        let levels = self.domain.names().skip(usize::from(self.drop_first));
        let names = levels.map(|level| format!("{column}={level}"));
        names.chain(self.indicator.then(|| format!("is_missing({column})"))).collect()
    }

    pub(super) fn slots(&self, categories: &Categories) -> Slots {
        self.domain.slots(categories, self.indicator.then_some(self.domain.len()))
    }

    pub(super) fn write<T: Element>(
        &self,
        codes: &[u32],
        slots: &Slots,
        block: &mut Block<'_, T>,
        offset: usize,
    ) {
        let (first, one) = (usize::from(self.drop_first), T::from_f64(1.0));
        for (row, &code) in block.rows().zip(codes) {
            let feature = slots.get(code).and_then(|slot| slot.checked_sub(first));
            if let Some(cell) = feature.and_then(|feature| row.get_mut(offset + feature)) {
                *cell = one;
            }
        }
    }
}
