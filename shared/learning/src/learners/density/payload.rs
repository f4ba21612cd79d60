//! The core rows in an artifact: little-endian, in the order of the training rows (`f64`),
//! then their clusters (`i32`).

use serde::{Deserialize, Serialize};

use super::tree::Tree;
use super::{DbscanModel, DbscanParams};

/// What has to be known to read the rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::learners) struct DbscanHeader {
    params: DbscanParams,
    rows: usize,
    columns: usize,
}

impl DbscanHeader {
    pub(in crate::learners) fn columns(&self) -> usize {
        self.columns
    }
}

impl DbscanModel {
    pub(in crate::learners) fn encode(&self) -> (DbscanHeader, Vec<u8>) {
        let header = DbscanHeader {
            params: self.params.clone(),
            rows: self.clusters.len(),
            columns: self.tree.columns(),
        };
        let mut order: Vec<(u32, usize)> = self.tree.order().iter().copied().zip(0..).collect();
        order.sort_unstable();
        let rows = order.into_iter().flat_map(|(_, position)| self.tree.row(position));
        let mut payload: Vec<u8> = rows.flat_map(|value| value.to_le_bytes()).collect();
        payload.extend(self.clusters.iter().flat_map(|cluster| cluster.to_le_bytes()));
        (header, payload)
    }

    /// `None` when the payload is not what the header says.
    pub(in crate::learners) fn decode(header: DbscanHeader, payload: &[u8]) -> Option<Self> {
        let DbscanHeader { params, rows, columns } = header;
        let (values, clusters) =
            payload.split_at_checked(rows.checked_mul(columns)?.checked_mul(8)?)?;
        let (values, _) = values.as_chunks::<8>();
        let (clusters, rest) = clusters.as_chunks::<4>();
        let fits = columns > 0 && rows > 0 && clusters.len() == rows && rest.is_empty();
        let values: Vec<f64> = values.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
        let clusters: Vec<i32> = clusters.iter().map(|bytes| i32::from_le_bytes(*bytes)).collect();
        let finite = values.iter().all(|value| value.is_finite());
        (fits && finite).then(|| Self { params, tree: Tree::new(&values, columns), clusters })
    }
}
