//! `statistics.json` as SageMaker Model Monitor writes it.
//!
//! Buckets and sketch of a column of numbers are made from the profile's bins: exact
//! where the bins are the values themselves, and within a bin's share (at most about
//! 0.4 % of the column) where they lie between quantiles.

use serde::Serialize;

use super::bins::{Bins, Layout};
use super::column::{Column, Summary};
use super::levels::Levels;
use super::moments::Moments;
use super::numbers::Numbers;
use crate::dataset::Kind;

/// How many buckets Model Monitor divides numbers into.
const BUCKETS: usize = 10;

/// The parameters of Model Monitor's sketches: the shrinking factor of the levels'
/// capacities, and the capacity of the highest level.
const SKETCH: SketchParameters = SketchParameters { c: 0.64, k: 2_048 };

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
    kll: Kll,
}

/// Buckets, and the sketch that they could be made from.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Kll {
    buckets: Vec<Bucket>,
    sketch: Sketch,
}

/// The state of a quantile sketch (Karnin, Lang, Liberty, FOCS 2016).
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Sketch {
    parameters: SketchParameters,
    /// Sorted items; one of level `i` stands for `2^i` numbers.
    data: Vec<Vec<f64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct SketchParameters {
    c: f64,
    k: u32,
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
                    distribution: NumberDistribution {
                        kll: Kll { buckets: buckets(numbers), sketch: Sketch::of(numbers) },
                    },
                }
            }
            // Free texts have no domain to list.
            Summary::Text(_) => Self::Text {
                common,
                distinct_count: 0,
                distribution: TextDistribution { categorical: Buckets { buckets: Vec::new() } },
            },
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

/// Buckets of equal width from the minimum to the maximum. A bucket holds its lower
/// bound; the last one holds the maximum, too.
fn buckets(numbers: &Numbers) -> Vec<Bucket> {
    let Moments { min: Some(min), max: Some(max), .. } = numbers.moments else {
        return Vec::new();
    };
    let bound = |index: usize| {
        let share = index as f64 / BUCKETS as f64;
        let width = max - min;
        if width.is_finite() { min + width * share } else { min * (1.0 - share) + max * share }
    };
    let mut before = 0;
    (0..BUCKETS)
        .map(|index| {
            let upper_bound = bound(index + 1);
            let seen = match index + 1 {
                BUCKETS => numbers.moments.count,
                _ => below(numbers, upper_bound),
            };
            let count = seen.saturating_sub(before);
            before = seen;
            Bucket { lower_bound: bound(index), upper_bound, count }
        })
        .collect()
}

/// How many numbers lie below `x`.
fn below(numbers: &Numbers, x: f64) -> u64 {
    let Bins { edges, layout, counts, below, .. } = &numbers.bins;
    match layout {
        Layout::Grid | Layout::Values => {
            let values = edges.partition_point(|&edge| edge < x);
            below.count + counts.iter().take(values).sum::<u64>()
        }
        Layout::Quantiles => numbers.at_most(x).round() as u64,
    }
}

impl Sketch {
    /// The sketch in which every number of a bin is that bin's upper edge, and every
    /// number outside of the bins the outermost one: a count of `Σ 2^i` is one item of
    /// each of these levels.
    fn of(numbers: &Numbers) -> Self {
        let Numbers { moments, bins } = numbers;
        let least = moments.min.map(|min| (min, bins.below.count));
        let most = moments.max.map(|max| (max, bins.above.count));
        let inner = bins.edges.iter().copied().zip(bins.counts.iter().copied());
        let items: Vec<(f64, u64)> = least.into_iter().chain(inner).chain(most).collect();
        let largest = items.iter().map(|(_, count)| *count).max().unwrap_or(0);
        let of_level = |level: u32| {
            let has = |count: u64| (count >> level) & 1 == 1;
            items.iter().filter(|(_, count)| has(*count)).map(|(value, _)| *value).collect()
        };
        let levels = largest.checked_ilog2().map_or(0, |highest| highest + 1);
        Self { parameters: SKETCH, data: (0..levels).map(of_level).collect() }
    }
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
