//! One column's part of a fitted pipeline.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Element, Encoding, Matrix, TransformError};
use crate::dataset::{Categories, MISSING, Values};

/// A category keeps at most this many levels, the most frequent ones.
const MAX_LEVELS: usize = 100;

/// What is done to one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "lowercase")]
pub(super) enum Step {
    /// The number as it is.
    Number { column: String },
    /// The position of the text in `levels`; `NaN` when it is not among them.
    Code { column: String, levels: Vec<String> },
    /// `(value or median − mean) / scale`, then 1 for a missing value if `indicator`.
    Scaled { column: String, median: f64, mean: f64, scale: f64, indicator: bool },
    /// One feature a level: 1 where the text is that level.
    OneHot { column: String, levels: Vec<String> },
}

impl Step {
    pub(super) fn fit(encoding: Encoding, column: &str, values: &Values) -> Option<Self> {
        let column = column.to_owned();
        Some(match (encoding, values) {
            (Encoding::Native, Values::Number(_)) => Self::Number { column },
            (Encoding::Native, Values::Category(categories)) => {
                Self::Code { column, levels: frequent_levels(categories) }
            }
            (Encoding::Standardised, Values::Number(numbers)) => {
                let median = median(numbers)?;
                let filled = || numbers.iter().map(|&n| if n.is_nan() { median } else { n });
                let count = numbers.len() as f64;
                let mean = filled().sum::<f64>() / count;
                let variance = filled().map(|n| (n - mean).powi(2)).sum::<f64>() / count;
                // Values so large cannot be standardised: the column is no feature.
                if !variance.is_finite() {
                    return None;
                }
                // As scikit-learn's StandardScaler: population variance, and a
                // constant column is only centred.
                let scale = if variance > 0.0 { variance.sqrt() } else { 1.0 };
                let indicator = values.missing() > 0;
                Self::Scaled { column, median, mean, scale, indicator }
            }
            (Encoding::Standardised, Values::Category(categories)) => {
                Self::OneHot { column, levels: frequent_levels(categories) }
            }
        })
    }

    pub(super) fn column(&self) -> &str {
        match self {
            Self::Number { column }
            | Self::Code { column, .. }
            | Self::Scaled { column, .. }
            | Self::OneHot { column, .. } => column,
        }
    }

    pub(super) fn width(&self) -> usize {
        match self {
            Self::Number { .. } | Self::Code { .. } => 1,
            Self::Scaled { indicator, .. } => 1 + usize::from(*indicator),
            Self::OneHot { levels, .. } => levels.len(),
        }
    }

    /// The texts that its codes stand for.
    pub(super) fn levels(&self) -> Option<&[String]> {
        match self {
            Self::Code { levels, .. } => Some(levels),
            _ => None,
        }
    }

    pub(super) fn is_code(&self) -> bool {
        matches!(self, Self::Code { .. })
    }

    /// Writes this step's features of every row, from column `offset` on.
    pub(super) fn transform<T: Element>(
        &self,
        values: &Values,
        matrix: &mut Matrix<T>,
        offset: usize,
    ) -> Result<(), TransformError> {
        match (self, values) {
            (Self::Number { .. }, Values::Number(numbers)) => {
                matrix.fill_column(offset, numbers.iter().copied());
            }
            (Self::Scaled { median, mean, scale, indicator, .. }, Values::Number(numbers)) => {
                let scaled =
                    |&number: &f64| (if number.is_nan() { *median } else { number } - mean) / scale;
                matrix.fill_column(offset, numbers.iter().map(scaled));
                if *indicator {
                    let missing = numbers.iter().map(|number| f64::from(u8::from(number.is_nan())));
                    matrix.fill_column(offset + 1, missing);
                }
            }
            (Self::Code { levels, .. }, Values::Category(categories)) => {
                let codes = positions(levels, categories);
                matrix.fill_column(
                    offset,
                    codes.map(|code| code.map_or(f64::NAN, |code| code as f64)),
                );
            }
            (Self::OneHot { levels, .. }, Values::Category(categories)) => {
                matrix.mark(offset, positions(levels, categories));
            }
            _ => return Err(TransformError::WrongType(self.column().to_owned())),
        }
        Ok(())
    }
}

/// Each row's position in `levels`.
fn positions<'a>(
    levels: &[String],
    categories: &'a Categories,
) -> impl Iterator<Item = Option<usize>> + use<'a> {
    let known: HashMap<&str, usize> =
        levels.iter().enumerate().map(|(position, level)| (level.as_str(), position)).collect();
    let of_code: Vec<Option<usize>> =
        categories.levels.iter().map(|level| known.get(level.as_str()).copied()).collect();
    categories.codes.iter().map(move |&code| of_code.get(code as usize).copied().flatten())
}

/// The most frequent levels, sorted by name so that order does not depend on rows.
fn frequent_levels(categories: &Categories) -> Vec<String> {
    let mut counts: Vec<(usize, &String)> =
        categories.levels.iter().map(|level| (0, level)).collect();
    for &code in categories.codes.iter().filter(|&&code| code != MISSING) {
        if let Some((count, _)) = counts.get_mut(code as usize) {
            *count += 1;
        }
    }
    counts.retain(|(count, _)| *count > 0);
    counts.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    counts.truncate(MAX_LEVELS);
    let mut levels: Vec<String> = counts.into_iter().map(|(_, level)| level.clone()).collect();
    levels.sort_unstable();
    levels
}

/// The median of the present values; `None` without any.
fn median(numbers: &[f64]) -> Option<f64> {
    let mut present: Vec<f64> = numbers.iter().copied().filter(|number| !number.is_nan()).collect();
    present.sort_unstable_by(f64::total_cmp);
    let upper = *present.get(present.len() / 2)?;
    if present.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *present.get(present.len() / 2 - 1)?;
    Some(f64::midpoint(lower, upper))
}
