//! Rows within a distance: a k-d tree in double precision, whose bounds are exact, so that
//! whole boxes can be passed over or taken without a look at their rows (Friedman, Bentley
//! & Finkel, ACM TOMS 3, 1977).

/// Rows of a leaf.
const LEAF: usize = 24;

/// Rows to search among.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree {
    columns: usize,
    /// The place of each row of the tree among the rows that it was built of.
    order: Vec<u32>,
    /// The rows in that order, row-major.
    rows: Vec<f64>,
    /// The least values of the columns in each node, then the greatest ones; a node's
    /// left child follows it, and then the right one, after the left one's descendants.
    boxes: Vec<f64>,
}

/// A node with its leaves.
#[derive(Debug, Clone, Copy)]
struct Node {
    index: usize,
    first: usize,
    leaves: usize,
}

impl Node {
    fn children(self) -> [Self; 2] {
        let left = self.leaves.div_ceil(2);
        // A tree of n leaves has 2n − 1 nodes.
        [
            Self { index: self.index + 1, first: self.first, leaves: left },
            Self {
                index: self.index + 2 * left,
                first: self.first + left,
                leaves: self.leaves - left,
            },
        ]
    }
}

/// The square of the distance of two rows, summed column by column.
fn squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).fold(0.0, |sum, square| sum + square)
}

impl Tree {
    /// A tree of `rows`, row-major, of `columns` (at least 1) finite values.
    pub(super) fn new(rows: &[f64], columns: usize) -> Self {
        let count = u32::try_from(rows.len() / columns).unwrap_or(u32::MAX);
        let mut order: Vec<u32> = (0..count).collect();
        arrange(rows, columns, &mut order);
        let row = |&row: &u32| {
            let start = row as usize * columns;
            rows.get(start..start + columns).unwrap_or_default()
        };
        let arranged = order.iter().flat_map(row).copied().collect();
        let mut tree = Self { columns, order, rows: arranged, boxes: Vec::new() };
        tree.enclose(tree.root());
        tree
    }

    fn root(&self) -> Node {
        Node { index: 0, first: 0, leaves: self.order.len().div_ceil(LEAF) }
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// The place, among the rows that the tree was built of, of each row of the tree.
    pub(super) fn order(&self) -> &[u32] {
        &self.order
    }

    /// The row at a position of the tree.
    pub(super) fn row(&self, position: usize) -> &[f64] {
        let start = position * self.columns;
        self.rows.get(start..start + self.columns).unwrap_or_default()
    }

    /// The positions of a node's rows.
    fn positions(&self, node: Node) -> std::ops::Range<usize> {
        node.first * LEAF..((node.first + node.leaves) * LEAF).min(self.order.len())
    }

    fn enclose(&mut self, node: Node) {
        let mut low = vec![f64::INFINITY; self.columns];
        let mut high = vec![f64::NEG_INFINITY; self.columns];
        for position in self.positions(node) {
            for ((low, high), &value) in low.iter_mut().zip(&mut high).zip(self.row(position)) {
                (*low, *high) = (low.min(value), high.max(value));
            }
        }
        self.boxes.append(&mut low);
        self.boxes.append(&mut high);
        if node.leaves > 1 {
            node.children().into_iter().for_each(|child| self.enclose(child));
        }
    }

    /// At least and at most the squared distance of a row to those of a node. As the sums
    /// are taken in the order of [`squared`], and rounding keeps order, both are exact.
    #[inline]
    fn bounds(&self, node: Node, row: &[f64]) -> (f64, f64) {
        let start = 2 * node.index * self.columns;
        let bounds = self.boxes.get(start..start + 2 * self.columns).unwrap_or_default();
        let (low, high) = bounds.split_at(bounds.len() / 2);
        let (mut least, mut most) = (0.0, 0.0);
        for ((&low, &high), &value) in low.iter().zip(high).zip(row) {
            let (below, above) = (low - value, value - high);
            let outside = below.max(above).max(0.0);
            let across = below.abs().max(above.abs());
            least += outside * outside;
            most += across * across;
        }
        (least, most)
    }

    /// Whether at least `least` rows lie within a squared distance of a row.
    pub(super) fn has_within(&self, row: &[f64], radius: f64, least: usize) -> bool {
        self.count(self.root(), row, radius, least) >= least
    }

    /// How many rows of a node lie within a squared distance; counted until there are
    /// `enough`.
    fn count(&self, node: Node, row: &[f64], radius: f64, enough: usize) -> usize {
        if node.leaves == 1 {
            let mut found = 0;
            for position in self.positions(node) {
                found += usize::from(squared(self.row(position), row) <= radius);
            }
            return found;
        }
        let mut near = node.children().map(|child| (self.bounds(child, row), child));
        // The nearer one first: it mostly has enough.
        if let [(first, _), (second, _)] = &near
            && second.1 < first.1
        {
            near.reverse();
        }
        let mut found = 0;
        for ((least, most), child) in near {
            if found >= enough {
                break;
            }
            if most <= radius {
                found += self.positions(child).len();
            } else if least <= radius {
                found += self.count(child, row, radius, enough - found);
            }
        }
        found
    }

    /// The position of the nearest row within a squared distance, of equally near ones the
    /// earlier among the rows that the tree was built of.
    pub(super) fn nearest_within(&self, row: &[f64], radius: f64) -> Option<usize> {
        let mut best = None;
        self.search(self.root(), row, radius, &mut best);
        best.map(|(_, _, position)| position)
    }

    fn search(&self, node: Node, row: &[f64], radius: f64, best: &mut Option<(f64, u32, usize)>) {
        if node.leaves == 1 {
            for position in self.positions(node) {
                let distance = squared(self.row(position), row);
                let place = self.order.get(position).copied().unwrap_or(u32::MAX);
                let nearer = best.is_none_or(|(than, earlier, _)| {
                    distance < than || (distance == than && place < earlier)
                });
                if distance <= radius && nearer {
                    *best = Some((distance, place, position));
                }
            }
            return;
        }
        let mut near = node.children().map(|child| (self.bounds(child, row).0, child));
        if let [(first, _), (second, _)] = &near
            && second < first
        {
            near.reverse();
        }
        for (least, child) in near {
            if least <= best.map_or(radius, |(distance, ..)| distance) {
                self.search(child, row, radius, best);
            }
        }
    }
}

/// Rows of a tree that have not been taken yet.
pub(super) struct Untaken<'a> {
    tree: &'a Tree,
    /// How many rows of each node there are.
    left: Vec<u32>,
    /// Whether each row, by its position, is taken.
    taken: Vec<bool>,
}

