//! One column against what the champion was trained on.

use super::finding::{Finding, noteworthy, percent};
use super::outline::Stub;
use crate::dataset::{Categories, Field, Kind, Values};
use crate::profile::{self, Levels, Moments, Summary};
use crate::spec::{Constraints, Severity, Spec};

/// How many unknown texts a message shows.
const SHOWN: usize = 3;

/// How many characters of a text a message shows.
const SHOWN_CHARACTERS: usize = 40;

/// A column of as many distinct texts that is no input names rows.
const NAMES_ROWS: usize = 50;

/// A column of another type. A type that the spec names is no surprise.
pub(super) fn type_change(field: &Field, stub: &Stub, spec: &Spec) -> Option<Finding> {
    let said = spec.columns.get(&field.name).is_some_and(|it| it.declared_kind().is_some());
    let now = stub.kind.filter(|_| !said)?;
    let what = format!(
        "column `{}` holds {} where the champion was trained on {}",
        field.name,
        now.words(),
        field.kind.words()
    );
    match difference(field.kind, now) {
        Severity::Allow => None,
        Severity::Warn => Some(Finding::soft("type_change", &field.name, what)),
        Severity::Reject => Some(Finding::hard(
            "type_change",
            &field.name,
            match stub.no_dates.as_ref().filter(|_| field.kind == Kind::Date) {
                Some(why) => format!("{what}: {why}"),
                None => {
                    format!(
                        "{what}: correct it, or name its `kind` under `[columns.{}]`",
                        field.name
                    )
                }
            },
        )),
    }
}

/// Dates of which another part comes first than in those that the champion was trained on. An
/// order that the spec names is no surprise.
pub(super) fn date_order(field: &Field, stub: &Stub, spec: &Spec) -> Option<Finding> {
    let said = spec.columns.get(&field.name).is_some_and(|it| it.date_order.is_some());
    let (before, now) = (field.date_order?, stub.date_order.filter(|_| !said)?);
    (before != now).then(|| {
        let name = &field.name;
        let message = format!(
            "column `{name}` holds {} where the champion was trained on {}: write them as before, \
             or say `columns.{name}.date_order = \"{}\"` in model.toml",
            now.words(),
            before.words(),
            now.name()
        );
        Finding::hard("date_order", name, message)
    })
}

fn difference(before: Kind, now: Kind) -> Severity {
    use Kind::{Boolean, Category, Date, Fractional, Integral, Text};
    match (before, now) {
        _ if before == now => Severity::Allow,
        (Fractional, Integral) => Severity::Allow,
        (Boolean | Integral | Fractional, Boolean | Integral | Fractional)
        | (Category | Text, Category | Text) => Severity::Warn,
        (Boolean | Integral | Fractional | Category | Text | Date, _) => Severity::Reject,
    }
}

/// An input that is in the data set, but of no use to a model.
pub(super) fn left_out(field: &Field, stub: &Stub) -> Option<Finding> {
    let name = &field.name;
    // One without any value is a defect of every data set.
    stub.kind?;
    if field.kind == Kind::Category && stub.levels >= NAMES_ROWS {
        let levels = stub.levels;
        return Some(Finding::hard(
            "domain",
            name,
            format!(
                "column `{name}` has {levels} distinct texts that name rows where the champion \
                 knows groups: correct it, or list it in `ignore` of model.toml"
            ),
        ));
    }
    Some(Finding::soft(
        "left_out",
        name,
        format!(
            "column `{name}`, an input of the champion, tells nothing in this data set and is \
             left out"
        ),
    ))
}

