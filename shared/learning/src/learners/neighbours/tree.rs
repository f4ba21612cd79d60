//! The nearest of many rows: a k-d tree whose leaves are searched by brute force, all
//! rows of a leaf at once (Friedman, Bentley & Finkel, ACM TOMS 3, 1977).
//!
//! Where no box can be passed over, as with many columns, this is a blocked brute-force
//! search; where rows cluster, most leaves are never looked at.

/// Rows of a leaf.
const LEAF: usize = 64;

/// Columns whose distances are summed apart.
const LANES: usize = 4;

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
}

/// A row's squared distance, then its place among the rows of the tree.
pub(in crate::learners) type Neighbour = (f32, u32);

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
        let boxes = Vec::with_capacity(4 * count * columns);
        let mut tree = Self { columns, order, leaves, boxes };
        tree.enclose(0, count);
        tree
    }

    pub(super) fn order(&self) -> &[u32] {
        &self.order
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
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

    /// The `count` nearest rows, the nearest first, of equally near ones the earlier:
    /// the same whatever the shape of the tree.
    pub(in crate::learners) fn nearest(&self, row: &[f32], count: usize) -> Vec<Neighbour> {
        let mut search = Search {
            tree: self,
            row,
            count: count.min(self.order.len()),
            found: Vec::with_capacity(count + 1),
        };
        if search.count > 0 {
            search.visit(0, 0, self.order.len().div_ceil(LEAF));
        }
        search.found
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

/// The square of how far a value is outside of an interval.
#[inline]
fn outside(value: f32, low: f32, high: f32) -> f32 {
    let (below, above) = (low - value, value - high);
    let outside = if below > above { below } else { above };
    if outside > 0.0 { outside * outside } else { 0.0 }
}

/// One search.
struct Search<'a> {
    tree: &'a Tree,
    row: &'a [f32],
    count: usize,
    /// The nearest rows so far, in order.
    found: Vec<Neighbour>,
}

impl Search<'_> {
    /// The distance from which on a row is not wanted.
    fn worst(&self) -> f32 {
        match self.found.last() {
            Some(&(distance, _)) if self.found.len() == self.count => distance,
            _ => f32::INFINITY,
        }
    }

    /// At most the squared distance of each row in the box of a node.
    fn bound(&self, node: usize) -> f32 {
        let columns = self.tree.columns;
        let start = 2 * node * columns;
        let bounds = self.tree.boxes.get(start..start + 2 * columns).unwrap_or_default();
        let (low, high) = bounds.split_at(bounds.len() / 2);
        let (low, low_rest) = low.as_chunks::<LANES>();
        let (high, high_rest) = high.as_chunks::<LANES>();
        let (row, row_rest) = self.row.as_chunks::<LANES>();
        let mut sums = [0.0; LANES];
        for ((low, high), row) in low.iter().zip(high).zip(row) {
            for (((sum, &low), &high), &value) in sums.iter_mut().zip(low).zip(high).zip(row) {
                *sum += outside(value, low, high);
            }
        }
        for ((&low, &high), &value) in low_rest.iter().zip(high_rest).zip(row_rest) {
            sums[0] += outside(value, low, high);
        }
        // The sum of a row's own distance is rounded in another order.
        sums.iter().sum::<f32>() * (1.0 - 1e-4)
    }

    fn visit(&mut self, node: usize, first: usize, count: usize) {
        if count == 1 {
            self.search_leaf(first);
            return;
        }
        let left = count.div_ceil(2);
        // A tree of n leaves has 2n − 1 nodes.
        let children = [(node + 1, first, left), (node + 2 * left, first + left, count - left)];
        let mut children = children.map(|child| (self.bound(child.0), child));
        children.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (bound, (node, first, count)) in children {
            if bound <= self.worst() {
                self.visit(node, first, count);
            }
        }
    }

    fn search_leaf(&mut self, leaf: usize) {
        let start = leaf * self.tree.columns;
        let cells = self.tree.leaves.get(start..start + self.tree.columns).unwrap_or_default();
        let mut distances = [0.0_f32; LEAF];
        for (cells, value) in cells.iter().zip(self.row) {
            for (distance, cell) in distances.iter_mut().zip(cells) {
                let difference = cell - value;
                *distance += difference * difference;
            }
        }
        let worst = self.worst();
        let places = self.tree.order.iter().skip(leaf * LEAF);
        for (&distance, &place) in distances.iter().zip(places) {
            if distance <= worst {
                self.insert((distance, place));
            }
        }
    }

    fn insert(&mut self, neighbour: Neighbour) {
        let nearer = |other: &Neighbour| {
            other.0.total_cmp(&neighbour.0).then(other.1.cmp(&neighbour.1)).is_lt()
        };
        let position = self.found.partition_point(nearer);
        if position < self.count {
            self.found.truncate(self.count.saturating_sub(1));
            self.found.insert(position.min(self.found.len()), neighbour);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By comparison with every row, in double precision where it matters.
    fn brute_force(rows: &[f32], columns: usize, row: &[f32], count: usize) -> Vec<Neighbour> {
        let mut all: Vec<Neighbour> = rows
            .chunks_exact(columns)
            .zip(0..)
            .map(|(other, place)| {
                let square = |(a, b): (&f32, &f32)| (a - b) * (a - b);
                (other.iter().zip(row).map(square).fold(0.0, |sum, square| sum + square), place)
            })
            .collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        all.truncate(count);
        all
    }

    #[test]
    fn the_nearest_rows_are_those_of_a_brute_force_search() {
        let mut random = fastrand::Rng::with_seed(1);
        for (rows, columns) in [(1, 1), (31, 2), (33, 3), (700, 2), (1_000, 9), (2_000, 1)] {
            // Rounded, so that many rows are equally far away.
            let values: Vec<f32> =
                (0..rows * columns).map(|_| (random.f32() * 8.0).round()).collect();
            let tree = Tree::new(&values, columns);
            for count in [1, 5, 40] {
                for _ in 0..20 {
                    let row: Vec<f32> = (0..columns).map(|_| random.f32() * 8.0).collect();
                    let found = tree.nearest(&row, count);
                    assert_eq!(found, brute_force(&values, columns, &row, count));
                }
                let (known, _) = values.split_at(columns);
                assert_eq!(tree.nearest(known, count), brute_force(&values, columns, known, count));
            }
        }
    }

    #[test]
    fn a_tree_is_built_again_from_its_rows() {
        let mut random = fastrand::Rng::with_seed(2);
        let values: Vec<f32> = (0..300).map(|_| random.f32()).collect();
        let tree = Tree::new(&values, 3);
        let arranged: Vec<f32> = tree.arranged().collect();
        assert_eq!(Tree::of_arranged(&arranged, 3, tree.order().to_vec()), tree);
    }
}
