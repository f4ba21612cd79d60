//! `[columns.…]`: what a user says about single columns, and columns derived from
//! others. What is not said is chosen per column from the data.

use serde::{Deserialize, Serialize};

use crate::date::DateOrder;

/// What a user says about one column.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColumnSpec {
    /// The type of its values. Default: inferred.
    pub kind: Option<ColumnKind>,
    /// Which part of its dates comes first where they are written as `8/3/2018`; the column is
    /// one of dates then. Default: what all of them tell together.
    pub date_order: Option<DateOrder>,
    /// How a missing number or category is filled. Default: left to trees, the
    /// median (numbers) or a feature of its own (categories) otherwise.
    pub impute: Option<Impute>,
    /// The value of `impute = "constant"`.
    pub fill: Option<Fill>,
    /// Whether a feature tells that the value was missing. Default: where training
    /// saw missing values that are filled, or that one-hot encoding would lose.
    pub indicator: Option<bool>,
    /// What is done to a number before it is scaled. Default: nothing for trees;
    /// otherwise the logarithm of a very skewed column without negative values.
    pub transform: Option<Transform>,
    /// How a number is scaled. Default: not for trees, standardised otherwise.
    pub scale: Option<Scale>,
    /// How a category, date or text becomes numbers. Default: chosen by the learner
    /// and the number of levels.
    pub encode: Option<Encode>,
    /// Whether one-hot encoding leaves out the first level. Default false.
    pub drop_first: Option<bool>,
    /// Whether one-hot encoding leaves out the last level, as Spark's does. Default false.
    pub drop_last: Option<bool>,
    /// What an unknown category becomes. Default `ignore`.
    pub unknown: Option<Unknown>,
    /// The parts of a date that become features. Default: those that vary. Learners
    /// other than trees get sine and cosine of those that come round again as well.
    pub parts: Option<Vec<DatePart>>,
    /// The number of features that a text is hashed to, 1 to 65,536. Default 256, fewer
    /// for very many rows.
    pub buckets: Option<usize>,
    /// How much a hashed word counts. Default `tf` for trees, `tf_idf` otherwise.
    pub weighting: Option<Weighting>,
}

impl ColumnSpec {
    /// The type that its values are said to have.
    #[must_use]
    pub fn declared_kind(&self) -> Option<ColumnKind> {
        self.kind.or(self.date_order.map(|_| ColumnKind::Date))
    }

    /// What contradicts itself, whatever the column holds.
    pub(super) fn contradiction(&self) -> Option<&'static str> {
        let constant = self.impute == Some(Impute::Constant);
        let buckets = self.buckets.unwrap_or(1);
        if constant != self.fill.is_some() {
            return Some("`impute = \"constant\"` and `fill` need each other");
        }
        if !(1..=65_536).contains(&buckets) {
            return Some("`buckets` must be 1 to 65536");
        }
        if self.date_order.is_some() && self.declared_kind() != Some(ColumnKind::Date) {
            return Some("`date_order` is of dates: leave out `kind`, or say `kind = \"date\"`");
        }
        let no_parts = self.parts.as_ref().is_some_and(Vec::is_empty);
        no_parts.then_some("`parts` is empty: leave it out to have those that vary")
    }
}

/// The type of a column's values, as a user says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnKind {
    /// Numbers.
    Number,
    /// Texts of a domain.
    Category,
    /// True or false, in any of the usual words.
    Boolean,
    /// Dates or instants.
    Date,
    /// Free text.
    Text,
}

/// How a missing value is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Impute {
    /// Not at all; learners that cannot read a missing value get the median.
    None,
    /// By the mean.
    Mean,
    /// By the median.
    Median,
    /// By the most frequent value (the smallest of equals).
    MostFrequent,
    /// By `fill`.
    Constant,
}

/// A value in a spec.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Fill {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

/// What is done to a number before it is scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// Nothing.
    None,
    /// `sign(x) · ln(1 + |x|)`.
    Log,
    /// Its quantile in the training data, in [0, 1].
    Quantile,
    /// Its quantile in the training data as that of a standard normal distribution.
    QuantileNormal,
}

/// How a number is scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Not at all.
    None,
    /// To mean 0 and (population) standard deviation 1.
    Standard,
    /// To [0, 1] in the training data.
    MinMax,
    /// By median and interquartile range.
    Robust,
    /// By the sample standard deviation, around 0: not centred, as Spark's StandardScaler
    /// does by default.
    Deviation,
    /// Together with all columns scaled so, to a row of Euclidean length 1.
    L2,
}

/// How a category, date or text becomes numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encode {
    /// As a category that trees split by sets of levels; one-hot for other learners.
    Native,
    /// One feature a level.
    OneHot,
    /// The level's position in sorted order.
    Ordinal,
    /// The level's rank by falling frequency.
    Frequency,
    /// The target's mean among the rows of that level, smoothed; on training rows
    /// from other rows only.
    Target,
    /// A month's name or abbreviation as 1 to 12.
    Month,
    /// Words hashed to features.
    Hash,
    /// The parts of a date.
    DateParts,
}

/// How much a hashed word counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weighting {
    /// As often as it occurs in the text.
    Tf,
    /// That times its inverse document frequency in the training data, each text to a row of
    /// length 1.
    TfIdf,
}

/// What an unknown category becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// No level: zeros in one-hot encoding, the mean of all rows in target encoding,
    /// missing otherwise.
    Ignore,
    /// A level of its own.
    Keep,
}

/// A part of a date, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatePart {
    /// The year.
    Year,
    /// 1 to 12.
    Month,
    /// The day of the month, from 1.
    Day,
    /// 0 (Monday) to 6.
    Weekday,
    /// The day of the year, from 1.
    DayOfYear,
    /// 0 to 23.
    Hour,
    /// Seconds since 1970.
    Epoch,
}
