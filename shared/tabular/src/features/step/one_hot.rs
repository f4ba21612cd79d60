//! Categories as one feature a level.

use std::ops::Range;

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
    /// Nor has the last one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    drop_last: bool,
    /// Whether a last feature tells that the text was missing.
    indicator: bool,
}

impl OneHot {
    pub(in crate::features) fn new(
        domain: Domain,
        [drop_first, drop_last]: [bool; 2],
        indicator: bool,
    ) -> Self {
        Self { domain, drop_first, drop_last, indicator }
    }

    pub(super) fn width(&self) -> usize {
        self.kept().len() + usize::from(self.indicator)
    }

    /// The slots of the levels that have a feature.
    fn kept(&self) -> Range<usize> {
        let first = usize::from(self.drop_first);
        first..self.domain.len().saturating_sub(usize::from(self.drop_last)).max(first)
    }

    pub(super) fn names(&self, column: &str) -> Vec<String> {
        let kept = self.kept();
        let levels = self.domain.names().skip(kept.start).take(kept.len());
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
        let (kept, one) = (self.kept(), T::from_f64(1.0));
        for (row, &code) in block.rows().zip(codes) {
            let feature = slots.get(code).and_then(|slot| match slot == self.domain.len() {
                // Missing.
                true => Some(kept.len()),
                false => kept.contains(&slot).then(|| slot - kept.start),
            });
            if let Some(cell) = feature.and_then(|feature| row.get_mut(offset + feature)) {
                *cell = one;
            }
        }
    }
}
