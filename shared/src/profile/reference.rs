//! The profile of the training data.

use serde::{Deserialize, Serialize};

use super::column::Column;
use super::joint::{Joint, JointCounts};
use super::observation::{Incompatible, Observation, compatible};
use super::outputs::outputs;
use super::performance::Performance;
use crate::dataset::{Categories, Kind, Schema, Table, Target, Values};
use crate::learners::predictions::Predictions;

/// The columns of the training data, summarised.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The number of rows.
    pub rows: u64,
    /// One summary for each input of the schema, in its order.
    pub inputs: Vec<Column>,
    /// Summaries of the model's answers to these rows.
    pub outputs: Vec<Column>,
    /// The summary of the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Column>,
    /// What whole rows look like; absent where there are too few.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joint: Option<Joint>,
    /// How well the model did on rows that it had not seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance: Option<Performance>,
}

impl Profile {
    /// The profile of the schema's inputs in `table`. An input that the table
    /// lacks, or holds in another type, is missing in every row.
    #[must_use]
    pub fn of(table: &Table, schema: &Schema) -> Self {
        let inputs = schema
            .inputs
            .iter()
            .map(|field| {
                Column::of(&field.name, field.kind, table.column(&field.name), table.rows())
            })
            .collect();
        Self { rows: table.rows() as u64, inputs, ..Self::default() }
    }

    /// The profile with the model's answers to the same rows: what it predicted
    /// and, for classes, its score.
    #[must_use]
    pub fn with_predictions(mut self, predictions: &Predictions) -> Self {
        self.outputs = outputs(predictions)
            .into_iter()
            .map(|(name, values)| {
                let kind = match values {
                    Values::Number(_) => Kind::Fractional,
                    Values::Category(_) => Kind::Category,
                };
                Column::of(name, kind, Some(&values), values.len())
            })
            .collect();
        self
    }

    /// The profile with the true values of the same rows, where there are some.
    #[must_use]
    pub fn with_target(mut self, name: &str, target: &Target) -> Self {
        let (kind, values) = match target {
            Target::Values(values) => (Kind::Fractional, Values::Number(values.clone())),
            Target::Classes { classes, labels } => {
                let texts = labels.iter().map(|&label| classes.get(label).map(String::as_str));
                (Kind::Category, Values::Category(Categories::encode(texts)))
            }
            Target::Absent { .. } => return self,
        };
        self.target = Some(Column::of(name, kind, Some(&values), values.len()));
        self
    }

    /// The profile with what the same rows look like as a whole; `time` names the input
    /// that says when a row happened.
    #[must_use]
    pub fn with_rows(mut self, table: &Table, time: Option<&str>) -> Self {
        self.joint = Joint::of(table, &self.inputs, time);
        self
    }

    /// The profile with what is known of the model's performance.
    #[must_use]
    pub fn with_performance(self, performance: Performance) -> Self {
        Self { performance: Some(performance), ..self }
    }

    /// An observation of nothing yet, with this profile's bins and levels.
    #[must_use]
    pub fn observer(&self) -> Observation {
        Observation {
            rows: 0,
            inputs: self.inputs.iter().map(Column::emptied).collect(),
            outputs: self.outputs.iter().map(Column::emptied).collect(),
            joint: self.joint.as_ref().map(|_| JointCounts::default()),
            expected: self.performance.as_ref().map(|it| it.estimator.nothing()),
        }
    }

    /// Checks that an observation counts in this profile's bins and levels.
    ///
    /// # Errors
    /// When it was made from another profile.
    pub fn accepts(&self, observation: &Observation) -> Result<(), Incompatible> {
        compatible(&self.inputs, &observation.inputs)?;
        compatible(&self.outputs, &observation.outputs)
    }
}
