//! Isotonic regression by pooling adjacent violators.

use serde::{Deserialize, Serialize};

/// How much of the uncorrected probability stays in the corrected one: steps get a
/// slope, so that the order of rows, and every metric of it, stays as it is.
const SLOPE: f64 = 1e-3;

/// The rising step function of least squares (Zadrozny & Elkan, KDD 2002), as
/// scikit-learn's `IsotonicRegression(out_of_bounds="clip")`, interpolated between its
/// steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Isotonic {
    /// Start and end of each step: a probability and the share of rows that are of the
    /// class.
    knots: Vec<(f64, f64)>,
    /// Shares stay this far from 0 and 1, which finitely many rows cannot prove.
    margin: f64,
}

/// Rows that are answered alike.
#[derive(Clone, Copy)]
struct Block {
    first: f64,
    last: f64,
    sum: f64,
    rows: f64,
}

impl Block {
    fn share(&self) -> f64 {
        self.sum / self.rows
    }
}

impl Isotonic {
    /// Fits probabilities to whether the rows are of the class; `None` without rows.
    pub(super) fn fit(scored: &[(f64, bool)]) -> Option<Self> {
        let mut rows = scored.to_vec();
        rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut blocks: Vec<Block> = Vec::new();
        for tied in rows.chunk_by(|a, b| a.0 == b.0) {
            let &(at, _) = tied.first()?;
            let sum = tied.iter().filter(|(_, is_class)| *is_class).count() as f64;
            let mut block = Block { first: at, last: at, sum, rows: tied.len() as f64 };
            while let Some(previous) = blocks.pop_if(|last| last.share() >= block.share()) {
                block.first = previous.first;
                block.sum += previous.sum;
                block.rows += previous.rows;
            }
            blocks.push(block);
        }
        let mut knots: Vec<(f64, f64)> = blocks
            .iter()
            .flat_map(|block| [(block.first, block.share()), (block.last, block.share())])
            .collect();
        knots.dedup();
        (!knots.is_empty()).then(|| Self { knots, margin: 1.0 / (scored.len() as f64 + 2.0) })
    }

    /// The share of rows of the class at a probability, between 0 and 1.
    pub(super) fn step(&self, probability: f64) -> f64 {
        let after = self.knots.partition_point(|(at, _)| *at < probability);
        let below = after.checked_sub(1).and_then(|index| self.knots.get(index));
        match (below, self.knots.get(after)) {
            (Some(&(x0, y0)), Some(&(x1, y1))) => y0 + (y1 - y0) * (probability - x0) / (x1 - x0),
            (Some(&(_, share)), None) | (None, Some(&(_, share))) => share,
            (None, None) => probability,
        }
    }

    /// The corrected probability, which rises with the uncorrected one.
    pub(super) fn apply(&self, probability: f64) -> f64 {
        let share = self.step(probability).clamp(self.margin, 1.0 - self.margin);
        share + SLOPE * (probability - share)
    }
}
