//! Growing one tree.

use std::collections::HashSet;

use fastrand::Rng;
use model_factory_tabular::features::Matrix;

use super::{LEAF, Node, mean_path};

/// A tree of `sample` rows that are drawn without replacement.
pub(super) fn tree(features: &Matrix<f32>, sample: usize, seed: u64) -> Vec<Node> {
    let mut random = Rng::with_seed(seed);
    let columns = features.columns();
    let mut rows = drawn(features.rows(), sample, &mut random);
    let mut growing = Growing {
        values: features.as_slice(),
        columns,
        // The depth at which a tree of so many rows has them all apart.
        deepest: (sample.max(2) as f64).log2().ceil() as usize,
        order: (0..columns).collect(),
        random,
        nodes: Vec::with_capacity(2 * sample),
    };
    growing.grow(&mut rows, 0);
    growing.nodes
}

/// Rows without repetition (Floyd's algorithm; Bentley & Floyd, CACM 1987).
fn drawn(rows: usize, count: usize, random: &mut Rng) -> Vec<usize> {
    let mut taken = HashSet::with_capacity(count);
    let mut drawn = Vec::with_capacity(count);
    for last in rows - count..rows {
        let row = random.usize(..=last);
        let row = if taken.insert(row) { row } else { last };
        taken.insert(row);
        drawn.push(row);
    }
    drawn
}

struct Growing<'a> {
    values: &'a [f32],
    columns: usize,
    deepest: usize,
    /// The features, dealt anew at each node.
    order: Vec<usize>,
    random: Rng,
    nodes: Vec<Node>,
}

impl Growing<'_> {
    fn value(&self, row: usize, feature: usize) -> f32 {
        self.values.get(row * self.columns + feature).copied().unwrap_or_default()
    }

    fn grow(&mut self, rows: &mut [usize], depth: usize) {
        let split = if depth < self.deepest && rows.len() > 1 { self.split(rows) } else { None };
        let Some((feature, threshold)) = split else {
            let path = depth as f64 + mean_path(rows.len());
            self.nodes.push(Node { feature: LEAF, right: 0, value: path as f32 });
            return;
        };
        let mut left = 0;
        for place in 0..rows.len() {
            let goes_left =
                rows.get(place).is_some_and(|&row| self.value(row, feature) <= threshold);
            if goes_left {
                rows.swap(left, place);
                left += 1;
            }
        }
        let own = self.nodes.len();
        let feature = u32::try_from(feature).unwrap_or(LEAF);
        self.nodes.push(Node { feature, right: 0, value: threshold });
        let (before, after) = rows.split_at_mut(left);
        self.grow(before, depth + 1);
        let right = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        if let Some(node) = self.nodes.get_mut(own) {
            node.right = right;
        }
        self.grow(after, depth + 1);
    }

    /// A random feature among those that differ, and a random threshold between its least
    /// and its greatest value; `None` when the rows are all the same.
    fn split(&mut self, rows: &[usize]) -> Option<(usize, f32)> {
        for dealt in 0..self.columns {
            let other = self.random.usize(dealt..self.columns);
            self.order.swap(dealt, other);
            let feature = self.order.get(dealt).copied()?;
            let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
            for &row in rows {
                let value = self.value(row, feature);
                (low, high) = (low.min(value), high.max(value));
            }
            if low < high {
                let threshold = low + self.random.f32() * (high - low);
                // Rounded up to the greatest value, it would part nothing.
                return Some((feature, if threshold < high { threshold } else { low }));
            }
        }
        None
    }
}
