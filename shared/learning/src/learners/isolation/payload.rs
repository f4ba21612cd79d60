//! The trees in an artifact: little-endian, of each node its feature (`u32`), the place of
//! its right child in its tree (`u32`), and its value (`f32`).

use serde::{Deserialize, Serialize};

use super::{IsolationForest, LEAF, Node};

/// What has to be known to read the trees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::learners) struct IsolationHeader {
    columns: usize,
    roots: Vec<u32>,
    usual_path: f64,
    threshold: f64,
}

impl IsolationHeader {
    pub(in crate::learners) fn columns(&self) -> usize {
        self.columns
    }
}

impl IsolationForest {
    pub(in crate::learners) fn encode(&self) -> (IsolationHeader, Vec<u8>) {
        let header = IsolationHeader {
            columns: self.columns,
            roots: self.roots.clone(),
            usual_path: self.usual_path,
            threshold: self.threshold,
        };
        let bytes = |node: &Node| {
            let Node { feature, right, value } = node;
            [feature.to_le_bytes(), right.to_le_bytes(), value.to_le_bytes()].concat()
        };
        (header, self.nodes.iter().flat_map(bytes).collect())
    }

    /// `None` when the payload is not what the header says.
    pub(in crate::learners) fn decode(header: IsolationHeader, payload: &[u8]) -> Option<Self> {
        let IsolationHeader { columns, roots, usual_path, threshold } = header;
        let (words, rest) = payload.as_chunks::<4>();
        let (nodes, odd) = words.as_chunks::<3>();
        let nodes: Vec<Node> = nodes
            .iter()
            .map(|[feature, right, value]| Node {
                feature: u32::from_le_bytes(*feature),
                right: u32::from_le_bytes(*right),
                value: f32::from_le_bytes(*value),
            })
            .collect();
        let ascending = roots.first() == Some(&0) && roots.is_sorted_by(|a, b| a < b);
        let fits = rest.is_empty() && odd.is_empty() && ascending && columns > 0;
        let ends = roots.iter().skip(1).map(|&root| root as usize).chain([nodes.len()]);
        let sound = roots.iter().zip(ends).all(|(&root, end)| {
            let tree = nodes.get(root as usize..end).unwrap_or_default();
            !tree.is_empty()
                && (0..).zip(tree).all(|(place, node)| is_sound(*node, place, tree.len(), columns))
        });
        (fits && sound).then_some(Self { columns, nodes, roots, usual_path, threshold })
    }
}

/// Whether a node is a leaf, or its children come after it: no path is endless.
fn is_sound(node: Node, place: usize, nodes: usize, columns: usize) -> bool {
    let right = node.right as usize;
    let splits = (node.feature as usize) < columns && place + 1 < right && right < nodes;
    node.feature == LEAF || splits
}
