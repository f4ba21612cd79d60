//! Path-dependent SHAP values (Lundberg, Erion & Lee 2018).
//!
//! A leaf's share for a feature is an integral over the probability `t` that a feature
//! of the path is known: ∫ (o − z) Π (z + (o − z) t) dt, the product over the path's
//! other features, with `o` 1 where the row follows the feature's splits, else 0, and
//! `z` the share of training rows that follow them. Gauss–Legendre quadrature makes
//! one pass over a tree enough, however deep it is.

use super::{Node, TreeEnsemble};

/// Exact for paths of up to 16 features, and next to it beyond.
const POINTS: usize = 8;

/// The abscissae of 8-point Gauss–Legendre quadrature on [0, 1].
const AT: [f64; POINTS] = [
    0.019_855_071_751_231_884,
    0.101_666_761_293_186_63,
    0.237_233_795_041_835_5,
    0.408_282_678_752_175_1,
    0.591_717_321_247_825,
    0.762_766_204_958_164_5,
    0.898_333_238_706_813_4,
    0.980_144_928_248_768_1,
];

/// Their weights.
const WEIGHTS: [f64; POINTS] = [
    0.050_614_268_145_188_13,
    0.111_190_517_226_687_24,
    0.156_853_322_938_943_64,
    0.181_341_891_689_181,
    0.181_341_891_689_181,
    0.156_853_322_938_943_64,
    0.111_190_517_226_687_24,
    0.050_614_268_145_188_13,
];

/// How a row stands to the splits on one feature above a node.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// 1 where the row follows them all, else 0.
    follows: f64,
    /// The share of training rows that follow them.
    share: f64,
}

impl Known {
    const NOT_YET: Self = Self { follows: 1.0, share: 1.0 };

    /// The feature's factor at each abscissa; above 0.
    fn factors(self) -> [f64; POINTS] {
        AT.map(|at| self.share + (self.follows - self.share) * at)
    }

    /// By how much a factor grows with the abscissa, as a share of it.
    fn slopes(self) -> [f64; POINTS] {
        self.factors().map(|factor| (self.follows - self.share) / factor)
    }
}

impl TreeEnsemble {
    /// Adds the SHAP values of one row to `contributions` (one number an output and
    /// feature), which sum with [`TreeEnsemble::expected`] to the row's answers.
    pub(in crate::learners) fn explain_row(&self, row: &[f32], contributions: &mut [f64]) {
        let mut walk = Walk {
            ensemble: self,
            row,
            known: vec![Known::NOT_YET; self.features],
            levels: Vec::new(),
            sums: Vec::new(),
            contributions,
        };
        for &root in &self.roots {
            walk.tree(root);
        }
        let trees = self.roots.len().max(1) as f64;
        contributions.iter_mut().for_each(|contribution| *contribution /= trees);
    }

    /// The mean answers over the training rows, one an output.
    pub(in crate::learners) fn expected(&self) -> Vec<f64> {
        let mut expected = vec![0.0; self.outputs];
        // A node's share of its tree's rows; children stand behind their parents.
        let mut shares = vec![0.0; self.nodes.len()];
        for &root in &self.roots {
            if let Some(share) = shares.get_mut(root as usize) {
                *share = 1.0;
            }
        }
        for (place, node) in self.nodes.iter().enumerate() {
            let share = shares.get(place).copied().unwrap_or_default();
            if node.is_leaf() {
                for (expected, &answer) in expected.iter_mut().zip(self.answers(node)) {
                    *expected += share * f64::from(answer);
                }
                continue;
            }
            for child in [node.child, node.child + 1] {
                let part = self.part(child, place as u32);
                if let Some(below) = shares.get_mut(child as usize) {
                    *below = share * part;
                }
            }
        }
        let trees = self.roots.len().max(1) as f64;
        expected.iter_mut().for_each(|expected| *expected /= trees);
        expected
    }

    /// The share of a node's training rows that go to one of its children.
    fn part(&self, child: u32, parent: u32) -> f64 {
        let cover = |at: u32| f64::from(self.covers.get(at as usize).copied().unwrap_or_default());
        cover(child) / cover(parent)
    }
}

