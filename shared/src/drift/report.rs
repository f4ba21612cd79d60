//! What a drift check found.

use serde::{Deserialize, Serialize};

use crate::dataset::Kind;
use crate::metrics::{Interval, Metric};
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
    /// The parts of the window that were also compared on their own, in order of time;
    /// at least two, or none.
    #[serde(default)]
    pub chunks: Vec<ChunkRows>,
    /// The columns that were compared, the most severe first.
    pub columns: Vec<ColumnReport>,
    /// What whole rows show, where the reference tells.
    #[serde(default)]
    pub joint: Option<JointReport>,
    /// How well the model does, where that is known or can be estimated.
    #[serde(default)]
    pub performance: Option<PerformanceReport>,
}

/// What whole rows show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JointReport {
    /// The inputs that are looked at together.
    pub columns: Vec<String>,
    /// The mean length of what is left of a standardised row when it is put together
    /// from the reference's principal components again.
    pub error: Change,
    /// The same in each of the report's chunks; absent for one without rows.
    pub chunk_errors: Vec<Option<f64>>,
    /// The inputs by which a classifier tells the window from the reference, with their
    /// shares of its gain; at most five, and of no meaning where it cannot.
    pub separating: Vec<(String, f64)>,
    /// What was tested.
    pub signals: Vec<Signal>,
}

/// How well the model does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PerformanceReport {
    /// The metric that decides: the one that ranks the model's versions.
    pub metric: Metric,
    /// How many answers have labels.
    pub labels: u64,
    /// How many answers the estimate is of.
    pub answers: u64,
    /// Metrics by labels that have come in; empty when they are too few.
    pub realised: Vec<MetricReport>,
    /// Metrics as they are estimated without labels; empty when that cannot be done.
    pub estimated: Vec<MetricReport>,
    /// The highest severity of the metrics. Only the one that decides can be drift.
    pub severity: Severity,
}

/// A metric next to that of the holdout.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricReport {
    /// The metric.
    pub metric: Metric,
    /// Its value on the holdout.
    pub reference: f64,
    /// Its value in the window.
    pub value: f64,
    /// Three standard deviations around the value: what other rows of the window's
    /// number might give.
    pub band: Interval,
    /// The value from which it is significantly worse: three standard deviations of the
    /// difference from the reference's.
    pub threshold: f64,
    /// By which share of the reference's value it is worse; negative when it is better.
    pub loss: f64,
    /// Drift or warning when it is significantly worse, and by more than `performance`.
    pub severity: Severity,
    /// Its value in each of the report's chunks; absent for one with too few rows.
    pub chunks: Vec<Option<f64>>,
}

/// A part of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkRows {
    /// When its data was seen.
    pub window: Window,
    /// Its rows.
    pub rows: u64,
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
    /// What each of the report's chunks shows on its own; empty where a chunk has too
    /// few values.
    #[serde(default)]
    pub chunks: Vec<ChunkFindings>,
}

/// What a part of the window shows of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChunkFindings {
    /// The share of missing values.
    pub missing_rate: f64,
    /// What was tested; the adjusted p-values are Bonferroni's over the chunks. A
    /// severity says how the chunk looks alone: chunks that differ by the time of day
    /// are no drift while the whole window is as it should be.
    pub signals: Vec<Signal>,
}

/// What a column is to the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The model reads it.
    Input,
    /// The model writes it.
    Output,
    /// The model is to predict it, and labels have come in.
    Target,
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
    /// The chunk of the report (from 0) whose effect makes it drift, where the effect
    /// over the whole window is below the floor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chunk: Option<usize>,
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
    /// Numbers outside of the reference's range.
    Range,
    /// Values of another type.
    Type,
    /// Words that the reference does not have.
    Words,
    /// How inputs belong together.
    Correlations,
    /// Rows as a whole.
    WholeRows,
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
    /// Numbers beyond the reference's extremes against their number when rows are
    /// shuffled.
    Exceedance,
    /// z test of the mean share of unknown words.
    UnknownWords,
    /// z test of the mean error of a reconstruction from principal components.
    Reconstruction,
    /// A classifier that tells the window from the reference, asked for rows that it was
    /// not fitted to; the statistic is the area under its ROC curve.
    DomainClassifier,
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
    /// Change of the mean reconstruction error, in standard deviations of a row's.
    ReconstructionError,
    /// Area under a ROC curve above 0.5.
    Separation,
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
        /// The share of numbers outside the reference's range; in the reference, the
        /// share that is to be expected of data like it.
        out_of_range: Change,
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
    /// Of free texts.
    Text {
        /// Lengths in characters.
        length: Change<Location>,
        /// The mean share of a text's words that the reference does not know; in the
        /// reference, those that its other texts do not know.
        unknown_words: Change,
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
    /// The highest severity of all findings.
    #[must_use]
    pub fn severity(&self) -> Severity {
        let columns = self.columns.iter().map(|column| column.severity);
        let rows = self.joint.iter().flat_map(|joint| &joint.signals).map(|it| it.severity);
        let performance = self.performance.iter().map(|performance| performance.severity);
        columns.chain(rows).chain(performance).max().unwrap_or(Severity::None)
    }

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
