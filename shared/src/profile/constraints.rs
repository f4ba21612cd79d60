//! `constraints.json` as SageMaker Model Monitor writes it: what training data
//! promises about later data.

use std::collections::BTreeMap;

use serde::Serialize;

use super::column::{Column, Summary};
use super::reference::Profile;
use super::statistics::InferredType;
use crate::spec;

/// Model Monitor's default of every threshold.
const THRESHOLD: f64 = 0.1;

/// The content of `constraints.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Constraints {
    version: u32,
    features: Vec<Feature>,
    monitoring_config: MonitoringConfig,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Feature {
    name: String,
    inferred_type: InferredType,
    completeness: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    num_constraints: Option<NumberConstraints>,
    #[serde(skip_serializing_if = "Option::is_none")]
    string_constraints: Option<TextConstraints>,
    #[serde(rename = "monitoringConfigOverrides")]
    overrides: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct NumberConstraints {
    is_non_negative: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct TextConstraints {
    domains: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct MonitoringConfig {
    evaluate_constraints: Switch,
    emit_metrics: Switch,
    datatype_check_threshold: f64,
    domain_content_threshold: f64,
    distribution_constraints: DistributionConstraints,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct DistributionConstraints {
    perform_comparison: Switch,
    comparison_threshold: f64,
    comparison_method: ComparisonMethod,
    categorical_comparison_threshold: f64,
    categorical_drift_method: CategoricalDriftMethod,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum Switch {
    Enabled,
    Disabled,
}

impl Switch {
    fn of(enabled: bool) -> Self {
        if enabled { Self::Enabled } else { Self::Disabled }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum ComparisonMethod {
    Robust,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum CategoricalDriftMethod {
    LInfinity,
}

impl Constraints {
    /// The constraints that the reference's inputs meet, with the thresholds of the
    /// spec where it has them.
    #[must_use]
    pub fn of(profile: &Profile, limits: &spec::Constraints) -> Self {
        Self {
            version: 0,
            features: profile.inputs.iter().map(Feature::of).collect(),
            monitoring_config: MonitoringConfig {
                evaluate_constraints: Switch::of(limits.enforce),
                emit_metrics: Switch::Enabled,
                datatype_check_threshold: THRESHOLD,
                domain_content_threshold: limits.domain,
                distribution_constraints: DistributionConstraints {
                    perform_comparison: Switch::Enabled,
                    comparison_threshold: THRESHOLD,
                    comparison_method: ComparisonMethod::Robust,
                    categorical_comparison_threshold: THRESHOLD,
                    categorical_drift_method: CategoricalDriftMethod::LInfinity,
                },
            },
        }
    }
}

impl Feature {
    fn of(column: &Column) -> Self {
        let (num_constraints, string_constraints) = match &column.summary {
            Summary::Number(numbers) => {
                let is_non_negative = numbers.moments.min.is_some_and(|min| min >= 0.0);
                (Some(NumberConstraints { is_non_negative }), None)
            }
            Summary::Category(levels) => {
                // More levels than are listed make no domain.
                let closed = levels.not_listed() == 0;
                let domains = || levels.counts.keys().cloned().collect();
                (None, closed.then(|| TextConstraints { domains: domains() }))
            }
            Summary::Text(_) => (None, None),
        };
        Self {
            name: column.name.clone(),
            inferred_type: InferredType::of(column),
            completeness: 1.0 - column.missing_rate(),
            num_constraints,
            string_constraints,
            overrides: BTreeMap::new(),
        }
    }
}