/// A node on the way down, whose children are taken one after the other.
#[derive(Debug, Clone, Copy)]
struct Level {
    at: u32,
    /// The products of the factors above, at each abscissa.
    products: [f64; POINTS],
    /// How often it was come to.
    visits: u8,
    /// How the row stood to the node's feature above it, and stands below the child
    /// that is being taken.
    above: Known,
    below: Known,
}

struct Walk<'a> {
    ensemble: &'a TreeEnsemble,
    row: &'a [f32],
    known: Vec<Known>,
    /// The way from the root down.
    levels: Vec<Level>,
    /// For each level and output, the sum over the leaves done so far of their answer
    /// times the product of their path, at each abscissa.
    sums: Vec<[f64; POINTS]>,
    contributions: &'a mut [f64],
}

impl Walk<'_> {
    fn tree(&mut self, root: u32) {
        self.levels.clear();
        self.enter(root, [1.0; POINTS]);
        while let Some(&level) = self.levels.last() {
            let Some(node) = self.ensemble.nodes.get(level.at as usize) else { break };
            if node.is_leaf() {
                self.leave_leaf(node, &level);
                continue;
            }
            if level.visits > 0 {
                self.finish_child(node, &level);
            }
            match level.visits {
                0 => self.take_child(node, node.child, level),
                1 => self.take_child(node, node.child + 1, level),
                _ => {
                    self.levels.pop();
                }
            }
        }
    }

    /// Comes to a node for the first time.
    fn enter(&mut self, at: u32, products: [f64; POINTS]) {
        let known = Known::NOT_YET;
        self.levels.push(Level { at, products, visits: 0, above: known, below: known });
        let outputs = self.ensemble.outputs;
        self.sums.truncate((self.levels.len() - 1) * outputs);
        self.sums.resize(self.levels.len() * outputs, [0.0; POINTS]);
    }

    fn leave_leaf(&mut self, leaf: &Node, level: &Level) {
        self.levels.pop();
        let first = self.levels.len() * self.ensemble.outputs;
        for (sums, &answer) in self.sums.iter_mut().skip(first).zip(self.ensemble.answers(leaf)) {
            *sums = level.products.map(|product| product * f64::from(answer));
        }
    }

    fn take_child(&mut self, node: &Node, child: u32, mut level: Level) {
        let above = match level.visits {
            0 => self.known.get(node.feature()).copied().unwrap_or(Known::NOT_YET),
            _ => level.above,
        };
        let follows = child == node.next(self.row, &self.ensemble.sets);
        let below = Known {
            follows: if follows { above.follows } else { 0.0 },
            share: above.share * self.ensemble.part(child, level.at),
        };
        level = Level { visits: level.visits + 1, above, below, ..level };
        if let Some(place) = self.levels.last_mut() {
            *place = level;
        }
        self.set(node.feature(), below);
        let mut products = level.products;
        let factors = below.factors().into_iter().zip(above.factors());
        for (product, (below, above)) in products.iter_mut().zip(factors) {
            *product *= below / above;
        }
        self.enter(child, products);
    }

    /// Adds what the node's feature does to the leaves below the child just taken; a
    /// split on it further up will count them once more, with its own factor, which is
    /// taken off here.
    fn finish_child(&mut self, node: &Node, level: &Level) {
        let (outputs, features) = (self.ensemble.outputs, self.ensemble.features);
        self.set(node.feature(), level.above);
        let slopes = level.below.slopes().into_iter().zip(level.above.slopes());
        let mut effects = WEIGHTS;
        for (effect, (below, above)) in effects.iter_mut().zip(slopes) {
            *effect *= below - above;
        }
        let (own, child) = self.sums.split_at_mut(self.levels.len() * outputs);
        let own = own.iter_mut().skip((self.levels.len() - 1) * outputs);
        let rows = self.contributions.chunks_mut(features.max(1));
        for ((own, child), contributions) in own.zip(child.iter()).zip(rows) {
            let mut total = 0.0;
            for ((own, child), effect) in own.iter_mut().zip(child).zip(effects) {
                *own += child;
                total += effect * child;
            }
            if let Some(contribution) = contributions.get_mut(node.feature()) {
                *contribution += total;
            }
        }
    }

    fn set(&mut self, feature: usize, known: Known) {
        if let Some(place) = self.known.get_mut(feature) {
            *place = known;
        }
    }
}
