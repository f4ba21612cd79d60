//! The nodes of a tree as they are written elsewhere.

use super::{Node, Split, TreeEnsemble};

/// A node of a tree, whose nodes are counted from its root.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum NodeView<'a> {
    /// A node with two children.
    Split {
        /// What divides its rows.
        split: Split,
        /// The left child; the right one is the next.
        left: usize,
        /// The weight of its training rows.
        cover: f32,
    },
    /// A node that answers.
    Leaf {
        /// One number an output.
        answers: &'a [f32],
        /// The weight of its training rows.
        cover: f32,
    },
}

impl TreeEnsemble {
    /// The nodes of a tree, the root first.
    pub(crate) fn tree(&self, tree: usize) -> impl ExactSizeIterator<Item = NodeView<'_>> {
        let root = |tree: usize| self.roots.get(tree).map(|&root| root as usize);
        let begin = root(tree).unwrap_or(self.nodes.len());
        let end = root(tree + 1).unwrap_or(self.nodes.len());
        let nodes = self.nodes.get(begin..end).unwrap_or_default();
        let covers = self.covers.get(begin..end).unwrap_or_default();
        nodes.iter().zip(covers).map(move |(node, &cover)| match self.split(node) {
            Some(split) => NodeView::Split { split, left: node.child as usize - begin, cover },
            None => NodeView::Leaf { answers: self.answers(node), cover },
        })
    }

    fn split(&self, node: &Node) -> Option<Split> {
        let (feature, missing_left) = (node.feature(), node.missing_left());
        match self.set_of(node) {
            _ if node.is_leaf() => None,
            Some(&left) => Some(Split::Codes { feature, left, missing_left }),
            None => Some(Split::Below { feature, threshold: node.value, missing_left }),
        }
    }
}
