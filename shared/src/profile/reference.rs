//! The profile of the training data.

use serde::{Deserialize, Serialize};

use super::column::Column;
use super::observation::{Incompatible, Observation, compatible};
use super::outputs::outputs;
use crate::dataset::{Kind, Schema, Table, Values};
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
        Self { rows: table.rows() as u64, inputs, outputs: Vec::new() }
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

    /// An observation of nothing yet, with this profile's bins and levels.
    #[must_use]
    pub fn observer(&self) -> Observation {
        Observation {
            rows: 0,
            inputs: self.inputs.iter().map(Column::emptied).collect(),
            outputs: self.outputs.iter().map(Column::emptied).collect(),
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
