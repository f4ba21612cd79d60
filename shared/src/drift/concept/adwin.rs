//! Adaptive windowing.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// The confidence.
const DELTA: f64 = 0.002;

/// How often it looks for a change, in values.
const CLOCK: u64 = 32;

/// The values that it sees before any alarm.
const GRACE: f64 = 10.0;

/// The most buckets of one size; one more, and two are put together.
const MOST_BUCKETS: usize = 5;

/// The shortest part of the window that is compared with the rest.
const LEAST_PART: f64 = 5.0;

/// The state of ADWIN (Bifet & Gavaldà, *Learning from time-changing data with adaptive
/// windowing*, 2007): the longest window of the latest values whose parts have one mean,
/// in buckets of exponentially growing size.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Adwin {
    /// The buckets of each size (1, 2, 4, … values), each size's oldest first.
    rows: Vec<VecDeque<Bucket>>,
    width: f64,
    total: f64,
    /// The sum of squared deviations from the mean.
    variance: f64,
    tick: u64,
    drift: bool,
}

/// The sum of some values, and of their squared deviations from their mean.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Bucket {
    total: f64,
    variance: f64,
}

impl Bucket {
    /// Two buckets of the same size as one.
    fn join(self, other: Self, size: f64) -> Self {
        let apart = self.total / size - other.total / size;
        let between = size * size * apart * apart / (size + size);
        Self { total: self.total + other.total, variance: self.variance + other.variance + between }
    }
}

/// How many values a bucket of a row holds.
fn size(row: usize) -> f64 {
    (row as f64).exp2()
}

impl Adwin {
    /// Takes a value in, and tells whether the mean has changed.
    pub fn update(&mut self, value: f64) -> bool {
        if self.drift {
            *self = Self::default();
        }
        self.insert(value);
        self.tick += 1;
        if self.tick.is_multiple_of(CLOCK) && self.width > GRACE {
            // The oldest values go as long as they differ from the rest.
            while self.cut() {
                self.drift = true;
                self.forget();
            }
        }
        self.drift
    }

    /// How many values the window holds.
    #[must_use]
    pub fn width(&self) -> u64 {
        self.width as u64
    }

    /// The mean of the values in the window; 0 without any.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.width > 0.0 { self.total / self.width } else { 0.0 }
    }

    fn insert(&mut self, value: f64) {
        if self.rows.is_empty() {
            self.rows.push(VecDeque::new());
        }
        if let Some(first) = self.rows.first_mut() {
            first.push_back(Bucket { total: value, variance: 0.0 });
        }
        self.width += 1.0;
        if self.width > 1.0 {
            let before = self.width - 1.0;
            let apart = value - self.total / before;
            self.variance += before * apart * apart / self.width;
        }
        self.total += value;
        self.compress();
    }

    /// Puts the two oldest buckets of a size together where there are too many.
    fn compress(&mut self) {
        for row in 0.. {
            let Some(buckets) = self.rows.get_mut(row) else { return };
            if buckets.len() <= MOST_BUCKETS {
                return;
            }
            let (Some(a), Some(b)) = (buckets.pop_front(), buckets.pop_front()) else { return };
            if self.rows.len() == row + 1 {
                self.rows.push(VecDeque::new());
            }
            if let Some(next) = self.rows.get_mut(row + 1) {
                next.push_back(a.join(b, size(row)));
            }
        }
    }

    /// Drops the oldest bucket.
    fn forget(&mut self) {
        let Some(last) = self.rows.len().checked_sub(1) else { return };
        let Some(bucket) = self.rows.last_mut().and_then(VecDeque::pop_front) else { return };
        let count = size(last);
        self.width -= count;
        self.total -= bucket.total;
        let apart = bucket.total / count - self.total / self.width;
        self.variance -=
            bucket.variance + count * self.width * apart * apart / (count + self.width);
        if self.rows.last().is_some_and(VecDeque::is_empty) {
            self.rows.pop();
        }
    }

    /// Whether the window can be cut in two parts whose means differ by more than
    /// chance explains.
    fn cut(&self) -> bool {
        let (mut old, mut new) = ((0.0, 0.0), (self.width, self.total));
        for (row, buckets) in self.rows.iter().enumerate().rev() {
            for bucket in buckets {
                old = (old.0 + size(row), old.1 + bucket.total);
                new = (new.0 - size(row), new.1 - bucket.total);
                let both = old.0 >= LEAST_PART && new.0 >= LEAST_PART;
                if both && self.differ(old, new) {
                    return true;
                }
            }
        }
        false
    }

    /// Whether the means of two parts, given as width and total, differ.
    fn differ(&self, old: (f64, f64), new: (f64, f64)) -> bool {
        let confidence = (2.0 * self.width.ln() / DELTA).ln();
        let parts = 1.0 / (old.0 - LEAST_PART + 1.0) + 1.0 / (new.0 - LEAST_PART + 1.0);
        let spread = self.variance / self.width;
        let bound = (2.0 * parts * spread * confidence).sqrt() + 2.0 / 3.0 * confidence * parts;
        (old.1 / old.0 - new.1 / new.0).abs() > bound
    }
}
