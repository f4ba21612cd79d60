//! The target against what the champion predicts.

use super::finding::{Finding, percent};
use super::outline::Outline;
use crate::dataset::{Labelled, Schema, Target, Task};
use crate::spec::Spec;

/// Another target, another task, or other classes. What the spec says is no surprise.
pub(super) fn check(
    champion: &Schema,
    data: &Labelled,
    outline: &Outline,
    spec: &Spec,
) -> Vec<Finding> {
    let (Some(before), Some(now)) = (&champion.target, &data.schema.target) else {
        return other_task(champion, data, spec).into_iter().collect();
    };
    if before != now {
        // The absence of the champion's target is told of its own.
        let surprise = spec.target.is_none() && outline.column(before).is_some();
        return surprise.then(|| another_target(before, now)).into_iter().collect();
    }
    match (&champion.task, &data.target) {
        (Task::Anomaly, _) if data.schema.task == Task::Anomaly => Vec::new(),
        (Task::Classification { classes: known }, Target::Classes { classes, labels }) => {
            classes_changed(now, known, classes, labels, spec)
        }
        (Task::Regression, Target::Values(_)) => Vec::new(),
        _ if spec.task.is_some() => Vec::new(),
        (task, _) => vec![Finding::hard(
            "task_change",
            now,
            format!(
                "the target `{now}` is taken for one of a {} where the champion does a {}: \
                 correct it, or say `task = \"{}\"` in model.toml",
                data.schema.task.name(),
                task.name(),
                task.name()
            ),
        )],
    }
}

/// One of the two has no target: that is a surprise unless both are of one task, or the
/// spec says which one is meant.
fn other_task(champion: &Schema, data: &Labelled, spec: &Spec) -> Option<Finding> {
    let (before, now) = (&champion.task, &data.schema.task);
    (before.kind() != now.kind() && spec.task.is_none()).then(|| {
        let column = data.schema.target.as_deref().unwrap_or_default();
        let message = format!(
            "the task is taken to be {} where the champion's is {}: say `task = \"{}\"` in \
             model.toml",
            now.name(),
            before.name(),
            before.name()
        );
        Finding::hard("task_change", column, message)
    })
}

fn another_target(before: &str, now: &str) -> Finding {
    Finding::hard(
        "target_change",
        now,
        format!(
            "the target is taken to be `{now}` where the champion predicts `{before}`: name the \
             one that is meant, such as `target = \"{before}\"` in model.toml"
        ),
    )
}

fn classes_changed(
    name: &str,
    known: &[String],
    classes: &[String],
    labels: &[usize],
    spec: &Spec,
) -> Vec<Finding> {
    let list = |classes: &[&String]| {
        let shown: Vec<String> = classes.iter().take(5).map(|class| format!("`{class}`")).collect();
        shown.join(", ") + if classes.len() > 5 { ", …" } else { "" }
    };
    let new: Vec<&String> = classes.iter().filter(|class| !known.contains(class)).collect();
    let gone: Vec<&String> = known.iter().filter(|class| !classes.contains(class)).collect();
    let of_new = |label: &&usize| classes.get(**label).is_some_and(|class| new.contains(&class));
    let share = labels.iter().filter(of_new).count() as f64 / labels.len().max(1) as f64;
    let unknown = (!new.is_empty()).then(|| {
        let message = format!(
            "{} of the rows have classes of the target `{name}` that the champion does not know \
             ({})",
            percent(share),
            list(&new)
        );
        match share > spec.constraints.domain_of(name) {
            true => Finding::hard("domain", name, message + ": correct them"),
            false => Finding::soft("domain", name, message),
        }
    });
    let lost = (!gone.is_empty()).then(|| {
        let message = format!(
            "no row has the champion's class {} of the target `{name}`: this version would not \
             know it",
            list(&gone)
        );
        Finding::soft("class_gone", name, message)
    });
    unknown.into_iter().chain(lost).collect()
}
