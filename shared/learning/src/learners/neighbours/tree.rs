//! Rows to find the nearest of: a k-d tree (Friedman, Bentley & Finkel, ACM TOMS 3, 1977)
//! whose leaves hold their rows column by column, so that all are compared at once.

use super::lengths::squared_lengths;

/// Rows of a leaf.
pub(super) const LEAF: usize = 64;

/// Rows to search among.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::learners) struct Tree {
    columns: usize,
    /// The place of each row of the tree among the rows that it was built of.
    order: Vec<u32>,
    /// The values of each leaf, column by column.
    leaves: Vec<[f32; LEAF]>,
    /// The least values of the columns in each node, then the greatest ones; a node's
    /// left child follows it, and then the right one, after the left one's descendants.
    boxes: Vec<f32>,
    /// The squared lengths of the rows of each leaf, as [`squared_lengths`] gives them.
    lengths: Vec<[f32; LEAF]>,
}

impl Tree {
    /// A tree of `rows`, row-major, of `columns` (at least 1) finite values.
    pub(in crate::learners) fn new(rows: &[f32], columns: usize) -> Self {
        let count = u32::try_from(rows.len() / columns).unwrap_or(u32::MAX);
        let mut order: Vec<u32> = (0..count).collect();
        arrange(rows, columns, &mut order);
        Self::of_order(order, columns, |row| {
            let start = row as usize * columns;
            rows.get(start..start + columns).unwrap_or_default()
        })
    }

    /// The tree of rows that stand in its order.
    pub(super) fn of_arranged(rows: &[f32], columns: usize, order: Vec<u32>) -> Self {
        let mut arranged = rows.chunks_exact(columns);
        Self::of_order(order, columns, |_| arranged.next().unwrap_or_default())
    }

    /// `row` is called for each row of the order in turn.
    fn of_order<'a>(
        order: Vec<u32>,
        columns: usize,
        mut row: impl FnMut(u32) -> &'a [f32],
    ) -> Self {
        let count = order.len().div_ceil(LEAF);
        // What is no row is infinitely far away.
        let mut leaves = vec![[f32::INFINITY; LEAF]; count * columns];
        for (leaf, places) in leaves.chunks_exact_mut(columns).zip(order.chunks(LEAF)) {
            for (lane, &place) in places.iter().enumerate() {
                for (cells, &value) in leaf.iter_mut().zip(row(place)) {
                    if let Some(cell) = cells.get_mut(lane) {
                        *cell = value;
                    }
                }
            }
        }
        let lengths = leaves.chunks_exact(columns).map(squared_lengths).collect();
        let boxes = Vec::with_capacity(4 * count * columns);
        let mut tree = Self { columns, order, leaves, boxes, lengths };
        tree.enclose(0, count);
        tree
    }

    pub(super) fn order(&self) -> &[u32] {
        &self.order
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// The number of leaves.
    pub(super) fn leaves(&self) -> usize {
        self.lengths.len()
    }

    /// The values of a leaf, column by column.
    pub(super) fn leaf(&self, leaf: usize) -> &[[f32; LEAF]] {
        self.leaves.get(leaf * self.columns..(leaf + 1) * self.columns).unwrap_or_default()
    }

    /// The squared lengths of the rows of a leaf.
    pub(super) fn lengths(&self, leaf: usize) -> &[f32] {
        self.lengths.get(leaf).map_or(&[], |lengths| lengths)
    }

    /// The least values of the columns in a node, and the greatest ones.
    pub(super) fn bounds(&self, node: usize) -> (&[f32], &[f32]) {
        let start = 2 * node * self.columns;
        let bounds = self.boxes.get(start..start + 2 * self.columns).unwrap_or_default();
        bounds.split_at(bounds.len() / 2)
    }

    /// The rows in the order of the tree, row-major.
    pub(super) fn arranged(&self) -> impl Iterator<Item = f32> {
        let leaves = self.leaves.chunks_exact(self.columns);
        leaves
            .flat_map(|leaf| {
                let row = move |lane| leaf.iter().filter_map(move |cells| cells.get(lane));
                (0..LEAF).flat_map(row)
            })
            .copied()
            .take(self.order.len() * self.columns)
    }

    /// Appends the boxes of the node of `count` leaves from `first` on, and of its
    /// descendants.
    fn enclose(&mut self, first: usize, count: usize) {
        let leaves = self.leaves.chunks_exact(self.columns).enumerate();
        let mut bounds = vec![[f32::INFINITY, f32::NEG_INFINITY]; self.columns];
        for (leaf, columns) in leaves.skip(first).take(count) {
            let rows = LEAF.min(self.order.len() - leaf * LEAF);
            for ([low, high], cells) in bounds.iter_mut().zip(columns) {
                for &value in cells.iter().take(rows) {
                    (*low, *high) = (low.min(value), high.max(value));
                }
            }
        }
        self.boxes.extend(bounds.iter().map(|[low, _]| low));
        self.boxes.extend(bounds.iter().map(|[_, high]| high));
        if count > 1 {
            let left = count.div_ceil(2);
            self.enclose(first, left);
            self.enclose(first + left, count - left);
        }
    }
}

/// Orders the rows so that each half, and the halves of it, are near each other: they
/// are divided along the column with the widest spread.
fn arrange(rows: &[f32], columns: usize, order: &mut [u32]) {
    let count = order.len().div_ceil(LEAF);
    if count < 2 {
        return;
    }
    let cell = |row: u32, column: usize| {
        rows.get(row as usize * columns + column).copied().unwrap_or_default()
    };
    let mut bounds = vec![[f32::INFINITY, f32::NEG_INFINITY]; columns];
    for &row in order.iter() {
        for (column, [low, high]) in bounds.iter_mut().enumerate() {
            let value = cell(row, column);
            (*low, *high) = (low.min(value), high.max(value));
        }
    }
    let mut widest = (0, f32::NEG_INFINITY);
    for (column, [low, high]) in bounds.iter().enumerate() {
        if high - low > widest.1 {
            widest = (column, high - low);
        }
    }
    let left = count.div_ceil(2) * LEAF;
    let key = |row: u32| cell(row, widest.0);
    order.select_nth_unstable_by(left, |&a, &b| key(a).total_cmp(&key(b)).then(a.cmp(&b)));
    let (before, after) = order.split_at_mut(left);
    arrange(rows, columns, before);
    arrange(rows, columns, after);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_built_again_from_its_rows() {
        let mut random = fastrand::Rng::with_seed(2);
        let values: Vec<f32> = (0..300).map(|_| random.f32()).collect();
        let tree = Tree::new(&values, 3);
        let arranged: Vec<f32> = tree.arranged().collect();
        assert_eq!(Tree::of_arranged(&arranged, 3, tree.order().to_vec()), tree);
    }
}
