//! Whether a data set may be trained on.

use super::baseline::Baseline;
use super::finding::Finding;
use super::outline::Outline;
use super::violations::Violations;
use super::{duplicates, leakage};
use crate::dataset::RawTable;
use crate::dataset::{Defect, Labelled, Rejection};
use crate::spec::{Severity, Spec};

/// What the message of a hard break ends with.
const ACCEPT: &str = "; to accept it, set `enforce = false` under `[constraints]` of model.toml \
                      and upload again";

/// The verdict on a data set.
#[derive(Debug)]
pub struct Admission {
    /// The rows to train on, or every reason why there are none.
    pub data: Result<Labelled, Rejection>,
    /// What is wrong and yet no reason not to train.
    pub warnings: Vec<Defect>,
    /// What breaks the champion's constraints; `None` without a champion.
    pub violations: Option<Violations>,
}

/// Makes labelled rows of a table, and holds them against the champion's constraints
/// (when there is a champion) and against those of any data set: few duplicate rows,
/// no column that gives the target away.
#[must_use]
pub fn admit(raw: RawTable, spec: &Spec, baseline: Option<&Baseline>) -> Admission {
    let outline = Outline::of(&raw);
    let mut findings = baseline.map_or_else(Vec::new, |it| it.check_outline(&outline, spec));
    let data = Labelled::from_raw(raw, spec);
    if let Ok(data) = &data {
        findings.extend(baseline.iter().flat_map(|it| it.check_rows(data, &outline, spec)));
        findings.extend(leakage::check(data, spec));
        findings.extend(
            duplicates::check(data, spec.constraints.duplicates)
                .map(|defect| Finding { severity: Severity::Warn, defect }),
        );
    }
    let (hard, soft): (Vec<Finding>, Vec<Finding>) = findings
        .into_iter()
        .partition(|finding| spec.constraints.enforce && finding.severity == Severity::Reject);
    let mut reasons: Vec<Defect> = hard.into_iter().map(|finding| finding.defect).collect();
    for reason in &mut reasons {
        reason.message += ACCEPT;
    }
    let warnings: Vec<Defect> = soft.into_iter().map(|finding| finding.defect).collect();
    if let Err(Rejection(more)) = &data {
        reasons.extend(more.iter().cloned());
    }
    let violations = baseline.map(|_| Violations::of(reasons.iter().chain(&warnings)));
    let data = if reasons.is_empty() { data } else { Err(Rejection::of(reasons)) };
    Admission { data, warnings, violations }
}
