//! Decision trees as they serve: one flat array of nodes, whose leaves are averaged.

mod codec;
mod node;
mod predict;
mod shap;
mod view;

pub use codec::TreesError;
use node::Node;
pub(crate) use node::Split;
pub(crate) use view::NodeView;

/// The categories of a split that go left: one bit a code.
pub(crate) type CodeSet = [u64; 4];

/// Categories have codes below this; others are as if missing.
const MAX_CODES: usize = 256;

/// Trees that answer together: the mean of the leaves that a row falls into.
///
/// The nodes of a tree stand together, the two children of a node side by side, each
/// pair before all that follow from its left child, and those before what follows from
/// its right one.
#[derive(Debug, Clone, PartialEq)]
pub struct TreeEnsemble {
    features: usize,
    outputs: usize,
    nodes: Vec<Node>,
    /// The weight of the training rows in each leaf, and below each split.
    covers: Vec<f32>,
    roots: Vec<u32>,
    /// What the leaves answer, where there is more than one output.
    leaves: Vec<f32>,
    sets: Vec<CodeSet>,
    /// By how much each feature's splits reduced the impurity, in all.
    gains: Vec<f64>,
}

/// One tree on its own, as growing makes it: child indices count from its root.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    covers: Vec<f32>,
    leaves: Vec<f32>,
    sets: Vec<CodeSet>,
    gains: Vec<f64>,
}

impl Tree {
    /// A tree of one empty node.
    pub(super) fn new(features: usize) -> Self {
        Self {
            nodes: vec![Node::leaf(0.0, 0)],
            covers: vec![0.0],
            leaves: Vec::new(),
            sets: Vec::new(),
            gains: vec![0.0; features],
        }
    }

    /// Makes `node` a leaf of `cover` rows that answers `values`.
    pub(super) fn set_leaf(&mut self, node: u32, values: impl Iterator<Item = f32>, cover: f32) {
        let first = self.leaves.len();
        self.leaves.extend(values);
        let leaf = match self.leaves.len() - first {
            1 => Node::leaf(self.leaves.pop().unwrap_or_default(), node),
            _ => Node::leaf_of_many(first as u32, node),
        };
        self.put(node, leaf, cover);
    }

    /// Makes `node` a split and appends its two children; returns the left one.
    pub(super) fn set_split(&mut self, node: u32, split: Split, gain: f64) -> u32 {
        let child = self.nodes.len() as u32;
        if let Some(total) = self.gains.get_mut(split.feature()) {
            *total += gain;
        }
        let node_of_split = Node::split(&split, child, self.sets.len() as u32);
        if let Split::Codes { left, .. } = split {
            self.sets.push(left);
        }
        self.put(node, node_of_split, 0.0);
        self.nodes.extend([child, child + 1].map(|place| Node::leaf(0.0, place)));
        self.covers.extend([0.0, 0.0]);
        child
    }

    fn put(&mut self, index: u32, node: Node, cover: f32) {
        if let Some(place) = self.nodes.get_mut(index as usize) {
            *place = node;
        }
        if let Some(place) = self.covers.get_mut(index as usize) {
            *place = cover;
        }
    }
}

impl TreeEnsemble {
    /// The mean of `trees`, which read `features` features and answer `outputs`
    /// numbers.
    pub(super) fn new(features: usize, outputs: usize, trees: Vec<Tree>) -> Self {
        let mut ensemble = Self {
            features,
            outputs,
            nodes: Vec::with_capacity(trees.iter().map(|tree| tree.nodes.len()).sum()),
            covers: Vec::new(),
            roots: Vec::with_capacity(trees.len()),
            leaves: Vec::new(),
            sets: Vec::new(),
            gains: vec![0.0; features],
        };
        for tree in trees {
            let (nodes, leaves, sets) = (
                ensemble.nodes.len() as u32,
                ensemble.leaves.len() as u32,
                ensemble.sets.len() as u32,
            );
            ensemble.roots.push(nodes);
            let moved = tree.nodes.into_iter().map(|node| node.moved(nodes, leaves, sets, outputs));
            ensemble.nodes.extend(moved);
            ensemble.covers.extend(tree.covers);
            ensemble.leaves.extend(tree.leaves);
            ensemble.sets.extend(tree.sets);
            for (total, gain) in ensemble.gains.iter_mut().zip(tree.gains) {
                *total += gain;
            }
        }
        ensemble.sum_covers();
        ensemble
    }

    /// Gives each split the cover of its children, which stand behind it.
    fn sum_covers(&mut self) {
        for place in (0..self.nodes.len()).rev() {
            let Some(node) = self.nodes.get(place).filter(|node| !node.is_leaf()) else { continue };
            let child = node.child as usize;
            let sum = self.covers.iter().skip(child).take(2).sum();
            if let Some(cover) = self.covers.get_mut(place) {
                *cover = sum;
            }
        }
    }

    /// The codes that a split sends left; `None` for another node.
    fn set_of(&self, node: &Node) -> Option<&CodeSet> {
        let set = self.sets.get(node.value.to_bits() as usize);
        set.filter(|_| node.is_codes())
    }

    /// The number of features that the trees read.
    #[must_use]
    pub fn features(&self) -> usize {
        self.features
    }

    /// The numbers that a row is answered with: one for a regression and for two
    /// classes (the probability of the second), else one a class.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The number of trees.
    #[must_use]
    pub fn trees(&self) -> usize {
        self.roots.len()
    }

    /// The number of nodes of all trees.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// By how much the splits on each feature reduced the impurity, weighted by rows,
    /// in all.
    #[must_use]
    pub fn gains(&self) -> &[f64] {
        &self.gains
    }

    /// What a leaf answers, one number an output.
    fn answers<'a>(&'a self, leaf: &'a Node) -> &'a [f32] {
        match self.outputs {
            1 => std::slice::from_ref(&leaf.value),
            outputs => {
                let first = leaf.value.to_bits() as usize;
                self.leaves.get(first..first + outputs).unwrap_or_default()
            }
        }
    }
}

#[cfg(test)]
mod tests;