impl<'a> Untaken<'a> {
    /// All rows of a tree.
    pub(super) fn all(tree: &'a Tree) -> Self {
        let mut all = Self { tree, left: Vec::new(), taken: vec![false; tree.order.len()] };
        all.fill(tree.root());
        all
    }

    fn fill(&mut self, node: Node) {
        self.left.push(u32::try_from(self.tree.positions(node).len()).unwrap_or(u32::MAX));
        if node.leaves > 1 {
            node.children().into_iter().for_each(|child| self.fill(child));
        }
    }

    /// Takes the rows within a squared distance of a row; their positions are appended to
    /// `taken`. What is taken costs nothing later: a box without a row left is passed over.
    pub(super) fn take_within(&mut self, row: &[f64], radius: f64, taken: &mut Vec<usize>) {
        self.take(self.tree.root(), row, radius, false, taken);
    }

    /// `inside`: all rows of the node lie within the distance.
    fn take(
        &mut self,
        node: Node,
        row: &[f64],
        radius: f64,
        inside: bool,
        taken: &mut Vec<usize>,
    ) -> u32 {
        let before = taken.len();
        if node.leaves == 1 {
            for position in self.tree.positions(node) {
                if let Some(is_taken) = self.taken.get_mut(position)
                    && !*is_taken
                    && (inside || squared(self.tree.row(position), row) <= radius)
                {
                    *is_taken = true;
                    taken.push(position);
                }
            }
        } else {
            for child in node.children() {
                if self.left.get(child.index).is_none_or(|left| *left == 0) {
                    continue;
                }
                let (least, most) = if inside { (0.0, 0.0) } else { self.tree.bounds(child, row) };
                if least <= radius {
                    self.take(child, row, radius, inside || most <= radius, taken);
                }
            }
        }
        let more = u32::try_from(taken.len() - before).unwrap_or(u32::MAX);
        if let Some(left) = self.left.get_mut(node.index) {
            *left = left.saturating_sub(more);
        }
        more
    }
}

/// Orders the rows so that each half, and the halves of it, are near each other: they
/// are divided along the column with the widest spread.
fn arrange(rows: &[f64], columns: usize, order: &mut [u32]) {
    let count = order.len().div_ceil(LEAF);
    if count < 2 {
        return;
    }
    let cell = |row: u32, column: usize| {
        rows.get(row as usize * columns + column).copied().unwrap_or_default()
    };
    let mut widest = (0, f64::NEG_INFINITY);
    for column in 0..columns {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for &row in order.iter() {
            let value = cell(row, column);
            (low, high) = (low.min(value), high.max(value));
        }
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
    fn counts_nearest_and_taken_rows_are_those_of_a_brute_force_search() {
        let mut random = fastrand::Rng::with_seed(1);
        for (rows, columns) in [(1, 1), (25, 2), (700, 2), (900, 5)] {
            // Rounded, so that many rows are equally far away, and on the very border.
            let values: Vec<f64> =
                (0..rows * columns).map(|_| (random.f64() * 8.0).round()).collect();
            let tree = Tree::new(&values, columns);
            let mut untaken = Untaken::all(&tree);
            let mut known = vec![false; rows];
            for _ in 0..60 {
                let row: Vec<f64> = (0..columns).map(|_| (random.f64() * 8.0).round()).collect();
                let radius = f64::from(random.u8(0..12));
                let distances: Vec<f64> =
                    values.chunks_exact(columns).map(|other| squared(other, &row)).collect();
                let within = distances.iter().filter(|distance| **distance <= radius).count();
                assert!(tree.has_within(&row, radius, within));
                assert!(!tree.has_within(&row, radius, within + 1));
                let nearest = tree.nearest_within(&row, radius);
                let expected = (0..rows)
                    .filter(|&row| distances[row] <= radius)
                    .min_by(|&a, &b| distances[a].total_cmp(&distances[b]));
                assert_eq!(nearest.map(|position| tree.order[position] as usize), expected);
                let mut taken = Vec::new();
                untaken.take_within(&row, radius, &mut taken);
                let mut taken: Vec<usize> =
                    taken.into_iter().map(|position| tree.order[position] as usize).collect();
                taken.sort_unstable();
                let expected: Vec<usize> =
                    (0..rows).filter(|&row| !known[row] && distances[row] <= radius).collect();
                assert_eq!(taken, expected);
                expected.into_iter().for_each(|row| known[row] = true);
            }
        }
    }
}
