//! What a drift check found.

use serde::{Deserialize, Serialize};

use crate::dataset::Kind;
use crate::spec::Thresholds;
use crate::window::Window;

/// What is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The model's name.
    pub model: String,
    /// The version whose profile is the reference.
    pub version: u64,
    /// When the data was seen.
    pub window: Window,
}

/// The findings of one window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The model's name.
    pub model: String,
    /// The version whose profile is the reference.
    pub version: u64,
    /// When the data was seen.
    pub window: Window,
    /// The rows of the reference.
    pub reference_rows: u64,
    /// The rows of the window.
    pub rows: u64,
    /// What follows.
    pub verdict: Verdict,
    /// The thresholds that were applied.
    pub thresholds: Thresholds,
    /// The number of tests among which p-values were adjusted.
    pub tests: usize,
    /// The columns that were compared, the most severe first.
    pub columns: Vec<ColumnReport>,
}

/// The verdict on a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Verdict {
    /// The window is empty.
    NoData,
    /// The window has too few rows to be judged.
    TooLittleData {
        /// The rows it has.
        rows: u64,
        /// The rows it needs.
        needed: u64,
    },
    /// No column has drifted.
    Stable,
    /// At least one column has.
    Drift,
}

impl Verdict {
    /// The verdict's name: `no_data`, `too_little_data`, `stable` or `drift`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoData => "no_data",
            Self::TooLittleData { .. } => "too_little_data",
            Self::Stable => "stable",
            Self::Drift => "drift",
        }
    }
}

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing to see.
    None,
    /// Significant, but of half the effect that counts, or in a column that the
    /// model hardly uses.
    Warning,
    /// Significant, of an effect that counts, in a column that matters.
    Drift,
}

/// The findings on one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnReport {
    /// The column's name.
    pub name: String,
    /// Whether the model reads or writes it.
    pub role: Role,
    /// The type of its values.
    pub kind: Kind,
    /// Its share of the model's feature importance, where that is known.
    pub importance: Option<f64>,
    /// The highest severity of its signals.
    pub severity: Severity,
    /// What was tested.
    pub signals: Vec<Signal>,
    /// The share of missing values.
    pub missing_rate: Change,
    /// How far the values that are present lie apart; absent when either side has
    /// none.
    pub distances: Option<Distances>,
    /// What is particular to the type of the values.
    pub details: Details,
}

/// What a column is to the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The model reads it.
    Input,
    /// The model writes it.
    Output,
}

/// A value in the reference and in the window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Change<T = f64> {
    /// In the reference.
    pub reference: T,
    /// In the window.
    pub current: T,
}

/// One thing that was tested.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// What was tested.
    pub aspect: Aspect,
    /// Whether the difference is more than accident.
    pub test: Test,
    /// How large the difference is.
    pub effect: Effect,
    /// What follows from both.
    pub severity: Severity,
}

/// What a test looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// How the values that are present are distributed.
    Distribution,
    /// How many values are missing.
    MissingRate,
    /// Categories that the reference does not have.
    NewCategories,
}

/// A test's outcome.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// The test.
    pub method: Method,
    /// Its statistic.
    pub statistic: f64,
    /// Its p-value alone. Numbers of many values are tested by Kolmogorov–Smirnov
    /// and by χ² over ten groups; the more significant is given, its p-value doubled.
    pub p_value: f64,
    /// Its p-value among all tests of the window (Benjamini–Hochberg).
    pub adjusted_p_value: f64,
}

/// The tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Two-sample Kolmogorov–Smirnov.
    KolmogorovSmirnov,
    /// Pearson's χ², rare groups pooled.
    ChiSquared,
    /// z test of two shares, with continuity correction.
    TwoProportions,
    /// Values of new levels against their number when rows are shuffled.
    Novelty,
}

/// The size of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// What is measured.
    pub measure: Measure,
    /// Its value.
    pub value: f64,
    /// The value from which it counts.
    pub floor: f64,
}

/// The measures of effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Wasserstein distance in standard deviations of the reference.
    Wasserstein,
    /// Population stability index, less what chance explains.
    ExcessPsi,
    /// Cramér's V, corrected for bias.
    CramersV,
    /// Difference of two shares.
    ShareChange,
}

/// Distances between the distributions of a column. Numbers are grouped by the
/// reference's deciles where groups are needed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Distances {
    /// Population stability index.
    pub psi: f64,
    /// Jensen–Shannon distance (base 2).
    pub jensen_shannon: f64,
    /// Hellinger distance.
    pub hellinger: f64,
    /// Largest difference: of the distribution functions of numbers, of the shares
    /// of categories (Model Monitor's `Simple`).
    pub l_infinity: f64,
    /// The part of it that sampling does not explain (Model Monitor's `Robust`).
    pub l_infinity_robust: f64,
}

/// What is particular to a type of values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Details {
    /// Of numbers.
    Number {
        /// Mean, spread and range.
        location: Change<Location>,
        /// Wasserstein distance in the column's unit.
        wasserstein: f64,
        /// The same in standard deviations of the reference (at least 0.001).
        wasserstein_scaled: f64,
        /// The share of the window's numbers outside the reference's range.
        out_of_range: f64,
    },
    /// Of categories.
    Category {
        /// Cramér's V, corrected for bias.
        cramers_v: f64,
        /// The share of values whose category the reference does not list; in the
        /// reference, the share that is to be expected of data like it.
        new_categories: Change,
        /// The most frequent new categories with their counts.
        newest: Vec<(String, u64)>,
    },
}

/// Where numbers lie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// The mean.
    pub mean: f64,
    /// The population standard deviation.
    pub std: f64,
    /// The smallest number.
    pub min: Option<f64>,
    /// The largest number.
    pub max: Option<f64>,
}

impl Report {
    /// The columns that have drifted, the largest effect first.
    pub fn drifted(&self) -> impl Iterator<Item = &ColumnReport> {
        self.columns.iter().filter(|column| column.severity == Severity::Drift)
    }
}

impl ColumnReport {
    /// The signal with the highest severity, and of these with the largest effect.
    #[must_use]
    pub fn strongest(&self) -> Option<&Signal> {
        self.signals.iter().max_by(|a, b| {
            a.severity.cmp(&b.severity).then(a.effect.strength().total_cmp(&b.effect.strength()))
        })
    }
}

impl Effect {
    /// The effect as a multiple of its floor.
    #[must_use]
    pub fn strength(&self) -> f64 {
        self.value / self.floor
    }
}
