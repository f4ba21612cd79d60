//! The nearest rows of many rows at once. Where the tree passes over few leaves, as with
//! many columns, all rows are compared with a leaf by one matrix product, since
//! |a − b|² = |a|² + |b|² − 2ab.
//!
//! That is rounded otherwise than a distance, by a share of |a|² + |b|² at most (Higham,
//! *Accuracy and Stability of Numerical Algorithms*, 2002, section 3.1). So it only tells
//! which rows may be near enough: their distances are taken as in any other search.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, aview2};

use super::lengths::{slack, squared_lengths};
use super::search::{Neighbour, Search};
use super::tree::{LEAF, Tree};

/// The fewest rows, leaves and columns that matrix products are quicker for.
const MIN_ROWS: usize = 8;
const MIN_LEAVES: usize = 64;
const MIN_COLUMNS: usize = 10;

/// The tree is quicker where no more than one of this many leaves is looked at.
const SPARED: usize = 8;

/// Leaves that each row looks at first, so that few rows of others are near enough.
const NEAREST_LEAVES: usize = 4;

/// Rows of a leaf that are told apart by their products: their values of a column fill a
/// line of the cache.
const TILE: usize = 16;

impl Tree {
    /// What [`nearest`](Self::nearest) gives for each of `rows`, row-major.
    pub(super) fn nearest_to_each(&self, rows: &[f32], count: usize) -> Vec<Vec<Neighbour>> {
        let rows = rows.chunks_exact(self.columns());
        let mut searches: Vec<_> = rows.map(|row| Search::new(self, row, count)).collect();
        let products = passes_over_few(self, &mut searches);
        let leaves = if products { NEAREST_LEAVES } else { usize::MAX };
        for search in &mut searches {
            search.descend(leaves);
        }
        if products {
            multiply(self, &mut searches);
        }
        searches.into_iter().map(Search::into_found).collect()
    }
}

/// Whether the tree passes over too few leaves, as the first search tells.
fn passes_over_few(tree: &Tree, searches: &mut [Search<'_>]) -> bool {
    let many =
        searches.len() >= MIN_ROWS && tree.leaves() >= MIN_LEAVES && tree.columns() >= MIN_COLUMNS;
    many && searches.first_mut().is_some_and(|first| !first.descend(tree.leaves() / SPARED))
}

/// Compares all rows with all leaves.
fn multiply(tree: &Tree, searches: &mut [Search<'_>]) {
    let mut rows = Array2::zeros((searches.len(), tree.columns()));
    let values = searches.iter().flat_map(Search::row);
    rows.iter_mut().zip(values).for_each(|(cell, value)| *cell = *value);
    let length = |search: &Search<'_>| squared_lengths(search.row().as_chunks::<1>().0);
    let lengths: Vec<[f32; 1]> = searches.iter().map(length).collect();
    let mut products = Array2::zeros((searches.len(), LEAF));
    let most = 1.0 + slack(tree.columns());
    for leaf in 0..tree.leaves() {
        general_mat_mul(-2.0, &rows, &aview2(tree.leaf(leaf)), 0.0, &mut products);
        let products = products.as_slice().unwrap_or_default().chunks_exact(LEAF);
        let (others, _) = tree.lengths(leaf).as_chunks::<TILE>();
        for ((search, [length]), products) in searches.iter_mut().zip(&lengths).zip(products) {
            let (products, _) = products.as_chunks::<TILE>();
            for (part, (products, others)) in products.iter().zip(others).enumerate() {
                // What is as small as the least of numbers is lost to underflow.
                let limit = search.worst() * most + f32::MIN_POSITIVE - length;
                // All at once; what is no number is not far.
                let far =
                    products.iter().zip(others).map(|(product, other)| product + other > limit);
                if !far.fold(true, |all, far| all & far) {
                    search.look::<TILE>(leaf, part);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Rows of whole numbers from 0 to `levels`, so that many are alike or equally far
    /// away, times `scale`, the last one far off.
    fn rows(
        random: &mut fastrand::Rng,
        count: usize,
        columns: usize,
        levels: u8,
        scale: f32,
    ) -> Vec<f32> {
        let value = |_| f32::from(random.u8(0..=levels)) * scale;
        let mut values: Vec<f32> = (0..count * columns).map(value).collect();
        values.iter_mut().rev().take(columns).for_each(|value| *value *= 1e3);
        values
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn products_find_the_rows_that_the_tree_finds(
            seed: u64,
            (known, asked) in (1_usize..700, 1_usize..20),
            columns in 1_usize..40,
            levels in prop_oneof![Just(1_u8), Just(5), Just(255)],
            // Their squares are from less than the least of numbers to more than the greatest.
            exponent in prop_oneof![3 => Just(0), 1 => -25..20],
            count in 1_usize..70,
            nearest_leaves in 0_usize..3,
        ) {
            let mut random = fastrand::Rng::with_seed(seed);
            let scale = 10_f32.powi(exponent);
            let tree = Tree::new(&rows(&mut random, known, columns, levels, scale), columns);
            let asked = rows(&mut random, asked, columns, levels, scale);
            let search = |row| {
                let mut search = Search::new(&tree, row, count);
                search.descend(nearest_leaves);
                search
            };
            let mut searches: Vec<_> = asked.chunks_exact(columns).map(search).collect();
            multiply(&tree, &mut searches);
            for (search, row) in searches.into_iter().zip(asked.chunks_exact(columns)) {
                prop_assert_eq!(search.into_found(), tree.nearest(row, count));
            }
        }
    }

    #[test]
    fn each_of_many_rows_has_the_neighbours_that_it_has_alone() {
        let mut random = fastrand::Rng::with_seed(3);
        let mut ways = Vec::new();
        // Where one column of many tells rows apart, the tree passes over most leaves.
        for (columns, others) in [(12, 1.0), (12, 1e-3), (2, 1.0)] {
            let mut rows = |count: usize| -> Vec<f32> {
                let scale = |index: usize| if index.is_multiple_of(columns) { 1.0 } else { others };
                (0..count * columns).map(|index| random.f32() * scale(index)).collect()
            };
            let tree = Tree::new(&rows(LEAF * MIN_LEAVES), columns);
            let asked = rows(MIN_ROWS);
            let alone: Vec<_> =
                asked.chunks_exact(columns).map(|row| tree.nearest(row, 5)).collect();
            assert_eq!(tree.nearest_to_each(&asked, 5), alone);
            let search = |row| Search::new(&tree, row, 5);
            let mut searches: Vec<_> = asked.chunks_exact(columns).map(search).collect();
            ways.push(passes_over_few(&tree, &mut searches));
        }
        assert_eq!(ways, [true, false, false]);
    }

    #[test]
    fn rows_whose_squares_are_too_great_are_looked_at() {
        let mut rows = [0.5e19; LEAF];
        rows[LEAF - 1] = 0.9e19;
        let (tree, row) = (Tree::new(&rows, 1), [1.87e19]);
        let mut searches = [Search::new(&tree, &row, 1)];
        multiply(&tree, &mut searches);
        assert_eq!(searches.map(Search::into_found), [tree.nearest(&row, 1)]);
    }
}
