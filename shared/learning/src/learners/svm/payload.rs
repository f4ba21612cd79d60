//! Support vectors and factors in an artifact: little-endian; the vectors (`f64`), then
//! the terms of each function in turn (`u32` place and `f64` factor).

use serde::{Deserialize, Serialize};

use super::kernel::{self, Kernel};
use super::platt::Sigmoid;
use super::{Decisions, Function, Pair, SvmModel};
use crate::learners::algebra::Rows;

/// What has to be known to read the vectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::learners) struct SvmHeader {
    #[serde(flatten)]
    kernel: Kernel,
    columns: usize,
    vectors: usize,
    decisions: DecisionsHeader,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum DecisionsHeader {
    Classes(Vec<PairHeader>),
    Value { function: FunctionHeader, mean: f64, deviation: f64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct PairHeader {
    first: usize,
    second: usize,
    function: FunctionHeader,
    sigmoid: Sigmoid,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct FunctionHeader {
    terms: usize,
    rho: f64,
}

impl SvmHeader {
    pub(in crate::learners) fn columns(&self) -> usize {
        self.columns
    }
}

impl SvmModel {
    pub(in crate::learners) fn encode(&self) -> (SvmHeader, Vec<u8>) {
        let mut payload: Vec<u8> = self.vectors.iter().flat_map(|v| v.to_le_bytes()).collect();
        let mut function = |function: &Function| {
            for (vector, factor) in &function.terms {
                payload.extend(vector.to_le_bytes());
                payload.extend(factor.to_le_bytes());
            }
            FunctionHeader { terms: function.terms.len(), rho: function.rho }
        };
        let decisions = match &self.decisions {
            Decisions::Classes(pairs) => DecisionsHeader::Classes(
                pairs
                    .iter()
                    .map(|pair| PairHeader {
                        first: pair.first,
                        second: pair.second,
                        function: function(&pair.function),
                        sigmoid: pair.sigmoid,
                    })
                    .collect(),
            ),
            Decisions::Value { function: only, mean, deviation } => DecisionsHeader::Value {
                function: function(only),
                mean: *mean,
                deviation: *deviation,
            },
        };
        let header = SvmHeader {
            kernel: self.kernel,
            columns: self.columns,
            vectors: self.squares.len(),
            decisions,
        };
        (header, payload)
    }

    /// `None` when the payload is not what the header says, or decides on classes where
    /// there are none, or the reverse.
    pub(in crate::learners) fn decode(
        header: SvmHeader,
        payload: &[u8],
        classes: usize,
    ) -> Option<Self> {
        let SvmHeader { kernel, columns, vectors: count, decisions } = header;
        let size = count.checked_mul(columns)?.checked_mul(8)?;
        let (vectors, mut rest) = payload.split_at_checked(size)?;
        let vectors: Vec<f64> =
            vectors.as_chunks::<8>().0.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect();
        let mut function = |header: FunctionHeader| {
            let (terms, after) = rest.split_at_checked(header.terms.checked_mul(12)?)?;
            rest = after;
            let terms = terms.as_chunks::<12>().0.iter().map(|bytes| {
                let (vector, factor) = (bytes.first_chunk::<4>()?, bytes.last_chunk::<8>()?);
                Some((u32::from_le_bytes(*vector), f64::from_le_bytes(*factor)))
            });
            Some(Function { terms: terms.collect::<Option<_>>()?, rho: header.rho })
        };
        let decisions = match decisions {
            DecisionsHeader::Value { function: only, mean, deviation } if classes == 0 => {
                Decisions::Value { function: function(only)?, mean, deviation }
            }
            DecisionsHeader::Classes(pairs) if classes > 0 => {
                let pairs = pairs.into_iter().map(|pair| {
                    let PairHeader { first, second, function: header, sigmoid } = pair;
                    let known = first < classes && second < classes;
                    known.then_some(Pair { first, second, function: function(header)?, sigmoid })
                });
                Decisions::Classes(pairs.collect::<Option<_>>()?)
            }
            _ => return None,
        };
        let squares = kernel::squares(Rows::new(&vectors, columns));
        (rest.is_empty() && columns > 0).then_some(Self {
            kernel,
            columns,
            vectors,
            squares,
            decisions,
        })
    }
}
