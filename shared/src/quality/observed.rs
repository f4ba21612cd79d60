//! What a window of traffic breaks of the constraints that a training stored.

use super::columns::shown;
use super::finding::{noteworthy, percent};
use crate::dataset::{Defect, Kind};
use crate::profile::{Column, Levels, Numbers, Observation, Profile, Summary};
use crate::spec::Spec;

/// By how many standard errors a share must be off: a small window is often off by
/// accident.
const STANDARD_ERRORS: f64 = 3.0;

/// The breaks of the constraints that `reference` promises, column by column; none for
/// a window of fewer rows than a verdict on drift needs.
#[must_use]
pub fn observed(reference: &Profile, window: &Observation, spec: &Spec) -> Vec<Defect> {
    if reference.rows == 0 || window.rows < spec.drift.thresholds.min_rows {
        return Vec::new();
    }
    let pairs = reference.inputs.iter().zip(&window.inputs);
    pairs.flat_map(|(reference, now)| column(reference, now, spec)).collect()
}

fn column(reference: &Column, now: &Column, spec: &Spec) -> Vec<Defect> {
    let name = &reference.name;
    if now.present() == 0 && reference.present() > 0 {
        let message = format!("column `{name}` has no value of its type in the window");
        return vec![Defect::new("missing_column", message).in_column(name)];
    }
    let mut broken = completeness(reference, now, spec);
    let mistyped = now.mistyped as f64 / now.rows().max(1) as f64;
    if noteworthy(mistyped - error(mistyped, now.rows()), spec.constraints.domain_of(name)) {
        broken.push(("type_change", format!("{} are of another type: values", percent(mistyped))));
    }
    match (&reference.summary, &now.summary) {
        (Summary::Category(known), Summary::Category(levels)) => {
            broken.extend(domain(known, levels, spec.constraints.domain_of(name)));
        }
        // Time goes on.
        (Summary::Number(_), _)
            if reference.kind == Kind::Date || spec.time.as_ref() == Some(name) => {}
        (Summary::Number(known), Summary::Number(numbers)) => {
            broken.extend(range(known, numbers, spec.constraints.domain_of(name)));
        }
        _ => {}
    }
    let defect = |(code, what): (&str, String)| {
        Defect::new(code, format!("{what} of column `{name}`")).in_column(name)
    };
    broken.into_iter().map(defect).collect()
}

/// What is broken: a code, and the start of its message.
type Broken = (&'static str, String);

fn completeness(reference: &Column, now: &Column, spec: &Spec) -> Vec<Broken> {
    let (before, share) = (reference.missing_rate(), now.missing_rate());
    let limit = spec.constraints.completeness_of(&reference.name);
    let broken = noteworthy(share - before - error(share, now.rows()), limit);
    let what = || {
        let (now, before) = (percent(share), percent(before));
        format!("{now} are missing where {before} were in training: values")
    };
    broken.then(|| ("completeness", what())).into_iter().collect()
}

fn domain(known: &Levels, now: &Levels, limit: f64) -> Option<Broken> {
    let share = now.not_listed() as f64 / now.total().max(1) as f64;
    let excess = share - known.expected_unlisted() - error(share, now.total());
    noteworthy(excess, limit).then(|| {
        let mut unknown: Vec<(&str, u64)> =
            now.unlisted.iter().map(|(level, &count)| (level.as_str(), count)).collect();
        unknown.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let what =
            format!("{} are unknown to training ({}): texts", percent(share), shown(&unknown));
        ("domain", what)
    })
}

fn range(known: &Numbers, now: &Numbers, limit: f64) -> Option<Broken> {
    let (min, max) = (known.moments.min?, known.moments.max?);
    let share = now.bins.out_of_range() as f64 / now.moments.count.max(1) as f64;
    if noteworthy(share - error(share, now.moments.count), limit) {
        let what = format!("{} lie outside of {min} to {max}: numbers", percent(share));
        return Some(("range", what));
    }
    let least = now.moments.min.filter(|least| min >= 0.0 && *least < 0.0)?;
    Some(("negative", format!("{least} is the least where none was negative: numbers")))
}

/// What chance may add to a share of so many rows.
fn error(share: f64, rows: u64) -> f64 {
    STANDARD_ERRORS * (share * (1.0 - share) / rows.max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Categories, Field, Schema, Table, Task, Values};
    use crate::quality::Violations;

    fn table(
        rows: usize,
        number: impl Fn(usize) -> f64,
        text: impl Fn(usize) -> &'static str,
    ) -> Table {
        let texts =
            Categories::encode((0..rows).map(|row| Some(text(row)).filter(|t| !t.is_empty())));
        let column = |name: &str, values| crate::dataset::Column { name: name.into(), values };
        Table::new(vec![
            column("dist", Values::Number((0..rows).map(number).collect())),
            column("zone", Values::Category(texts)),
        ])
        .unwrap()
    }

    fn usual(rows: usize) -> Table {
        table(rows, |row| (row % 50) as f64, |row| ["north", "south"][row % 2])
    }

    fn profile() -> Profile {
        let field = |name: &str, kind| Field::new(name, kind, false);
        let inputs = vec![field("dist", Kind::Fractional), field("zone", Kind::Category)];
        Profile::of(
            &usual(400),
            &Schema { inputs, target: Some("y".into()), task: Task::Regression },
        )
    }

    fn broken(window: &Table) -> Vec<(String, String)> {
        let profile = profile();
        let mut seen = profile.observer();
        seen.add(window);
        let defects = observed(&profile, &seen, &Spec::default());
        let json = serde_json::to_value(Violations::of(&defects)).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let found = json["violations"].as_array().unwrap().iter();
        found.map(|it| (text(&it["constraint_check_type"]), text(&it["description"]))).collect()
    }

    #[test]
    fn more_of_the_same_breaks_nothing() {
        assert_eq!(broken(&usual(500)), []);
        assert_eq!(broken(&usual(60)), []);
    }

    #[test]
    fn breaks_are_told_in_model_monitors_words() {
        let window = table(
            500,
            |row| if row % 4 == 0 { f64::NAN } else { (row % 100) as f64 - 1.0 },
            |row| ["north", "moon"][usize::from(row % 5 == 0)],
        );
        let said = |kind: &str, text: &str| (kind.to_owned(), text.to_owned());
        assert_eq!(
            broken(&window),
            [
                said(
                    "completeness_check",
                    "25.0 % are missing where 0.0 % were in training: values of column `dist`"
                ),
                said(
                    "baseline_drift_check",
                    "49.3 % lie outside of 0 to 49: numbers of column `dist`"
                ),
                said(
                    "categorical_values_check",
                    "20.0 % are unknown to training (`moon`): texts of column `zone`"
                ),
            ]
        );
        let one = table(500, |row| if row == 7 { -3.0 } else { 5.0 }, |_| "");
        assert_eq!(
            broken(&one),
            [
                said(
                    "baseline_drift_check",
                    "-3 is the least where none was negative: numbers of column `dist`"
                ),
                said(
                    "missing_column_check",
                    "column `zone` has no value of its type in the window"
                ),
            ]
        );
    }

    #[test]
    fn a_window_of_few_rows_breaks_nothing() {
        assert_eq!(broken(&table(49, |_| -1e9, |_| "moon")), []);
    }
}
