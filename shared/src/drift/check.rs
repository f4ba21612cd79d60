//! The check of a window against the reference.

use std::collections::BTreeMap;

use super::column::{Comparison, Finding, compare};
use super::report::{Change, ColumnReport, Report, Role, Severity, Signal, Subject, Test, Verdict};
use super::statistics::multiplicity::benjamini_hochberg;
use crate::profile::{Column, Incompatible, Observation, Profile};
use crate::spec::Thresholds;

/// Compares an observation with the profile that it was made from.
///
/// `importance` weighs inputs by name, on any scale; an input that it does not
/// name counts as important. Outputs always do.
///
/// # Errors
/// When the observation belongs to another profile.
pub fn check(
    subject: Subject,
    reference: &Profile,
    observed: &Observation,
    thresholds: &Thresholds,
    importance: &BTreeMap<String, f64>,
) -> Result<Report, Incompatible> {
    reference.accepts(observed)?;
    let mut report = Report {
        model: subject.model,
        version: subject.version,
        window: subject.window,
        reference_rows: reference.rows,
        rows: observed.rows,
        verdict: Verdict::Stable,
        thresholds: thresholds.clone(),
        tests: 0,
        columns: Vec::new(),
    };
    if observed.rows == 0 {
        report.verdict = Verdict::NoData;
        return Ok(report);
    }
    // A model that was imported without data has a profile of nothing.
    let rows = if reference.rows == 0 { 0 } else { observed.rows };
    if rows < thresholds.min_rows.max(1) {
        report.verdict = Verdict::TooLittleData { rows, needed: thresholds.min_rows };
        return Ok(report);
    }
    let compared = compare_all(reference, observed, thresholds);
    let p_values: Vec<f64> =
        compared.iter().flat_map(|(_, c)| &c.findings).map(|finding| finding.p_value).collect();
    report.tests = p_values.len();
    let mut adjusted = benjamini_hochberg(&p_values).into_iter();
    let shares = importance_shares(importance);
    for (pair, comparison) in compared {
        let importance = match pair.role {
            Role::Input => shares.get(pair.reference.name.as_str()).copied(),
            Role::Output => None,
        };
        let adjusted = adjusted.by_ref().take(comparison.findings.len()).collect();
        report.columns.push(conclude(&pair, comparison, adjusted, importance, thresholds));
    }
    report.columns.sort_by(by_severity);
    if report.drifted().next().is_some() {
        report.verdict = Verdict::Drift;
    }
    Ok(report)
}

/// A column of the reference and what the window saw of it.
struct Pair<'a> {
    role: Role,
    reference: &'a Column,
    current: &'a Column,
}

fn compare_all<'a>(
    reference: &'a Profile,
    observed: &'a Observation,
    thresholds: &Thresholds,
) -> Vec<(Pair<'a>, Comparison)> {
    let pair = |role| move |(reference, current)| Pair { role, reference, current };
    let inputs = reference.inputs.iter().zip(&observed.inputs).map(pair(Role::Input));
    let outputs = reference.outputs.iter().zip(&observed.outputs).map(pair(Role::Output));
    inputs
        .chain(outputs)
        // An output need not have been seen for every row, or at all.
        .filter(|pair| pair.current.rows() >= thresholds.min_rows)
        .filter_map(|pair| {
            let comparison = compare(pair.reference, pair.current, thresholds)?;
            Some((pair, comparison))
        })
        .collect()
}

fn conclude(
    pair: &Pair<'_>,
    comparison: Comparison,
    adjusted: Vec<f64>,
    importance: Option<f64>,
    thresholds: &Thresholds,
) -> ColumnReport {
    let matters = importance.is_none_or(|share| share >= thresholds.min_importance);
    let signals: Vec<Signal> = comparison
        .findings
        .into_iter()
        .zip(adjusted)
        .map(|(finding, adjusted)| signal(finding, adjusted, matters, thresholds))
        .collect();
    ColumnReport {
        name: pair.reference.name.clone(),
        role: pair.role,
        kind: pair.reference.kind,
        importance,
        severity: signals.iter().map(|s| s.severity).max().unwrap_or(Severity::None),
        signals,
        missing_rate: Change {
            reference: pair.reference.missing_rate(),
            current: pair.current.missing_rate(),
        },
        distances: comparison.distances,
        details: comparison.details,
    }
}

fn signal(finding: Finding, adjusted: f64, matters: bool, thresholds: &Thresholds) -> Signal {
    let strength = finding.effect.strength();
    let severity = if adjusted > thresholds.alpha {
        Severity::None
    } else if strength >= 1.0 {
        if matters { Severity::Drift } else { Severity::Warning }
    } else if strength >= 0.5 && matters {
        Severity::Warning
    } else {
        Severity::None
    };
    Signal {
        aspect: finding.aspect,
        test: Test {
            method: finding.method,
            statistic: finding.statistic,
            p_value: finding.p_value,
            adjusted_p_value: adjusted,
        },
        effect: finding.effect,
        severity,
    }
}

/// Each name's share of the whole importance; empty when there is none.
fn importance_shares(importance: &BTreeMap<String, f64>) -> BTreeMap<&str, f64> {
    let total: f64 = importance.values().sum();
    if !(total > 0.0 && total.is_finite()) {
        return BTreeMap::new();
    }
    importance.iter().map(|(name, weight)| (name.as_str(), weight / total)).collect()
}

/// The most severe first, then the largest effect, then the name.
fn by_severity(a: &ColumnReport, b: &ColumnReport) -> std::cmp::Ordering {
    let strength =
        |column: &ColumnReport| column.strongest().map_or(0.0, |signal| signal.effect.strength());
    b.severity
        .cmp(&a.severity)
        .then(strength(b).total_cmp(&strength(a)))
        .then_with(|| a.name.cmp(&b.name))
}
