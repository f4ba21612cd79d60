//! What a column's values look like, counted.

use crate::dataset::cell::Cell;
use crate::dataset::schema::Kind;
use crate::dataset::table::{Categories, MISSING};

/// The share of a column's values that must be numbers for the rest to be defects.
const MOSTLY: f64 = 0.95;

/// The least number of values on which a column is judged to be mostly numbers.
const ENOUGH: u64 = 20;

/// Counts of a column's values by what they look like.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub(super) integers: u64,
    pub(super) points: u64,
    commas: u64,
    booleans: u64,
    dates: u64,
    texts: u64,
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Conclusion {
    Numbers(Kind),
    /// Numbers but for a few, which are defects.
    MostlyNumbers,
    Booleans,
    Dates,
    /// Texts, or of different types.
    Texts,
}

impl Seen {
    pub(super) fn add(&mut self, cell: Cell, times: u64) {
        match cell {
            Cell::Missing => {}
            Cell::Boolean(_) => self.booleans += times,
            Cell::Integer(_) => self.integers += times,
            Cell::Number(_) => self.points += times,
            Cell::Comma(_) => self.commas += times,
            Cell::Date(_) => self.dates += times,
            Cell::Text => self.texts += times,
        }
    }

    /// Counts encoded texts, each of which may stand for anything.
    pub(super) fn of(texts: &Categories) -> Self {
        let mut counts = vec![0_u64; texts.levels.len()];
        for &code in texts.codes.iter().filter(|&&code| code != MISSING) {
            if let Some(count) = counts.get_mut(code as usize) {
                *count += 1;
            }
        }
        let mut seen = Self::default();
        for (level, count) in texts.levels.iter().zip(counts) {
            seen.add(Cell::parse(level), count);
        }
        seen
    }

    /// Whether decimals follow a comma here and a point there.
    pub(super) fn mixes_decimals(&self) -> bool {
        self.points > 0 && self.commas > 0
    }

    /// What the column is. One without a value is one of numbers.
    pub(super) fn conclude(&self) -> Conclusion {
        // Decimals follow a comma where none follows a point.
        let commas = if self.points == 0 { self.commas } else { 0 };
        let numeric = self.integers + self.points + commas;
        let others = self.booleans + self.dates + self.texts + (self.commas - commas);
        let total = numeric + others;
        if others == 0 {
            let whole = self.integers > 0 && self.integers == numeric;
            Conclusion::Numbers(if whole { Kind::Integral } else { Kind::Fractional })
        } else if self.booleans == total {
            Conclusion::Booleans
        } else if self.dates == total {
            Conclusion::Dates
        } else if total >= ENOUGH && numeric as f64 >= MOSTLY * total as f64 {
            Conclusion::MostlyNumbers
        } else {
            Conclusion::Texts
        }
    }
}
