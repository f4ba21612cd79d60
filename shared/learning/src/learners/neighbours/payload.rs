//! The training rows in an artifact: little-endian, in the order of the tree (`f32`),
//! then the places in that order (`u32`), the true values in the order of the training
//! rows (`f64`, or `u32` for classes), and their weights (`f64`), if any.

use serde::{Deserialize, Serialize};

use super::tree::Tree;
use super::{Answers, NeighboursModel, NeighboursParams};

/// What has to be known to read the rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::learners) struct NeighboursHeader {
    params: NeighboursParams,
    rows: usize,
    columns: usize,
    weighted: bool,
}

impl NeighboursHeader {
    pub(in crate::learners) fn columns(&self) -> usize {
        self.columns
    }
}

impl NeighboursModel {
    pub(in crate::learners) fn encode(&self) -> (NeighboursHeader, Vec<u8>) {
        let header = NeighboursHeader {
            params: self.params.clone(),
            rows: self.tree.order().len(),
            columns: self.tree.columns(),
            weighted: !self.weights.is_empty(),
        };
        let mut payload: Vec<u8> = self.tree.arranged().flat_map(f32::to_le_bytes).collect();
        payload.extend(self.tree.order().iter().flat_map(|place| place.to_le_bytes()));
        match &self.answers {
            Answers::Values(values) => {
                payload.extend(values.iter().flat_map(|value| value.to_le_bytes()));
            }
            Answers::Labels(labels) => {
                payload.extend(labels.iter().flat_map(|label| label.to_le_bytes()));
            }
        }
        payload.extend(self.weights.iter().flat_map(|weight| weight.to_le_bytes()));
        (header, payload)
    }

    /// `None` when the payload is not what the header says. `classes` is 0 for numbers.
    pub(in crate::learners) fn decode(
        header: NeighboursHeader,
        payload: &[u8],
        classes: usize,
    ) -> Option<Self> {
        let NeighboursHeader { params, rows, columns, weighted } = header;
        let (values, rest) =
            payload.split_at_checked(rows.checked_mul(columns)?.checked_mul(4)?)?;
        let values: Vec<f32> = numbers(values, f32::from_le_bytes);
        let (order, rest) = rest.split_at_checked(rows.checked_mul(4)?)?;
        let order: Vec<u32> = numbers(order, u32::from_le_bytes);
        let (answers, rest) =
            rest.split_at_checked(rows.checked_mul(if classes == 0 { 8 } else { 4 })?)?;
        let answers = match classes {
            0 => Answers::Values(numbers(answers, f64::from_le_bytes)),
            _ => Answers::Labels(numbers(answers, u32::from_le_bytes)),
        };
        let weights: Vec<f64> = numbers(rest, f64::from_le_bytes);
        let fits = rest.len() == if weighted { rows * 8 } else { 0 };
        let in_order = order.iter().all(|&place| (place as usize) < rows);
        (fits && in_order && columns > 0 && rows > 0).then(|| Self {
            params,
            tree: Tree::of_arranged(&values, columns, order),
            answers,
            weights,
        })
    }
}

fn numbers<T, const N: usize>(bytes: &[u8], read: impl Fn([u8; N]) -> T) -> Vec<T> {
    let (chunks, _) = bytes.as_chunks::<N>();
    chunks.iter().map(|&chunk| read(chunk)).collect()
}
