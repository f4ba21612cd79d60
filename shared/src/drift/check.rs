//! The check of a window against the reference.

use std::collections::BTreeMap;

use super::column::{Comparison, Finding, compare};
use super::outcomes::Outcomes;
use super::report::{
    Change, ChunkFindings, ChunkRows, ColumnReport, JointReport, Measure, Report, Role, Severity,
    Signal, Subject, Test, Verdict,
};
use super::statistics::multiplicity::benjamini_hochberg;
use super::terms::Terms;
use super::timeline::{Chunk, whole};
use super::{multivariate, performance};
use crate::dataset::Kind;
use crate::profile::{Column, Incompatible, Observation, Profile};
use crate::spec::Thresholds;

/// A drift that is confined to a chunk shows in the whole window by about the chunk's
/// share of it; by this much of that at least.
const PART: f64 = 0.8;

/// What is known of a window.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// What was asked and answered, in order of time.
    pub chunks: &'a [Chunk],
    /// The answers whose labels have come in.
    pub outcomes: Option<&'a Outcomes>,
}

/// Compares a window, in chunks of time, with the profile that they were counted by.
///
/// The whole window is tested, and p-values are adjusted over all of its tests. A chunk
/// can make drift of a finding that the whole window shows too, but diluted: so the
/// chunks need no share of the error level, and what differs by the time of day only is
/// no drift.
///
/// # Errors
/// When a chunk belongs to another profile.
pub fn check(
    subject: Subject,
    reference: &Profile,
    seen: Seen<'_>,
    terms: Terms<'_>,
) -> Result<Report, Incompatible> {
    let observed = whole(seen.chunks)?.unwrap_or_else(|| reference.observer());
    reference.accepts(&observed)?;
    let thresholds = terms.thresholds;
    let mut report = Report {
        model: subject.model,
        version: subject.version,
        window: subject.window,
        reference_rows: reference.rows,
        rows: observed.rows,
        verdict: Verdict::Stable,
        thresholds: thresholds.clone(),
        tests: 0,
        chunks: Vec::new(),
        columns: Vec::new(),
        joint: None,
        performance: None,
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
    let parts = if seen.chunks.len() > 1 { seen.chunks } else { &[] };
    report.chunks = parts
        .iter()
        .map(|chunk| ChunkRows { window: chunk.window, rows: chunk.observed.rows })
        .collect();
    let truth = truth(reference, seen.outcomes);
    let compared = compare_all(reference, &observed, truth.as_ref(), terms);
    let joint = multivariate::compare(reference, &observed, parts, terms);
    let of_rows = joint.iter().flat_map(|joint| &joint.findings);
    let findings = compared.iter().flat_map(|(_, column)| &column.findings).chain(of_rows);
    let p_values: Vec<f64> = findings.map(|finding| finding.p_value).collect();
    report.tests = p_values.len();
    let mut adjusted = benjamini_hochberg(&p_values).into_iter();
    let shares = importance_shares(terms.importance);
    for (pair, comparison) in compared {
        let importance = match pair.role {
            Role::Input => shares.get(pair.reference.name.as_str()).copied(),
            Role::Output | Role::Target => None,
        };
        let adjusted = adjusted.by_ref().take(comparison.findings.len()).collect();
        let parts = parts.iter().filter_map(|chunk| pair.column_of(&chunk.observed)).collect();
        report.columns.push(conclude(&pair, comparison, adjusted, parts, importance, terms));
    }
    report.columns.sort_by(by_severity);
    report.joint = joint.map(|joint| {
        let signals = joint.findings.into_iter().zip(adjusted);
        let signals = signals.map(|(finding, p)| signal(finding, p, true, thresholds)).collect();
        JointReport { signals, ..joint.report }
    });
    report.performance = reference.performance.as_ref().and_then(|reference| {
        performance::compare(reference, &observed, parts, seen.outcomes, thresholds)
    });
    if report.severity() == Severity::Drift {
        report.verdict = Verdict::Drift;
    }
    Ok(report)
}

/// The labels that have come in, counted as the target's.
fn truth(reference: &Profile, outcomes: Option<&Outcomes>) -> Option<Column> {
    let mut column = reference.target.as_ref()?.emptied();
    let labels = &outcomes?.labels;
    column.add(Some(labels), labels.len());
    // A label that has not come in is not missing from the truth.
    column.missing = 0;
    Some(column)
}

/// A column of the reference and what the window saw of it.
struct Pair<'a> {
    role: Role,
    index: usize,
    reference: &'a Column,
    current: &'a Column,
}

