//! `statistics.json` as SageMaker Model Monitor writes it.
//!
//! The ten buckets of a column of numbers are counted from the profile's bins, so
//! that a count can be off by a bin's share (at most about 0.4 %) of a column with
//! many distinct values. The optional `sketch` member is left out: the profile
//! holds no sketch.

use serde::Serialize;

use super::column::{Column, Numbers, Summary};
use super::levels::Levels;
use super::moments::Moments;
use crate::dataset::Kind;

/// How many buckets Model Monitor divides numbers into.
const BUCKETS: usize = 10;

/// The content of `statistics.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statistics {
    version: u32,
    dataset: Dataset,
    features: Vec<Feature>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Dataset {
    item_count: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Feature {
    name: String,
    inferred_type: InferredType,
    #[serde(flatten)]
    statistics: FeatureStatistics,
}

/// Model Monitor's types of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum InferredType {
    Integral,
    Fractional,
    String,
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
enum FeatureStatistics {
    #[serde(rename = "numerical_statistics")]
    Number {
        common: Common,
        mean: f64,
        sum: f64,
        std_dev: f64,
        min: f64,
        max: f64,
        distribution: NumberDistribution,
    },
    #[serde(rename = "string_statistics")]
    Text { common: Common, distinct_count: u64, distribution: TextDistribution },
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Common {
    num_present: u64,
    num_missing: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct NumberDistribution {
    kll: Buckets<Bucket>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct TextDistribution {
    categorical: Buckets<Frequency>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Buckets<T> {
    buckets: Vec<T>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Bucket {
    lower_bound: f64,
    upper_bound: f64,
    count: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Frequency {
    value: String,
    count: u64,
}

impl Statistics {
    /// The statistics of the columns of a profile or of an observation.
    #[must_use]
    pub fn of(rows: u64, columns: &[Column]) -> Self {
        let features = columns
            .iter()
            .map(|column| Feature {
                name: column.name.clone(),
                inferred_type: InferredType::of(column),
                statistics: FeatureStatistics::of(column),
            })
            .collect();
        Self { version: 0, dataset: Dataset { item_count: rows }, features }
    }
}

impl InferredType {
    pub(super) fn of(column: &Column) -> Self {
        match column.kind {
            _ if column.present() == 0 => Self::Unknown,
            Kind::Fractional | Kind::Date => Self::Fractional,
            Kind::Integral | Kind::Boolean => Self::Integral,
            Kind::Category | Kind::Text => Self::String,
        }
    }
}

impl FeatureStatistics {
    fn of(column: &Column) -> Self {
        let common = Common { num_present: column.present(), num_missing: column.missing };
        match &column.summary {
            Summary::Number(numbers) => {
                let Moments { mean, min, max, .. } = numbers.moments;
                Self::Number {
                    common,
                    mean,
                    sum: numbers.moments.sum(),
                    std_dev: numbers.moments.std(),
                    min: min.unwrap_or_default(),
                    max: max.unwrap_or_default(),
                    distribution: NumberDistribution { kll: Buckets { buckets: buckets(numbers) } },
                }
            }
            Summary::Category(levels) => {
                let buckets = frequencies(levels);
                Self::Text {
                    common,
                    distinct_count: buckets.len() as u64,
                    distribution: TextDistribution { categorical: Buckets { buckets } },
                }
            }
        }
    }
}

/// Buckets of equal width from the minimum to the maximum.
fn buckets(numbers: &Numbers) -> Vec<Bucket> {
    let Moments { min: Some(min), max: Some(max), .. } = numbers.moments else {
        return Vec::new();
    };
    let bound = |index: usize| {
        let share = index as f64 / BUCKETS as f64;
        min * (1.0 - share) + max * share
    };
    let mut before = 0;
    (0..BUCKETS)
        .map(|index| {
            let upper_bound = bound(index + 1);
            let at_most = match index + 1 {
                BUCKETS => numbers.moments.count,
                _ => numbers.at_most(upper_bound).round() as u64,
            };
            let count = at_most.saturating_sub(before);
            before = at_most;
            Bucket { lower_bound: bound(index), upper_bound, count }
        })
        .collect()
}

/// The levels that occur, the most frequent first.
fn frequencies(levels: &Levels) -> Vec<Frequency> {
    let mut found: Vec<Frequency> = levels
        .counts
        .iter()
        .chain(&levels.unlisted)
        .filter(|(_, count)| **count > 0)
        .map(|(value, &count)| Frequency { value: value.clone(), count })
        .collect();
    found.sort_by_key(|frequency| std::cmp::Reverse(frequency.count));
    found
}
