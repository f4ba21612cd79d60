//! What the outliers' texts of a column say.

use serde::{Deserialize, Serialize};

use crate::dataset::{Item, Row};
use crate::summary::{Sentence, summarise};

/// The most texts that are summarised …
const SAMPLE: usize = 500;

/// … and the most characters of each: a column takes at most 4 MB.
const LONGEST: usize = 2_000;

/// What texts of a column say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextSummary {
    /// The column's name.
    pub column: String,
    /// How many of the outliers have a text in it.
    pub texts: u64,
    /// How many of these are summarised: all, or a random sample of 500.
    pub summarised: u64,
    /// The sentences that tell most, the best first.
    pub sentences: Vec<Sentence>,
}

/// Texts of a column while they come in: a random sample, the same each time.
pub(super) struct Texts {
    column: String,
    sentences: usize,
    seen: u64,
    sample: Vec<Text>,
    random: fastrand::Rng,
}

/// A row's text.
pub(super) struct Text {
    row: u64,
    text: String,
}

impl Text {
    /// The text of a row in the column at this place; `None` where it is missing or no text.
    pub(super) fn of(row: Row<'_>, column: usize) -> Option<Self> {
        let (Item::Text(text) | Item::Raw(text)) = row.item(column) else { return None };
        let text: String = text.trim().chars().take(LONGEST).collect();
        (!text.is_empty()).then(|| Self { row: row.number(), text })
    }
}

impl Texts {
    pub(super) fn of(column: &str, sentences: usize) -> Self {
        Self {
            column: column.to_owned(),
            sentences,
            seen: 0,
            sample: Vec::new(),
            random: fastrand::Rng::with_seed(0),
        }
    }

    /// Takes each text so that all that came are in the sample with the same probability
    /// (algorithm R of Vitter, *Random Sampling with a Reservoir*, 1985).
    pub(super) fn push(&mut self, text: Text) {
        self.seen += 1;
        if self.sample.len() < SAMPLE {
            self.sample.push(text);
            return;
        }
        let place = usize::try_from(self.random.u64(..self.seen)).unwrap_or(SAMPLE);
        if let Some(held) = self.sample.get_mut(place) {
            *held = text;
        }
    }

    pub(super) fn summary(mut self) -> TextSummary {
        self.sample.sort_by_key(|text| text.row);
        let texts = self.sample.iter().map(|Text { row, text }| (*row, text.as_str()));
        TextSummary {
            texts: self.seen,
            summarised: self.sample.len() as u64,
            sentences: summarise(texts, self.sentences),
            column: self.column,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_bounded_even_and_the_same_each_time() {
        let summary = || {
            let mut texts = Texts::of("comment", 500);
            for row in 1..=50_000 {
                texts.push(Text { row, text: format!("ride {row} was odd") });
            }
            texts.summary()
        };
        let told = summary();
        assert_eq!((told.texts, told.summarised, told.sentences.len()), (50_000, 500, 500));
        let mean = told.sentences.iter().map(|it| it.row as f64).sum::<f64>() / 500.0;
        // Four standard errors of the mean of 500 uniform draws.
        assert!((mean - 25_000.0).abs() < 4.0 * 50_000.0 / (12.0_f64 * 500.0).sqrt(), "{mean}");
        assert_eq!(told, summary());
    }
}
