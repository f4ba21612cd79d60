//! One node of a tree, in twelve bytes.

use super::{CodeSet, MAX_CODES};

const LEAF: u32 = 1 << 31;
const MISSING_LEFT: u32 = 1 << 30;
const CODES: u32 = 1 << 29;
const FEATURE: u32 = CODES - 1;

/// A split or a leaf.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Node {
    /// A split's threshold, or as bits the index of its set; a leaf's answer, or as
    /// bits the index of its first one.
    pub(super) value: f32,
    /// A split's left child, next to which is the right one; a leaf itself, so that
    /// walking on from it changes nothing.
    pub(super) child: u32,
    flags: u32,
}

/// What divides the rows of a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Split {
    /// Values below `threshold` go left.
    Below {
        /// The feature that is read.
        feature: usize,
        /// The least value that goes right.
        threshold: f32,
        /// Whether rows without a value go left.
        missing_left: bool,
    },
    /// The codes in `left` go left.
    Codes {
        /// The feature that is read.
        feature: usize,
        /// The codes.
        left: CodeSet,
        /// Whether rows without a value go left.
        missing_left: bool,
    },
}

impl Split {
    /// The feature that it reads.
    pub(crate) fn feature(&self) -> usize {
        match self {
            Self::Below { feature, .. } | Self::Codes { feature, .. } => *feature,
        }
    }

    /// Whether rows without a value go left.
    pub(crate) fn missing_left(&self) -> bool {
        match self {
            Self::Below { missing_left, .. } | Self::Codes { missing_left, .. } => *missing_left,
        }
    }
}

/// Whether a set has the code of a value; values that are no codes are in no set.
pub(super) fn contains(set: &CodeSet, value: f32) -> bool {
    let code = value as usize;
    value >= 0.0 && set.get(code / 64).is_some_and(|word| word >> (code % 64) & 1 == 1)
}

impl Node {
    /// The leaf at `place` that answers `value`.
    pub(super) fn leaf(value: f32, place: u32) -> Self {
        Self { value, child: place, flags: LEAF }
    }

    /// The leaf at `place` whose answers begin at `first`.
    pub(super) fn leaf_of_many(first: u32, place: u32) -> Self {
        Self::leaf(f32::from_bits(first), place)
    }

    /// A split whose left child is `child`, and whose set (if it has one) is `set`.
    pub(super) fn split(split: &Split, child: u32, set: u32) -> Self {
        let (value, kind) = match split {
            Split::Below { threshold, .. } => (*threshold, 0),
            Split::Codes { .. } => (f32::from_bits(set), CODES),
        };
        let missing = if split.missing_left() { MISSING_LEFT } else { 0 };
        Self { value, child, flags: split.feature() as u32 & FEATURE | kind | missing }
    }

    /// The node of a tree whose nodes, answers and sets come to stand behind as many
    /// others.
    pub(super) fn moved(self, nodes: u32, leaves: u32, sets: u32, outputs: usize) -> Self {
        let shift = match (self.is_leaf(), self.is_codes()) {
            (true, _) if outputs != 1 => Some(leaves),
            (false, true) => Some(sets),
            _ => None,
        };
        let value = match shift {
            Some(shift) => f32::from_bits(self.value.to_bits() + shift),
            None => self.value,
        };
        Self { value, child: self.child + nodes, flags: self.flags }
    }

    pub(super) fn is_leaf(&self) -> bool {
        self.flags & LEAF != 0
    }

    /// Whether it is a split by codes.
    pub(super) fn is_codes(&self) -> bool {
        self.flags & CODES != 0
    }

    pub(super) fn missing_left(&self) -> bool {
        self.flags & MISSING_LEFT != 0
    }

    pub(super) fn feature(&self) -> usize {
        (self.flags & FEATURE) as usize
    }

    /// The node that a row comes to from here: a child, or a leaf itself.
    #[inline(always)]
    pub(super) fn next(&self, row: &[f32], sets: &[CodeSet]) -> u32 {
        let value = row.get(self.feature()).copied().unwrap_or(f32::NAN);
        let right = if self.is_codes() {
            self.goes_right_by_code(value, sets)
        } else {
            // Without a branch: NaN is neither below nor above.
            (value >= self.value) | (value.is_nan() & !self.missing_left())
        };
        self.child + u32::from(right & !self.is_leaf())
    }

    fn goes_right_by_code(&self, value: f32, sets: &[CodeSet]) -> bool {
        // What is no code is as if missing.
        if !(value >= 0.0 && value < MAX_CODES as f32) {
            return !self.missing_left();
        }
        !sets.get(self.value.to_bits() as usize).is_some_and(|set| contains(set, value))
    }
}
