//! Target leakage: a column that alone determines the target, such as one that is
//! filled in when the outcome is known.
//!
//! Each row is judged by the other rows with the same value in the column, or with the
//! neighbouring values (leave-one-out), so that a column which merely names rows tells
//! nothing. This finds copies and recodings of the target, thresholds and smooth
//! functions alike, with one sort a column.

mod classes;
mod groups;
mod numbers;

use super::finding::{Finding, percent};
use crate::dataset::{Kind, Labelled, Target};
use crate::spec::{Severity, Spec};
use classes::Labels;
use groups::Groups;
use numbers::Outcomes;

/// The number of rows, evenly spaced, that a column is judged by.
const SAMPLE: usize = 20_000;

/// Fewer rows than this are not judged: in a few rows much looks determined.
const MIN_ROWS: usize = 50;

/// What a column tells of the target.
enum Verdict {
    /// The share of rows whose class it tells, and that of the most frequent class.
    Classes { right: f64, majority: f64 },
    /// The share of the target's variance that it explains (R²).
    Explained(f64),
    /// Its correlation with the target.
    Correlated(f64),
}

/// The target of the rows that a column is judged by.
enum Sampled {
    Classes(Labels),
    Numbers(Outcomes),
    Nothing,
}

impl Sampled {
    fn of(target: &Target, rows: &[usize]) -> Self {
        match target {
            Target::Classes { labels, .. } => {
                Self::Classes(Labels::of(rows.iter().filter_map(|&row| labels.get(row).copied())))
            }
            Target::Values(values) => {
                Self::Numbers(Outcomes::of(rows.iter().filter_map(|&row| values.get(row).copied())))
            }
            Target::Absent { .. } => Self::Nothing,
        }
    }

    fn told_by(&self, groups: &Groups) -> Option<Verdict> {
        match self {
            Self::Classes(labels) => labels.told_by(groups),
            Self::Numbers(outcomes) => outcomes.told_by(groups),
            Self::Nothing => None,
        }
    }
}

/// Columns that determine the target, as severe as the spec says.
pub(super) fn check(data: &Labelled, spec: &Spec) -> Vec<Finding> {
    let rows = sample(data.rows());
    let judged = data.schema.inputs.iter().filter(|field| {
        // What changes slowly is close to constant between neighbours in time.
        field.kind != Kind::Date && spec.time.as_ref() != Some(&field.name)
    });
    if rows.len() < MIN_ROWS {
        return Vec::new();
    }
    let Some(target) = &data.schema.target else { return Vec::new() };
    let sampled = Sampled::of(&data.target, &rows);
    judged
        .filter_map(|field| {
            let severity = spec.constraints.leakage_of(&field.name);
            if severity == Severity::Allow {
                return None;
            }
            let groups = Groups::of(data.inputs.column(&field.name)?, &rows);
            let verdict = sampled.told_by(&groups)?;
            let message = message(&field.name, target, &verdict);
            let finding = Finding::soft("leakage", &field.name, message);
            Some(Finding { severity, ..finding })
        })
        .collect()
}

fn sample(rows: usize) -> Vec<usize> {
    let taken = rows.min(SAMPLE);
    (0..taken).map(|index| index * rows / taken).collect()
}

fn message(name: &str, target: &str, verdict: &Verdict) -> String {
    let how = match verdict {
        Verdict::Classes { right, majority } => format!(
            "it alone tells the class of {} of the rows, of which {} have the most frequent one",
            percent(*right),
            percent(*majority)
        ),
        Verdict::Explained(share) => {
            format!("it alone explains {share:.4} of the variance (R²)")
        }
        Verdict::Correlated(r) => format!("their correlation is {r:.5}"),
    };
    format!(
        "column `{name}` determines the target `{target}`: {how}; if it is known only once the \
         target is, list it in `ignore` of model.toml, else set `leakage = \"allow\"` under \
         `[constraints.columns.{name}]`"
    )
}
