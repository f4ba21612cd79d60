//! From rows of features to answers.

use rayon::prelude::*;

use super::{Node, TreeEnsemble};

/// So many walks go down together, so that one waits for memory while others compute.
const LANES: usize = 8;

/// Rows that meet a tree while it is in the cache.
const BLOCK: usize = 256;

impl TreeEnsemble {
    /// Adds up what the trees answer to one row, in their order, so that it is answered
    /// the same, bit for bit, as in any batch: several trees at a time instead of rows.
    fn add_row(&self, row: &[f32], answers: &mut [f64]) {
        let (groups, rest) = self.roots.as_chunks::<LANES>();
        for group in groups {
            for at in self.descend(*group, [row; LANES]) {
                self.add(at, answers);
            }
        }
        for &root in rest {
            let [at] = self.descend([root], [row]);
            self.add(at, answers);
        }
    }

    /// The answers of rows (row-major): the mean over the trees, one number an output.
    #[must_use]
    pub fn predict_rows(&self, features: &[f32]) -> Vec<f64> {
        let width = self.features.max(1);
        let outputs = self.outputs;
        let mut answers = vec![0.0; features.len() / width * outputs];
        if features.len() == width {
            self.add_row(features, &mut answers);
            self.divide(&mut answers);
            return answers;
        }
        answers
            .par_chunks_mut(BLOCK * outputs.max(1))
            .zip(features.par_chunks(BLOCK * width))
            .for_each(|(answers, rows)| {
                for &root in &self.roots {
                    self.add_tree(root, rows, answers);
                }
                self.divide(answers);
            });
        answers
    }

    /// Adds one tree's answers to those of a block of rows.
    fn add_tree(&self, root: u32, rows: &[f32], answers: &mut [f64]) {
        let (width, outputs) = (self.features.max(1), self.outputs.max(1));
        let groups = rows.chunks(LANES * width).zip(answers.chunks_mut(LANES * outputs));
        for (rows, answers) in groups {
            let mut lanes: [&[f32]; LANES] = [&[]; LANES];
            for (lane, row) in lanes.iter_mut().zip(rows.chunks(width)) {
                *lane = row;
            }
            // A lane without a row stays at the root's first leaf for a missing value.
            let ends = self.descend([root; LANES], lanes);
            for (at, answers) in ends.into_iter().zip(answers.chunks_mut(outputs)) {
                self.add(at, answers);
            }
        }
    }

    /// The leaves that rows reach from the given nodes.
    #[inline]
    pub(super) fn descend<const N: usize>(&self, mut at: [u32; N], rows: [&[f32]; N]) -> [u32; N] {
        loop {
            let mut moved = 0;
            for (at, row) in at.iter_mut().zip(rows) {
                let next =
                    self.nodes.get(*at as usize).map_or(*at, |node| node.next(row, &self.sets));
                moved |= next ^ *at;
                *at = next;
            }
            if moved == 0 {
                return at;
            }
        }
    }

    fn node(&self, at: u32) -> Option<&Node> {
        self.nodes.get(at as usize)
    }

    #[inline]
    fn add(&self, at: u32, answers: &mut [f64]) {
        let Some(leaf) = self.node(at) else { return };
        for (answer, &value) in answers.iter_mut().zip(self.answers(leaf)) {
            *answer += f64::from(value);
        }
    }

    fn divide(&self, answers: &mut [f64]) {
        let trees = self.roots.len().max(1) as f64;
        for answer in answers {
            *answer /= trees;
        }
    }
}
