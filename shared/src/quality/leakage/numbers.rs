//! Whether one column tells a number.

use super::groups::{Group, Groups};
use super::{MIN_ROWS, Verdict};

/// The least share of variance that a column must explain to determine the target.
const R2: f64 = 0.999;

/// The least correlation, of values or of ranks, that determines the target.
const CORRELATION: f64 = 0.9999;

/// The numbers of a sample of rows.
pub(super) struct Outcomes {
    values: Vec<f64>,
    /// The rank of each value; the mean one among equals.
    ranks: Vec<f64>,
}

impl Outcomes {
    pub(super) fn of(values: impl Iterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.collect();
        let mut order: Vec<usize> = (0..values.len()).collect();
        let value = |row: &usize| values.get(*row).copied().unwrap_or(f64::NAN);
        order.sort_unstable_by(|a, b| value(a).total_cmp(&value(b)));
        let mut ranks = vec![0.0; values.len()];
        let mut before = 0;
        for equals in order.chunk_by(|a, b| value(a) == value(b)) {
            let rank = mean_rank(before, equals.len());
            before += equals.len();
            for &row in equals {
                if let Some(slot) = ranks.get_mut(row) {
                    *slot = rank;
                }
            }
        }
        Self { values, ranks }
    }

    /// A verdict when the groups tell (nearly) all of the variance.
    pub(super) fn told_by(&self, groups: &Groups) -> Option<Verdict> {
        let correlation = if groups.ordered { self.correlation(groups) } else { 0.0 };
        if correlation.abs() >= CORRELATION {
            return Some(Verdict::Correlated(correlation));
        }
        let explained = self.explained(groups)?;
        (explained >= R2).then_some(Verdict::Explained(explained))
    }

    /// The larger of Pearson's and Spearman's correlation, over the rows that have a
    /// value; 0 when half of the rows or more have none.
    fn correlation(&self, groups: &Groups) -> f64 {
        let (mut values, mut ranks) = (Comoments::default(), Comoments::default());
        let mut before = 0;
        for group in groups.iter().filter(|group| group.key.is_finite()) {
            let rank = mean_rank(before, group.rows.len());
            before += group.rows.len();
            for &row in group.rows {
                if let (Some(&y), Some(&y_rank)) =
                    (self.values.get(row as usize), self.ranks.get(row as usize))
                {
                    values.push(group.key, y);
                    ranks.push(rank, y_rank);
                }
            }
        }
        if before < MIN_ROWS || 2 * before <= self.values.len() {
            return 0.0;
        }
        let (pearson, spearman) = (values.correlation(), ranks.correlation());
        if pearson.abs() >= spearman.abs() { pearson } else { spearman }
    }

    /// R² where each row is predicted by the mean of the other rows of its group or,
    /// if it is alone, from the neighbouring groups along a line (the pseudo-residuals
    /// of Gasser, Sroka and Jennen-Steinmetz, Biometrika 73, 1986). The outermost rows
    /// have no two neighbours and do not count.
    fn explained(&self, groups: &Groups) -> Option<f64> {
        let ordered = groups.ordered;
        let groups: Vec<(Group<'_>, f64)> = groups
            .iter()
            .map(|group| {
                let mean = self.sum(&group) / group.rows.len() as f64;
                (group, mean)
            })
            .collect();
        let total = self.values.iter().sum::<f64>();
        let rows = self.values.len() as f64;
        let (mut residuals, mut spread, mut counted) = (0.0, 0.0, 0_usize);
        for (at, (group, mean)) in groups.iter().enumerate() {
            let size = group.rows.len() as f64;
            let neighbours = || {
                let before = groups.get(at.checked_sub(1)?)?;
                let after = groups.get(at + 1)?;
                let span = after.0.key - before.0.key;
                let share = (group.key - before.0.key) / span;
                let line = before.1 + share * (after.1 - before.1);
                line.is_finite().then_some(line)
            };
            for &row in group.rows {
                let Some(&y) = self.values.get(row as usize) else { continue };
                let prediction = if group.rows.len() > 1 {
                    Some((mean * size - y) / (size - 1.0))
                } else if ordered {
                    neighbours()
                } else {
                    Some((total - y) / (rows - 1.0))
                };
                let Some(prediction) = prediction else { continue };
                residuals += (y - prediction).powi(2);
                spread += (y - total / rows).powi(2);
                counted += 1;
            }
        }
        let share = 1.0 - residuals / spread;
        (counted >= MIN_ROWS && share.is_finite()).then_some(share)
    }

    fn sum(&self, group: &Group<'_>) -> f64 {
        group.rows.iter().filter_map(|&row| self.values.get(row as usize)).sum()
    }
}

/// The mean of the ranks `before + 1` to `before + size`.
fn mean_rank(before: usize, size: usize) -> f64 {
    before as f64 + (size as f64 + 1.0) / 2.0
}

/// Means and sums of products of deviations, in one pass (Welford).
#[derive(Default)]
struct Comoments {
    count: f64,
    x: f64,
    y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Comoments {
    fn push(&mut self, x: f64, y: f64) {
        self.count += 1.0;
        let (dx, dy) = (x - self.x, y - self.y);
        self.x += dx / self.count;
        self.y += dy / self.count;
        self.xx += dx * (x - self.x);
        self.yy += dy * (y - self.y);
        self.xy += dx * (y - self.y);
    }

    /// Pearson's correlation; 0 where it is not defined.
    fn correlation(&self) -> f64 {
        let r = self.xy / (self.xx * self.yy).sqrt();
        if r.is_finite() { r } else { 0.0 }
    }
}
