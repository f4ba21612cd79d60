//! Metrics of an order of rows, sorted once and scored with any weights.

/// The rows by rising score for one class, with those of equal score together.
#[derive(Debug, Clone)]
pub(super) struct Ranking {
    /// Each row in rising order, and whether it is of the class.
    order: Vec<(u32, bool)>,
    /// Where each run of equal scores ends in `order`.
    ends: Vec<u32>,
}

impl Ranking {
    /// Ranks the rows by their scores.
    pub(super) fn new(scored: impl Iterator<Item = (f64, bool)>) -> Self {
        let mut rows: Vec<(f64, u32, bool)> =
            scored.zip(0..).map(|((score, positive), row)| (score, row, positive)).collect();
        rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut ends = Vec::new();
        let mut end = 0;
        for tied in rows.chunk_by(|a, b| a.0 == b.0) {
            end += tied.len() as u32;
            ends.push(end);
        }
        Self { order: rows.into_iter().map(|(_, row, positive)| (row, positive)).collect(), ends }
    }

    /// The weights of the negative and positive rows of each run of equal scores.
    fn runs(&self, weights: &[f64]) -> impl DoubleEndedIterator<Item = (f64, f64)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let bounds: Vec<(u32, u32)> = starts.zip(self.ends.iter().copied()).collect();
        bounds.into_iter().map(move |(start, end)| {
            let tied = self.order.get(start as usize..end as usize).unwrap_or_default();
            tied.iter().fold((0.0, 0.0), |(negative, positive), &(row, is_positive)| {
                let weight = weights.get(row as usize).copied().unwrap_or_default();
                match is_positive {
                    true => (negative, positive + weight),
                    false => (negative + weight, positive),
                }
            })
        })
    }

    /// The chance that a row of the class ranks above one of the others; ties count
    /// half. `NaN` when there are none of either.
    pub(super) fn roc_auc(&self, weights: &[f64]) -> f64 {
        let (mut below, mut positives, mut won) = (0.0, 0.0, 0.0);
        for (negative, positive) in self.runs(weights) {
            won += positive * (below + negative / 2.0);
            below += negative;
            positives += positive;
        }
        won / (positives * below)
    }

    /// The mean precision over the rows of the class, each at its own score. `NaN`
    /// when there are none.
    pub(super) fn average_precision(&self, weights: &[f64]) -> f64 {
        let (mut taken, mut right, mut sum) = (0.0, 0.0, 0.0);
        for (negative, positive) in self.runs(weights).rev() {
            taken += negative + positive;
            right += positive;
            if positive > 0.0 {
                sum += positive * right / taken;
            }
        }
        sum / right
    }

    /// The weights of the negative and positive rows at or above each distinct score,
    /// from none to all.
    pub(super) fn cumulative(&self, weights: &[f64]) -> Vec<(f64, f64)> {
        let above = self.runs(weights).rev().scan((0.0, 0.0), |sum, (negative, positive)| {
            *sum = (sum.0 + negative, sum.1 + positive);
            Some(*sum)
        });
        std::iter::once((0.0, 0.0)).chain(above).collect()
    }
}
