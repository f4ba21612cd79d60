//! The search for the rows nearest to one row: down the tree, into the nearer half first,
//! and past whatever is farther away than the rows found so far.

use super::tree::{LEAF, Tree};

/// Columns whose distances are summed apart.
const LANES: usize = 4;

/// A row's squared distance, then its place among the rows of the tree.
pub(in crate::learners) type Neighbour = (f32, u32);

impl Tree {
    /// The `count` nearest rows, the nearest first, of equally near ones the earlier:
    /// the same whatever the shape of the tree.
    pub(in crate::learners) fn nearest(&self, row: &[f32], count: usize) -> Vec<Neighbour> {
        let mut search = Search::new(self, row, count);
        search.descend(usize::MAX);
        search.into_found()
    }
}

/// The square of how far a value is outside of an interval.
#[inline]
fn outside(value: f32, low: f32, high: f32) -> f32 {
    let (below, above) = (low - value, value - high);
    let outside = if below > above { below } else { above };
    if outside > 0.0 { outside * outside } else { 0.0 }
}

/// One search.
pub(super) struct Search<'a> {
    tree: &'a Tree,
    row: &'a [f32],
    count: usize,
    /// The nearest rows so far, in order.
    found: Vec<Neighbour>,
}

impl<'a> Search<'a> {
    pub(super) fn new(tree: &'a Tree, row: &'a [f32], count: usize) -> Self {
        let count = count.min(tree.order().len());
        Self { tree, row, count, found: Vec::with_capacity(count + 1) }
    }

    pub(super) fn row(&self) -> &'a [f32] {
        self.row
    }

    pub(super) fn into_found(self) -> Vec<Neighbour> {
        self.found
    }

    /// The distance from which on a row is not wanted.
    pub(super) fn worst(&self) -> f32 {
        match self.found.last() {
            Some(&(distance, _)) if self.found.len() == self.count => distance,
            _ => f32::INFINITY,
        }
    }

    /// Looks at those leaves that may hold rows that are wanted, at most `leaves` of them,
    /// the nearest ones first. Whether it came to the end.
    pub(super) fn descend(&mut self, mut leaves: usize) -> bool {
        self.count == 0 || self.visit(0, 0, self.tree.leaves(), &mut leaves)
    }

    /// Visits a node of `count` leaves from `first` on, of which `left` may be looked at.
    fn visit(&mut self, node: usize, first: usize, count: usize, left: &mut usize) -> bool {
        if count == 1 {
            return match left.checked_sub(1) {
                Some(fewer) => {
                    *left = fewer;
                    self.look::<LEAF>(first, 0);
                    true
                }
                None => false,
            };
        }
        let half = count.div_ceil(2);
        // A tree of n leaves has 2n − 1 nodes.
        let children = [(node + 1, first, half), (node + 2 * half, first + half, count - half)];
        let mut children = children.map(|child| (self.bound(child.0), child));
        children.sort_by(|a, b| a.0.total_cmp(&b.0));
        children.into_iter().all(|(bound, (node, first, count))| {
            bound > self.worst() || self.visit(node, first, count, left)
        })
    }

    /// At most the squared distance of each row in the box of a node.
    fn bound(&self, node: usize) -> f32 {
        let (low, high) = self.tree.bounds(node);
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

    /// Looks at `N` rows of a leaf, the `part`-th ones.
    pub(super) fn look<const N: usize>(&mut self, leaf: usize, part: usize) {
        let mut distances = [0.0_f32; N];
        for (cells, value) in self.tree.leaf(leaf).iter().zip(self.row) {
            let (parts, _) = cells.as_chunks::<N>();
            let Some(cells) = parts.get(part) else { return };
            for (distance, cell) in distances.iter_mut().zip(cells) {
                let difference = cell - value;
                *distance += difference * difference;
            }
        }
        let worst = self.worst();
        let places = self.tree.order().iter().skip(leaf * LEAF + part * N);
        for (&distance, &place) in distances.iter().zip(places) {
            if distance <= worst {
                self.insert((distance, place));
            }
        }
    }

    /// Inserts a row, unless it is there.
    fn insert(&mut self, neighbour: Neighbour) {
        let nearer = |other: &Neighbour| {
            other.0.total_cmp(&neighbour.0).then(other.1.cmp(&neighbour.1)).is_lt()
        };
        let position = self.found.partition_point(nearer);
        if position < self.count && self.found.get(position) != Some(&neighbour) {
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
}
