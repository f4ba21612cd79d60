//! `constraint_violations.json` as SageMaker Model Monitor writes it.

use serde::Serialize;

use crate::dataset::Defect;

/// The content of `constraint_violations.json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Violations {
    violations: Vec<Violation>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Violation {
    feature_name: String,
    constraint_check_type: Check,
    description: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum Check {
    #[serde(rename = "data_type_check")]
    DataType,
    #[serde(rename = "completeness_check")]
    Completeness,
    #[serde(rename = "baseline_drift_check")]
    BaselineDrift,
    #[serde(rename = "missing_column_check")]
    MissingColumn,
    #[serde(rename = "extra_column_check")]
    ExtraColumn,
    #[serde(rename = "categorical_values_check")]
    CategoricalValues,
}

impl Violations {
    /// The violations among `defects`; those of kinds that Model Monitor does not know
    /// are passed over.
    pub fn of<'a>(defects: impl IntoIterator<Item = &'a Defect>) -> Self {
        let violations = defects.into_iter().filter_map(|defect| {
            Some(Violation {
                feature_name: defect.column.clone()?,
                constraint_check_type: Check::of(&defect.code)?,
                description: defect.message.clone(),
            })
        });
        Self { violations: violations.collect() }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.violations.is_empty()
    }
}

impl Check {
    fn of(code: &str) -> Option<Self> {
        match code {
            "type_change" | "task_change" | "not_a_number" | "target_not_numeric" => {
                Some(Self::DataType)
            }
            "completeness" | "all_missing" => Some(Self::Completeness),
            "range" | "negative" | "left_out" | "class_gone" | "drift" => Some(Self::BaselineDrift),
            "missing_column" | "unknown_target" => Some(Self::MissingColumn),
            "extra_column" => Some(Self::ExtraColumn),
            "domain" => Some(Self::CategoricalValues),
            _ => None,
        }
    }
}
