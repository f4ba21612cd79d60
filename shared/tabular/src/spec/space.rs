//! `[training.space]`: the values of hyper-parameters that a search tries.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{LearnerKind, SpecError, check};

/// How many values a grid takes of a range that says nothing else.
const STEPS: usize = 5;

/// The values of hyper-parameters that are tried, by learner and name.
pub type Spaces = BTreeMap<LearnerKind, BTreeMap<String, Axis>>;

/// The values of one hyper-parameter that are tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a list of values, or a range such as { min = 0.01, max = 0.3, scale = \"log\" }"
)]
pub enum Axis {
    /// These.
    Values(Vec<toml::Value>),
    /// Any between two ends.
    Range(AxisRange),
}

/// Numbers between two ends, with both.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AxisRange {
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// In which sense all parts of the range are alike. Default `linear`.
    #[serde(default)]
    pub scale: AxisScale,
    /// How many values a grid takes of it, both ends among them. Default 5.
    #[serde(default = "steps")]
    pub steps: usize,
}

/// In which sense all parts of a range are alike.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AxisScale {
    /// Each difference is as likely as any other.
    #[default]
    Linear,
    /// Each factor is as likely as any other.
    Log,
}

fn steps() -> usize {
    STEPS
}

/// Checks the ranges, and that a search reads them.
pub(super) fn validate(spaces: &Spaces, learners: &[LearnerKind]) -> Result<(), SpecError> {
    for (learner, space) in spaces {
        let rule = "only learners of `training.learners` are searched";
        check(learners.contains(learner), "training.space", learner.name(), rule)?;
        for axis in space.values() {
            let Axis::Range(AxisRange { min, max, scale, steps }) = axis else { continue };
            let key = "training.space";
            let shown = format!("{{ min = {min}, max = {max} }} of {}", learner.name());
            let ordered = min.is_finite() && max.is_finite() && min < max;
            check(ordered, key, &shown, "`min` must be less than `max`")?;
            let positive = *scale == AxisScale::Linear || *min > 0.0;
            check(positive, key, &shown, "with `scale = \"log\"` both ends must be above 0")?;
            check(*steps >= 2, key, &shown, "`steps` must be at least 2")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::spec::Spec;

    use super::*;

    fn parse(space: &str) -> Result<Spaces, String> {
        let spec = Spec::parse(format!("[training.space.boosting]\n{space}").as_bytes());
        spec.map(|spec| spec.training.space).map_err(|error| error.to_string())
    }

    #[test]
    fn a_space_is_of_values_and_ranges() {
        let text = "eta = { min = 0.01, max = 0.3, scale = 'log' }\nmax_depth = [3, 6]";
        let space = parse(text).unwrap().remove(&LearnerKind::Boosting).unwrap();
        let eta = AxisRange { min: 0.01, max: 0.3, scale: AxisScale::Log, steps: 5 };
        assert_eq!(space["eta"], Axis::Range(eta));
        assert_eq!(space["max_depth"], Axis::Values(vec![3.into(), 6.into()]));
        let spec = Spec::parse(b"[training.grid.linear]\nalpha = [1]").unwrap();
        assert!(spec.training.space.contains_key(&LearnerKind::Linear), "its former name");
        let json = serde_json::to_value(&spec).unwrap();
        assert_eq!(serde_json::from_value::<Spec>(json).unwrap(), spec);
    }

    #[test]
    fn what_is_no_space_is_told() {
        for (space, says) in [
            ("eta = { min = 0.3, max = 0.1 }", "`min` must be less than `max`"),
            ("eta = { min = nan, max = 0.1 }", "`min` must be less than `max`"),
            ("eta = { min = 0, max = 0.1, scale = 'log' }", "both ends must be above 0"),
            ("eta = { min = 0.1, max = 0.3, steps = 1 }", "`steps` must be at least 2"),
            ("eta = { min = 0.1, maks = 0.3 }", "a list of values, or a range such as { min"),
            ("eta = 0.1", "a list of values, or a range such as { min"),
        ] {
            let error = parse(space).unwrap_err();
            assert!(error.contains(says), "{space}: {error}");
        }
        let error = Spec::parse(b"[training.space.bosting]\neta = [0.1]").unwrap_err().to_string();
        assert!(error.contains("did you mean `boosting`? Known are "), "{error}");
        let others = b"[training]\nlearners = ['linear']\n[training.space.boosting]\neta = [0.1]";
        let error = Spec::parse(others).unwrap_err().to_string();
        assert!(error.contains("only learners of `training.learners` are searched"), "{error}");
    }
}