/// The values of a column of the champion's type.
pub(super) fn values(
    field: &Field,
    reference: &profile::Column,
    now: &Values,
    spec: &Spec,
) -> Vec<Finding> {
    let limits = &spec.constraints;
    let mut findings: Vec<Finding> =
        completeness(&field.name, reference, now, limits).into_iter().collect();
    match (&reference.summary, now) {
        (Summary::Category(levels), Values::Category(categories)) => {
            findings.extend(domain(&field.name, levels, categories, limits));
        }
        // Time goes on.
        (Summary::Number(_), _) if field.kind == Kind::Date => {}
        (Summary::Number(_), _) if spec.time.as_ref() == Some(&field.name) => {}
        (Summary::Number(numbers), Values::Number(values)) => {
            findings.extend(range(&field.name, &numbers.moments, values, limits));
        }
        // The type has changed, which is told of its own.
        _ => {}
    }
    findings
}

fn completeness(
    name: &str,
    reference: &profile::Column,
    now: &Values,
    limits: &Constraints,
) -> Option<Finding> {
    let (before, now) = (reference.missing_rate(), now.missing() as f64 / now.len().max(1) as f64);
    Finding::graded((now - before, limits.completeness_of(name)), "completeness", name, || {
        format!(
            "{} of column `{name}` are missing where {} were when the champion was trained: fill \
             it, or raise `constraints.completeness`",
            percent(now),
            percent(before)
        )
    })
}

fn domain(name: &str, levels: &Levels, now: &Categories, limits: &Constraints) -> Option<Finding> {
    let mut counts = vec![0_u64; now.levels.len()];
    for &code in &now.codes {
        if let Some(count) = counts.get_mut(code as usize) {
            *count += 1;
        }
    }
    let present: u64 = counts.iter().sum();
    let mut unknown: Vec<(&str, u64)> = (now.levels.iter().zip(counts))
        .filter(|(level, count)| *count > 0 && !levels.counts.contains_key(*level))
        .map(|(level, count)| (level.as_str(), count))
        .collect();
    unknown.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let outside = unknown.iter().map(|(_, count)| count).sum::<u64>() as f64;
    let share = outside / present.max(1) as f64;
    let expected = levels.expected_unlisted();
    Finding::graded((share - expected, limits.domain_of(name)), "domain", name, || {
        format!(
            "{} of column `{name}` are texts that the champion does not know ({}) where {} are \
             to be expected: correct them, or raise `constraints.domain`",
            percent(share),
            shown(&unknown),
            percent(expected)
        )
    })
}

/// The first of some texts, which stand in the order of their counts.
pub(super) fn shown(unknown: &[(&str, u64)]) -> String {
    let texts: Vec<String> = unknown
        .iter()
        .take(SHOWN)
        .map(|(text, _)| format!("`{}`", text.chars().take(SHOWN_CHARACTERS).collect::<String>()))
        .collect();
    let more = unknown.len().saturating_sub(SHOWN);
    if more == 0 { texts.join(", ") } else { format!("{} and {more} more", texts.join(", ")) }
}

fn range(
    name: &str,
    before: &Moments,
    now: &[f64],
    limits: &Constraints,
) -> impl Iterator<Item = Finding> {
    let (min, max) = (before.min.unwrap_or(f64::MIN), before.max.unwrap_or(f64::MAX));
    let (mut present, mut outside, mut negative) = (0_u64, 0_u64, 0_u64);
    for &value in now.iter().filter(|value| value.is_finite()) {
        present += 1;
        outside += u64::from(value < min || value > max);
        negative += u64::from(value < 0.0);
    }
    let share = |count: u64| count as f64 / present.max(1) as f64;
    let signed = (min >= 0.0 && negative > 0).then(|| {
        Finding::soft(
            "negative",
            name,
            format!(
                "{} of column `{name}` are negative where no number was when the champion was \
                 trained",
                percent(share(negative))
            ),
        )
    });
    let far = noteworthy(share(outside), limits.domain_of(name)).then(|| {
        Finding::soft(
            "range",
            name,
            format!(
                "{} of column `{name}` lie outside of {min} to {max}, between which all numbers \
                 lay when the champion was trained",
                percent(share(outside))
            ),
        )
    });
    signed.into_iter().chain(far)
}
