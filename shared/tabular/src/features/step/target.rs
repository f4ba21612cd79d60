//! Categories as the mean of the target.
//!
//! As scikit-learn's TargetEncoder with a fixed `smooth` and internal cross-fitting
//! (Micci-Barreca, 2001): a level's mean is drawn towards the mean of all rows as if
//! [`PRIOR_ROWS`] more rows had that; a training row's features come from the rows of the
//! other folds only, so that its own target never reaches it.

use serde::{Deserialize, Serialize};

use crate::dataset::{Categories, Target};
use crate::features::levels::{Levels, Slots};
use crate::features::matrix::{Block, Element};
use crate::order;

/// How many rows the mean of all counts for in a level's mean.
const PRIOR_ROWS: f64 = 10.0;

/// Folds of the training rows.
const FOLDS: usize = 5;

/// More classes than this have no feature each, but the most frequent ones.
const MOST_CLASSES: usize = 10;

/// The smoothed means of the target by level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::features) struct TargetMeans {
    levels: Levels,
    /// The class of each feature, where there is more than one.
    classes: Vec<String>,
    /// One row a level, then one for missing and one for unknown texts; one column a
    /// feature.
    means: Vec<f64>,
}

/// The numbers whose means are features, one column each.
pub(in crate::features) struct Goals {
    columns: Vec<Vec<f64>>,
    classes: Vec<String>,
}

impl Goals {
    /// A regression's target itself; of two classes, whether it is the second; else of
    /// each class whether it is that. None without a target.
    pub(in crate::features) fn of(target: &Target) -> Self {
        let is = |labels: &[usize], class: usize| {
            labels.iter().map(|&label| f64::from(u8::from(label == class))).collect()
        };
        match target {
            Target::Absent { .. } => Self { columns: Vec::new(), classes: Vec::new() },
            Target::Values(values) => Self { columns: vec![values.clone()], classes: Vec::new() },
            Target::Classes { classes, labels } if classes.len() <= 2 => {
                Self { columns: vec![is(labels, 1)], classes: Vec::new() }
            }
            Target::Classes { classes, labels } => {
                let mut counts = vec![0_usize; classes.len()];
                for &label in labels {
                    if let Some(count) = counts.get_mut(label) {
                        *count += 1;
                    }
                }
                let mut chosen: Vec<(usize, &String)> = classes.iter().enumerate().collect();
                chosen.sort_by_key(|(class, _)| std::cmp::Reverse(counts.get(*class).copied()));
                chosen.truncate(MOST_CLASSES);
                chosen.sort_unstable();
                Self {
                    columns: chosen.iter().map(|(class, _)| is(labels, *class)).collect(),
                    classes: chosen.into_iter().map(|(_, class)| class.clone()).collect(),
                }
            }
        }
    }
}

/// Sums of a goal by level.
struct Sums {
    sums: Vec<f64>,
    counts: Vec<f64>,
}

impl Sums {
    fn zeros(slots: usize) -> Self {
        Self { sums: vec![0.0; slots], counts: vec![0.0; slots] }
    }

    fn add(&mut self, slot: usize, goal: f64) {
        if let (Some(sum), Some(count)) = (self.sums.get_mut(slot), self.counts.get_mut(slot)) {
            *sum += goal;
            *count += 1.0;
        }
    }

    /// The sums of all but `other`.
    fn without(&self, other: &Self) -> Self {
        let subtract = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect();
        Self {
            sums: subtract(&self.sums, &other.sums),
            counts: subtract(&self.counts, &other.counts),
        }
    }

    /// The smoothed mean of each slot; that of all rows where it has none.
    fn means(&self) -> Vec<f64> {
        let total: f64 = self.counts.iter().sum();
        let prior = self.sums.iter().sum::<f64>() / total.max(1.0);
        let mean = |(sum, count)| (sum + PRIOR_ROWS * prior) / (count + PRIOR_ROWS);
        self.sums.iter().zip(&self.counts).map(mean).collect()
    }
}

impl TargetMeans {
    /// The means of all rows, and the features of the training rows (one column after the
    /// other). With `scale`, features have mean 0 and variance 1 over the training rows.
    pub(in crate::features) fn fit(
        categories: &Categories,
        goals: &Goals,
        scale: bool,
        seed: u64,
    ) -> (Self, Vec<Vec<f64>>) {
        let levels = Levels::frequent(categories, usize::MAX);
        // Without any row, the slot of unknown texts has the mean of all.
        let slots = levels.len() + 2;
        let places = Self::places(&levels, categories);
        let folds = folds(categories.codes.len(), seed);
        let rows =
            || categories.codes.iter().map(|&code| places.get(code).unwrap_or(slots)).zip(&folds);
        let mut columns = Vec::new();
        let mut training = Vec::new();
        for goal in &goals.columns {
            let mut parts: Vec<Sums> = (0..FOLDS).map(|_| Sums::zeros(slots)).collect();
            let mut all = Sums::zeros(slots);
            for ((slot, &fold), &goal) in rows().zip(goal) {
                all.add(slot, goal);
                if let Some(part) = parts.get_mut(fold) {
                    part.add(slot, goal);
                }
            }
            let by_fold: Vec<Vec<f64>> =
                parts.iter().map(|part| all.without(part).means()).collect();
            let of_row = |(slot, &fold): (usize, &usize)| {
                by_fold.get(fold).and_then(|means| means.get(slot)).copied().unwrap_or_default()
            };
            let mut encoded: Vec<f64> = rows().map(of_row).collect();
            let mut means = all.means();
            if scale {
                let (mean, variance) = order::moments(encoded.iter().copied());
                let deviation = if variance > 1e-24 { variance.sqrt() } else { 1.0 };
                for value in encoded.iter_mut().chain(&mut means) {
                    *value = (*value - mean) / deviation;
                }
            }
            columns.push(means);
            training.push(encoded);
        }
        let means = (0..slots)
            .flat_map(|slot| columns.iter().filter_map(move |column| column.get(slot).copied()));
        (Self { levels, classes: goals.classes.clone(), means: means.collect() }, training)
    }

    pub(super) fn width(&self) -> usize {
        self.classes.len().max(1)
    }

    pub(super) fn names(&self, column: &str) -> Vec<String> {
        if self.classes.is_empty() {
            return vec![format!("{column}.target")];
        }
        self.classes.iter().map(|class| format!("{column}.target={class}")).collect()
    }

    pub(super) fn slots(&self, categories: &Categories) -> Slots {
        Self::places(&self.levels, categories)
    }

    fn places(levels: &Levels, categories: &Categories) -> Slots {
        let (missing, unknown) = (levels.len(), levels.len() + 1);
        let slot = |text: &str| Some(levels.position(text).unwrap_or(unknown));
        Slots::new(categories, slot, Some(missing))
    }

    pub(super) fn write<T: Element>(
        &self,
        codes: &[u32],
        slots: &Slots,
        block: &mut Block<'_, T>,
        offset: usize,
    ) {
        let width = self.width();
        for (row, &code) in block.rows().zip(codes) {
            let start = slots.get(code).unwrap_or_default() * width;
            let means = self.means.get(start..start + width).unwrap_or_default();
            for (cell, mean) in row.iter_mut().skip(offset).zip(means) {
                *cell = T::from_f64(*mean);
            }
        }
    }
}

/// The fold of each row, of sizes as equal as can be.
fn folds(rows: usize, seed: u64) -> Vec<usize> {
    let mut folds: Vec<usize> = (0..rows).map(|row| row % FOLDS).collect();
    fastrand::Rng::with_seed(seed).shuffle(&mut folds);
    folds
}
