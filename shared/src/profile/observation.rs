//! Later data, counted in the bins and levels of a reference.

use serde::{Deserialize, Serialize};

use super::column::{Column, values_of};
use super::joint::JointCounts;
use super::outputs::outputs;
use super::performance::Expected;
use crate::dataset::{Table, Values};
use crate::learners::predictions::Predictions;

/// What was seen of a model's inputs and outputs in some window.
///
/// Observations of one reference add up: the parts may be counted in any order,
/// anywhere, and merged.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The number of input rows.
    pub rows: u64,
    /// The reference's inputs.
    pub inputs: Vec<Column>,
    /// The reference's outputs; they may have been seen for fewer rows.
    pub outputs: Vec<Column>,
    /// Whole rows, where the reference knows what they look like; counted by an
    /// [`Observer`](crate::drift::Observer).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joint: Option<JointCounts>,
    /// What is to be expected of the model's answers, where the reference tells; counted
    /// likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Expected>,
}

/// Counts that do not mean the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the counts belong to different profiles: {difference}; put together those of one model \
     version only"
)]
pub struct Incompatible {
    /// What differs.
    pub difference: String,
}

impl Observation {
    /// Counts the rows of `table`. An input that it lacks is missing in these rows;
    /// columns that are no inputs are passed over.
    pub fn add(&mut self, table: &Table) {
        self.rows += table.rows() as u64;
        for (place, column) in self.inputs.iter_mut().enumerate() {
            column.add(values_of(table, place, &column.name), table.rows());
        }
    }

    /// Counts a model's answers.
    pub fn add_predictions(&mut self, predictions: &Predictions) {
        for (name, values) in outputs(predictions) {
            self.add_output(name, &values);
        }
    }

    /// Counts values of the output `name`, where not all of a model's answer is
    /// known. An output that the reference does not have is passed over.
    pub fn add_output(&mut self, name: &str, values: &Values) {
        for column in self.outputs.iter_mut().filter(|column| column.name == name) {
            column.add(Some(values), values.len());
        }
    }

    /// Adds the counts of another observation of the same reference.
    ///
    /// # Errors
    /// When the references differ; this observation is then unchanged.
    pub fn merge(&mut self, other: &Self) -> Result<(), Incompatible> {
        compatible(&self.inputs, &other.inputs)?;
        compatible(&self.outputs, &other.outputs)?;
        self.rows += other.rows;
        if let (Some(joint), Some(more)) = (&mut self.joint, &other.joint) {
            joint.merge(more);
        }
        if let (Some(expected), Some(more)) = (&mut self.expected, &other.expected) {
            expected.merge(more);
        }
        let columns = self.inputs.iter_mut().chain(&mut self.outputs);
        for (column, more) in columns.zip(other.inputs.iter().chain(&other.outputs)) {
            column.merge(more);
        }
        Ok(())
    }
}

pub(super) fn compatible(columns: &[Column], others: &[Column]) -> Result<(), Incompatible> {
    if columns.len() != others.len() {
        let difference = format!("one has {} columns, the other {}", columns.len(), others.len());
        return Err(Incompatible { difference });
    }
    match columns.iter().zip(others).find(|(column, other)| !column.is_compatible(other)) {
        None => Ok(()),
        Some((column, other)) => Err(Incompatible {
            difference: if column.name == other.name {
                format!("column `{}` has other bins or levels", column.name)
            } else {
                format!("column `{}` stands where the other has `{}`", column.name, other.name)
            },
        }),
    }
}
