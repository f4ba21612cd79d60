//! Whether one column tells the class of a row.

use super::Verdict;
use super::groups::{Group, Groups};

/// The least share of the majority rule's errors that a column must avoid to determine
/// the class: Goodman and Kruskal's λ (Journal of the American Statistical
/// Association 49, 1954), on rows that the rule has not seen.
const LAMBDA: f64 = 0.99;

/// The least number of rows outside of the most frequent class.
const MIN_OTHERS: usize = 20;

/// The classes of a sample of rows.
pub(super) struct Labels {
    labels: Vec<usize>,
    classes: usize,
    majority: usize,
}

/// What is remembered of a group when its neighbour is looked at.
#[derive(Clone, Copy)]
struct Summary {
    /// Whether it has one row only.
    alone: bool,
    /// Its most frequent class.
    class: usize,
}

impl Labels {
    pub(super) fn of(labels: impl Iterator<Item = usize>) -> Self {
        let labels: Vec<usize> = labels.collect();
        let classes = labels.iter().max().map_or(0, |last| last + 1);
        let mut counts = vec![0_usize; classes];
        for &label in &labels {
            if let Some(count) = counts.get_mut(label) {
                *count += 1;
            }
        }
        let majority = counts.into_iter().max().unwrap_or(0);
        Self { labels, classes, majority }
    }

    /// A verdict when the groups tell (nearly) every row's class.
    ///
    /// A row of a group of several is predicted by the others. Of numbers that occur
    /// once, those with one class should lie together: one that lies among those of
    /// another class makes two changes between neighbours, so that a change beyond one
    /// between each two classes is half an error.
    pub(super) fn told_by(&self, groups: &Groups) -> Option<Verdict> {
        let rows = self.labels.len();
        let others = rows - self.majority;
        if others < MIN_OTHERS {
            return None;
        }
        let mut counts = vec![0_usize; self.classes];
        let (mut wrong, mut changes) = (0, 0_usize);
        let mut before: Option<Summary> = None;
        for group in groups.iter() {
            let (now, errors) = self.tally(&group, &mut counts);
            wrong += errors;
            if now.alone && !groups.ordered {
                wrong += 1;
            }
            if !group.key.is_nan()
                && let Some(before) = before.replace(now)
                && (before.alone || now.alone)
            {
                changes += usize::from(before.class != now.class);
            }
        }
        let boundaries = self.classes.saturating_sub(1);
        let unordered = if groups.ordered { changes.saturating_sub(boundaries) } else { 0 };
        let errors = wrong as f64 + unordered as f64 / 2.0;
        (errors <= (1.0 - LAMBDA) * others as f64).then(|| Verdict::Classes {
            right: 1.0 - errors / rows as f64,
            majority: self.majority as f64 / rows as f64,
        })
    }

    /// The most frequent class of a group, and of how many of its rows the class is not
    /// the most frequent one among the group's other rows. `counts` is all zeros before
    /// and after.
    fn tally(&self, group: &Group<'_>, counts: &mut [usize]) -> (Summary, usize) {
        let labels = || group.rows.iter().filter_map(|&row| self.labels.get(row as usize));
        for &label in labels() {
            if let Some(count) = counts.get_mut(label) {
                *count += 1;
            }
        }
        let (mut best, mut second) = ((0, 0), 0);
        for &label in labels() {
            // Each class is met once: its count is taken.
            let count = counts.get_mut(label).map(std::mem::take).unwrap_or(0);
            if count > best.1 {
                (best, second) = ((label, count), best.1);
            } else {
                second = second.max(count);
            }
        }
        let size = group.rows.len();
        let summary = Summary { alone: size == 1, class: best.0 };
        let wrong = match size {
            1 => 0,
            // Without the row itself its class is not the most frequent one any more.
            _ if best.1 <= second + 1 && second > 0 => size,
            _ => size - best.1,
        };
        (summary, wrong)
    }
}
