//! Whether drift is reason enough to train again.

use jiff::{SignedDuration, Timestamp};

use super::history::{is_drift, windows};
use crate::name::Reference;
use crate::registry::{DriftRecord, RetrainingDecision};
use crate::spec::Retraining;

/// A window that ended longer ago says nothing about today's traffic.
const RECENT: SignedDuration = SignedDuration::from_hours(7 * 24);

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Decides about a retraining after drift in the window of `current`.
///
/// `past` are the records of earlier checks, at least those of the last
/// [`looks_back`]. A window that has asked for a retraining of the same version before
/// asks for it again: it is the same request.
#[must_use]
pub fn decide(
    policy: &Retraining,
    past: &[DriftRecord],
    current: &DriftRecord,
    wanted: bool,
) -> RetrainingDecision {
    let refuse = |reason| RetrainingDecision { requested: false, reason };
    match refusal(policy, past, current, wanted) {
        Err(Refusal(reason)) => refuse(reason),
        Ok(reason) => RetrainingDecision { requested: true, reason },
    }
}

/// How far before a window's start its history matters to the decision.
#[must_use]
pub fn looks_back(policy: &Retraining, length: SignedDuration) -> SignedDuration {
    let windows = i32::try_from(policy.of).ok().and_then(|of| length.checked_mul(of));
    let last = policy.cool_down.get().max(DAY);
    let recent = RECENT.checked_add(last).and_then(|span| span.checked_add(length));
    windows.unwrap_or(SignedDuration::MAX).max(recent.unwrap_or(SignedDuration::MAX))
}

struct Refusal(String);

fn refusal(
    policy: &Retraining,
    past: &[DriftRecord],
    current: &DriftRecord,
    wanted: bool,
) -> Result<String, Refusal> {
    let refuse = |reason: String| Err(Refusal(reason));
    let now = current.checked_at;
    if !wanted {
        return refuse("the check was asked for without one".to_owned());
    }
    if current.variant != Reference::default() {
        return refuse(format!(
            "`{}` was checked, and only the champion is trained again",
            current.variant
        ));
    }
    if !policy.automatic {
        return refuse("`drift.retraining.automatic` is false: people decide".to_owned());
    }
    let same = |record: &&DriftRecord| record.is_of_the_same(current);
    let before = past.iter().find(same).and_then(|record| record.retraining.as_ref());
    if let Some(RetrainingDecision { requested: true, reason }) = before {
        return Ok(reason.clone());
    }
    if now.duration_since(current.end) > RECENT {
        return refuse(format!(
            "the window ended at {}, more than a week ago: ask for it by `Retrain Requested`",
            current.end
        ));
    }
    let seen: Vec<&DriftRecord> = windows(past, current)
        .filter(|record| record.version == current.version)
        .take(policy.of as usize)
        .collect();
    let drifted = seen.iter().filter(|record| is_drift(record)).count();
    let found = format!("drift in {drifted} of the last {} windows", policy.of);
    if drifted < policy.drifted as usize {
        return refuse(format!("{found}: {} are asked for", policy.drifted));
    }
    let requests: Vec<Timestamp> = past
        .iter()
        .filter(|record| !record.is_of_the_same(current))
        .filter(|record| record.retraining.as_ref().is_some_and(|it| it.requested))
        .map(|record| record.checked_at)
        .filter(|at| *at <= now)
        .collect();
    if let Some(last) = requests.iter().max()
        && now.duration_since(*last) < policy.cool_down.get()
    {
        return refuse(format!(
            "the last retraining for drift was asked for at {last}, less than \
             `drift.retraining.cool_down` ({}) ago",
            policy.cool_down
        ));
    }
    let today = requests.iter().filter(|at| now.duration_since(**at) < DAY).count();
    if today >= policy.per_day as usize {
        return refuse(format!(
            "{today} retrainings for drift were asked for within 24 hours: \
             `drift.retraining.per_day` is {}",
            policy.per_day
        ));
    }
    Ok(found)
}

impl DriftRecord {
    /// Whether it is of the same window, variant and version.
    fn is_of_the_same(&self, other: &Self) -> bool {
        (self.start, self.end, self.version) == (other.start, other.end, other.version)
            && self.variant == other.variant
    }
}

#[cfg(test)]
#[path = "retraining_tests.rs"]
mod tests;
