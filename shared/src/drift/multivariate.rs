//! Whether whole rows still look like those of the training data.

mod domain;

use statrs::function::erf::erfc;

use super::column::Finding;
use super::report::{Aspect, Change, Effect, JointReport, Measure, Method};
use super::terms::Terms;
use super::timeline::Chunk;
use crate::profile::{Joint, JointCounts, Observation, Profile};
use crate::spec::Thresholds;

/// What whole rows show, before all p-values are known.
pub(super) struct Compared {
    pub(super) findings: Vec<Finding>,
    /// The report without its signals.
    pub(super) report: JointReport,
}

/// Compares whole rows; `None` when the profile does not know any, or too few were seen.
pub(super) fn compare(
    reference: &Profile,
    observed: &Observation,
    chunks: &[Chunk],
    terms: Terms<'_>,
) -> Option<Compared> {
    let (joint, counts) = (reference.joint.as_ref()?, observed.joint.as_ref()?);
    let least = terms.thresholds.min_rows;
    if counts.errors.count < least || joint.errors.count < least {
        return None;
    }
    let mut findings = vec![reconstruction(joint, counts, terms.thresholds)];
    let mut separating = Vec::new();
    if let Some(found) = domain::compare(reference, joint, counts, terms) {
        findings.push(found.finding);
        separating = found.separating;
    }
    let error_of = |chunk: &Chunk| {
        let errors = chunk.observed.joint.as_ref()?.errors;
        (errors.count > 0).then_some(errors.mean)
    };
    let report = JointReport {
        columns: joint.columns.iter().map(|column| column.name.clone()).collect(),
        error: Change { reference: joint.errors.mean, current: counts.errors.mean },
        chunk_errors: chunks.iter().map(error_of).collect(),
        separating,
        signals: Vec::new(),
    };
    Some(Compared { findings, report })
}

/// The z test of the mean reconstruction error. Its standard error holds what the
/// reference's own parts show beyond the accident of their rows.
fn reconstruction(joint: &Joint, counts: &JointCounts, thresholds: &Thresholds) -> Finding {
    let (old, new) = (joint.errors, counts.errors);
    let of_mean =
        |errors: crate::profile::Moments| errors.std().powi(2) / errors.count.max(1) as f64;
    let error = (of_mean(old) + of_mean(new) + joint.unrest).sqrt();
    let difference = new.mean - old.mean;
    let statistic = match difference {
        0.0 => 0.0,
        difference => (difference / error).clamp(f64::MIN, f64::MAX),
    };
    let spread = old.std().max(f64::MIN_POSITIVE);
    Finding {
        aspect: Aspect::Correlations,
        method: Method::Reconstruction,
        statistic,
        p_value: erfc(statistic.abs() / std::f64::consts::SQRT_2),
        effect: Effect {
            measure: Measure::ReconstructionError,
            value: (difference.abs() / spread).min(f64::MAX),
            floor: thresholds.reconstruction,
        },
    }
}
