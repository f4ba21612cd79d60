//! Categories as one number a level.

use serde::{Deserialize, Serialize};

use super::domain::{Domain, MOST_LEVELS};
use super::number::Number;
use crate::dataset::Categories;
use crate::date;
use crate::features::levels::{Slots, by_frequency};
use crate::features::matrix::{Block, Element};

/// A number of each level, filled and scaled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::features) struct Rank {
    order: Order,
    number: Number,
}

/// Which number a level has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::features) enum Order {
    /// Its position in sorted order.
    Sorted(Domain),
    /// Its rank by falling frequency, of equals by name, as Spark's StringIndexer. One
    /// rank a slot.
    Frequency(Domain, Vec<usize>),
    /// The month that it names, 1 to 12.
    Month,
}

impl Order {
    pub(in crate::features) fn frequency(domain: Domain, categories: &Categories) -> Self {
        let mut ranks: Vec<usize> = (0..domain.len()).collect();
        for (rank, level) in by_frequency(categories, MOST_LEVELS).enumerate() {
            let position = domain.levels.position(level);
            if let Some(place) = position.and_then(|position| ranks.get_mut(position)) {
                *place = rank;
            }
        }
        Self::Frequency(domain, ranks)
    }

    /// The number of each row.
    pub(in crate::features) fn values(&self, categories: &Categories) -> Vec<f64> {
        let slots = self.slots(categories);
        categories.codes.iter().map(|&code| self.value(&slots, code)).collect()
    }

    fn slots(&self, categories: &Categories) -> Slots {
        match self {
            Self::Sorted(domain) | Self::Frequency(domain, _) => domain.slots(categories, None),
            Self::Month => Slots::new(categories, date::month, None),
        }
    }

    fn value(&self, slots: &Slots, code: u32) -> f64 {
        let slot = slots.get(code);
        let number = match self {
            Self::Frequency(_, ranks) => slot.and_then(|slot| ranks.get(slot).copied()),
            Self::Sorted(_) | Self::Month => slot,
        };
        number.map_or(f64::NAN, |number| number as f64)
    }
}

impl Rank {
    pub(in crate::features) fn new(order: Order, number: Number) -> Self {
        Self { order, number }
    }

    pub(super) fn number(&self) -> &Number {
        &self.number
    }

    pub(super) fn slots(&self, categories: &Categories) -> Slots {
        self.order.slots(categories)
    }

    pub(super) fn write<T: Element>(
        &self,
        codes: &[u32],
        slots: &Slots,
        block: &mut Block<'_, T>,
        offset: usize,
    ) {
        self.number.write(codes.iter().map(|&code| self.order.value(slots, code)), block, offset);
    }
}
