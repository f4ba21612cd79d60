//! The column that a model learns to predict.

use std::sync::Arc;

use super::defect::{Defect, Rejection};
use super::schema::{Kind, Task};
use super::table::Values;
use crate::spec::TaskKind;

/// A target of whole numbers with at most this many distinct values is a class.
const MAX_NUMERIC_CLASSES: usize = 20;

/// A whole-number target needs this many rows a distinct value to be a class.
const MIN_ROWS_A_CLASS: usize = 5;

/// More classes than this are taken for a mistake.
pub const MAX_CLASSES: usize = 1_000;

/// The true values, one a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// Classes.
    Classes {
        /// The classes, sorted (as numbers when all of them are).
        classes: Arc<[String]>,
        /// One index into `classes` a row.
        labels: Vec<usize>,
    },
    /// Numbers.
    Values(Vec<f64>),
    /// None: there is nothing but the inputs.
    Absent {
        /// The number of rows.
        rows: usize,
    },
}

impl Target {
    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        match self {
            Self::Classes { labels, .. } => labels.len(),
            Self::Values(values) => values.len(),
            Self::Absent { rows } => *rows,
        }
    }

    /// The given rows in the given order; classes stay as they are.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        match self {
            Self::Classes { classes, labels } => Self::Classes {
                classes: Arc::clone(classes),
                labels: rows.iter().filter_map(|&row| labels.get(row).copied()).collect(),
            },
            Self::Values(values) => {
                Self::Values(rows.iter().filter_map(|&row| values.get(row).copied()).collect())
            }
            Self::Absent { rows: all } => {
                Self::Absent { rows: rows.iter().filter(|row| *row < all).count() }
            }
        }
    }

    /// The task that predicts this; `None` where there is nothing to predict.
    #[must_use]
    pub fn task(&self) -> Option<Task> {
        match self {
            Self::Classes { classes, .. } => {
                Some(Task::Classification { classes: classes.to_vec() })
            }
            Self::Values(_) => Some(Task::Regression),
            Self::Absent { .. } => None,
        }
    }
}

/// The task that a column of values suggests.
pub(super) fn infer_task(values: &Values, kind: Kind) -> TaskKind {
    match (kind, values) {
        (Kind::Category | Kind::Text | Kind::Boolean, _) | (_, Values::Category(_)) => {
            TaskKind::Classification
        }
        (Kind::Fractional | Kind::Date, _) => TaskKind::Regression,
        (Kind::Integral, Values::Number(numbers)) => {
            let mut distinct: Vec<f64> = Vec::new();
            for number in numbers.iter().filter(|number| !number.is_nan()) {
                if !distinct.contains(number) {
                    distinct.push(*number);
                }
                if distinct.len() > MAX_NUMERIC_CLASSES {
                    return TaskKind::Regression;
                }
            }
            match numbers.len() >= MIN_ROWS_A_CLASS * distinct.len() {
                true => TaskKind::Classification,
                false => TaskKind::Regression,
            }
        }
    }
}

/// The target of `values`, none of which may be missing. Of anomalies the second of two
/// classes is that of the anomalies; −1 and 1 are taken for anomalies and others, as
/// scikit-learn's detectors answer.
pub(super) fn read(
    name: &str,
    values: Values,
    kind: Kind,
    task: TaskKind,
) -> Result<Target, Rejection> {
    match (task, values) {
        (TaskKind::Regression | TaskKind::Forecasting, Values::Number(values)) => {
            Ok(Target::Values(values))
        }
        (TaskKind::Regression | TaskKind::Forecasting, Values::Category(categories)) => {
            let (row, text) = categories
                .iter()
                .enumerate()
                .find_map(|(row, text)| Some((row + 1, text?.to_owned())))
                .unwrap_or_default();
            Err(Defect::new(
                "target_not_numeric",
                format!(
                    "the target `{name}` holds texts (row {row}: `{text}`), but the task is \
                     regression: correct the values, or set `task = \"classification\"`"
                ),
            )
            .in_row(row as u64)
            .in_column(name)
            .into())
        }
        (TaskKind::Classification, values) => classes(name, labels(&values, kind)),
        (TaskKind::Anomaly, values) => anomalies(name, classes(name, labels(&values, kind))?),
        (TaskKind::Clustering, values) => Ok(Target::Absent { rows: values.len() }),
    }
}

/// Two classes, of which the second is that of the anomalies.
fn anomalies(name: &str, target: Target) -> Result<Target, Rejection> {
    match target {
        Target::Classes { classes, labels } if classes.len() == 2 => {
            if *classes != ["-1", "1"].map(str::to_owned) {
                return Ok(Target::Classes { classes, labels });
            }
            let classes = classes.iter().rev().cloned().collect();
            Ok(Target::Classes { classes, labels: labels.iter().map(|label| 1 - label).collect() })
        }
        other => {
            let found = other.task().map_or(0, |task| task.classes().len());
            let message = format!(
                "the target `{name}` has {found} classes, but a row is an anomaly or not: name a \
                 column of two values, or none, in model.toml"
            );
            Err(Defect::new("not_two_classes", message).in_column(name).into())
        }
    }
}

/// The class of each row as text.
fn labels(values: &Values, kind: Kind) -> Vec<String> {
    match values {
        Values::Category(categories) => {
            categories.iter().map(|text| text.unwrap_or_default().to_owned()).collect()
        }
        Values::Number(numbers) => numbers
            .iter()
            .map(|&number| match kind {
                Kind::Boolean => (number != 0.0).to_string(),
                _ => number.to_string(),
            })
            .collect(),
    }
}

fn classes(name: &str, labels: Vec<String>) -> Result<Target, Rejection> {
    let mut classes = labels.clone();
    classes.sort_unstable();
    classes.dedup();
    let numbers: Option<Vec<f64>> = classes.iter().map(|class| class.parse().ok()).collect();
    if let Some(numbers) = numbers {
        let mut paired: Vec<(f64, String)> = numbers.into_iter().zip(classes).collect();
        paired.sort_by(|a, b| a.0.total_cmp(&b.0));
        classes = paired.into_iter().map(|(_, class)| class).collect();
    }
    let defect = |code, message| Err(Defect::new(code, message).in_column(name).into());
    if let [only] = classes.as_slice() {
        return defect(
            "one_class",
            format!(
                "the target `{name}` has one class only, `{only}`: a classifier needs rows of \
                 at least two classes"
            ),
        );
    }
    if classes.len() > MAX_CLASSES {
        return defect(
            "too_many_classes",
            format!(
                "the target `{name}` has {} classes, more than {MAX_CLASSES}: choose another \
                 target, or set `task = \"regression\"` if it is a number",
                classes.len()
            ),
        );
    }
    let index: std::collections::HashMap<&str, usize> =
        classes.iter().enumerate().map(|(index, class)| (class.as_str(), index)).collect();
    let labels: Vec<usize> =
        labels.iter().filter_map(|label| index.get(label.as_str()).copied()).collect();
    let mut counts = vec![0_usize; classes.len()];
    for &label in &labels {
        if let Some(count) = counts.get_mut(label) {
            *count += 1;
        }
    }
    if let Some((class, _)) = classes.iter().zip(&counts).find(|(_, count)| **count < 2) {
        return defect(
            "rare_class",
            format!(
                "class `{class}` of the target `{name}` has one row only: add rows of it, \
                 or remove it"
            ),
        );
    }
    Ok(Target::Classes { classes: classes.into(), labels })
}