impl Pair<'_> {
    /// What another observation saw of the same column.
    fn column_of<'a>(&self, observed: &'a Observation) -> Option<&'a Column> {
        match self.role {
            Role::Input => observed.inputs.get(self.index),
            Role::Output => observed.outputs.get(self.index),
            Role::Target => None,
        }
    }

    fn compare(&self, current: &Column, terms: Terms<'_>) -> Option<Comparison> {
        let name = Some(self.reference.name.as_str());
        let go_on = self.reference.kind == Kind::Date || terms.time == name;
        compare(self.reference, current, go_on && self.role == Role::Input, terms.thresholds)
    }
}

fn compare_all<'a>(
    reference: &'a Profile,
    observed: &'a Observation,
    truth: Option<&'a Column>,
    terms: Terms<'_>,
) -> Vec<(Pair<'a>, Comparison)> {
    let pair = |role| move |(index, (reference, current))| Pair { role, index, reference, current };
    let inputs = (0..).zip(reference.inputs.iter().zip(&observed.inputs));
    let outputs = (0..).zip(reference.outputs.iter().zip(&observed.outputs));
    inputs
        .map(pair(Role::Input))
        .chain(outputs.map(pair(Role::Output)))
        .chain((0..).zip(reference.target.iter().zip(truth)).map(pair(Role::Target)))
        // An output need not have been seen for every row, or at all.
        .filter(|pair| pair.current.rows() >= terms.thresholds.min_rows)
        .filter_map(|pair| {
            let comparison = pair.compare(pair.current, terms)?;
            Some((pair, comparison))
        })
        .collect()
}

fn conclude(
    pair: &Pair<'_>,
    comparison: Comparison,
    adjusted: Vec<f64>,
    parts: Vec<&Column>,
    importance: Option<f64>,
    terms: Terms<'_>,
) -> ColumnReport {
    let thresholds = terms.thresholds;
    let matters = importance.is_none_or(|share| share >= thresholds.min_importance);
    let mut signals: Vec<Signal> = comparison
        .findings
        .into_iter()
        .zip(adjusted)
        .map(|(finding, adjusted)| signal(finding, adjusted, matters, thresholds))
        .collect();
    let chunks: Vec<ChunkFindings> =
        parts.iter().map(|part| chunk_findings(pair, part, parts.len(), matters, terms)).collect();
    let whole = pair.current.rows().max(1) as f64;
    for (index, (part, chunk)) in parts.iter().zip(&chunks).enumerate() {
        let share = part.rows() as f64 / whole;
        signals.iter_mut().for_each(|signal| raise(signal, index, share, chunk, thresholds));
    }
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
        chunks,
    }
}

/// What one of so many chunks shows alone.
fn chunk_findings(
    pair: &Pair<'_>,
    part: &Column,
    chunks: usize,
    matters: bool,
    terms: Terms<'_>,
) -> ChunkFindings {
    let enough = part.rows() >= terms.thresholds.min_rows;
    let comparison = enough.then(|| pair.compare(part, terms)).flatten();
    let findings = comparison.map(|comparison| comparison.findings).unwrap_or_default();
    let signals = findings.into_iter().map(|finding| {
        let adjusted = (finding.p_value * chunks as f64).min(1.0);
        signal(finding, adjusted, matters, terms.thresholds)
    });
    ChunkFindings { missing_rate: part.missing_rate(), signals: signals.collect() }
}

/// Makes drift of a finding in the whole window that comes of one chunk.
fn raise(
    signal: &mut Signal,
    index: usize,
    share: f64,
    chunk: &ChunkFindings,
    thresholds: &Thresholds,
) {
    // What moves a share of the rows moves these distances by as much; the index, near
    // 0 a squared distance, by the square.
    let diluted = match signal.effect.measure {
        Measure::ExcessPsi => share * share,
        Measure::Wasserstein
        | Measure::CramersV
        | Measure::ShareChange
        | Measure::ReconstructionError
        | Measure::Separation => share,
    };
    let shows = signal.test.adjusted_p_value <= thresholds.alpha
        && signal.effect.strength() >= PART * diluted;
    let drifted = |part: &&Signal| part.aspect == signal.aspect && part.severity == Severity::Drift;
    if signal.severity < Severity::Drift && shows && chunk.signals.iter().any(|s| drifted(&s)) {
        signal.severity = Severity::Drift;
        signal.chunk = Some(index);
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
        chunk: None,
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
