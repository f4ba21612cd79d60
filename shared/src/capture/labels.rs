//! True values of a model's target, as they come in with ground truth.

use crate::dataset::{Categories, Column, Kind, Schema, Task, Values, present};
use crate::protocol::domain::Domain;
use crate::protocol::values::ValuesBuilder;

/// The true values of many requests' rows.
#[derive(Debug)]
pub(super) struct Labels<'s> {
    schema: &'s Schema,
    values: ValuesBuilder,
}

impl<'s> Labels<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        let kind = match schema.task {
            Task::Classification { .. } | Task::Anomaly | Task::Clustering => Kind::Category,
            Task::Regression => Kind::Fractional,
        };
        Self { schema, values: ValuesBuilder::new(kind, 0) }
    }

    /// Appends the values of a request's rows but for missing ones, and tells which
    /// rows have one; `None`, and nothing appended, when one is no value of the target.
    pub(super) fn append<'t>(
        &mut self,
        texts: impl Iterator<Item = &'t str>,
    ) -> Option<Vec<usize>> {
        let (labelled, texts): (Vec<usize>, Vec<&str>) =
            (0..).zip(texts).filter_map(|(row, text)| Some((row, present(text)?))).unzip();
        let mut texts = texts.into_iter();
        let values = match &self.schema.task {
            Task::Classification { classes } => Values::Category(Categories::encode(
                texts.map(|text| Some(class_of(text, classes))),
            )),
            Task::Anomaly | Task::Clustering => {
                Values::Category(Categories::encode(texts.map(Some)))
            }
            Task::Regression => {
                let domain = Domain::of_kind(Kind::Fractional);
                let numbers: Option<Vec<f64>> = texts.try_fold(Vec::new(), |mut all, text| {
                    all.push(domain.number_of_text(text)?);
                    Some(all)
                });
                Values::Number(numbers?)
            }
        };
        self.values.extend(&values);
        Some(labelled)
    }

    /// The target's column.
    pub(super) fn finish(self) -> Column {
        let name = self.schema.target.clone().unwrap_or_default();
        Column { name, values: self.values.finish() }
    }
}

/// The class that a text names: `1.0` is the class `1`, and `True` is `true`. A class
/// that the model does not know is kept as it is.
fn class_of(text: &str, classes: &[String]) -> String {
    let known = |name: &str| classes.iter().any(|class| class == name);
    if known(text) {
        return text.to_owned();
    }
    let number = text.parse().ok().map(|number: f64| number.to_string());
    [number, Some(text.to_lowercase())]
        .into_iter()
        .flatten()
        .find(|name| known(name))
        .unwrap_or_else(|| text.to_owned())
}

/// The class that a label names, if the model does not know it.
pub(super) fn unknown_class(text: &str, schema: &Schema) -> Option<String> {
    let Task::Classification { classes } = &schema.task else { return None };
    let class = class_of(present(text)?, classes);
    (!classes.contains(&class)).then(|| class.chars().take(40).collect())
}

/// What keeps a text from being a label; `None` for a label, and for a missing one.
pub(super) fn unfit(text: &str, schema: &Schema) -> Option<String> {
    let text = present(text)?;
    match &schema.task {
        Task::Classification { .. } | Task::Anomaly => None,
        Task::Clustering => Some("clusters have no true values".to_owned()),
        Task::Regression => match Domain::of_kind(Kind::Fractional).number_of_text(text) {
            Some(_) => None,
            None => {
                let shown: String = text.chars().take(40).collect();
                let target = schema.target.as_deref().unwrap_or_default();
                Some(format!("`{shown}` is no value of the number `{target}`"))
            }
        },
    }
}
