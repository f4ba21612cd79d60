//! Features: how the columns of a table become the numbers that a learner reads.
//!
//! A [`Recipe`] says how; fitting it to the training rows gives a [`Pipeline`],
//! which alone can transform. The pipeline travels inside the artifact, so that
//! training and serving compute the same features.

mod matrix;
mod step;

use serde::{Deserialize, Serialize};

use crate::dataset::{Labelled, Schema, Table};
use crate::spec::Spec;

pub use matrix::{Element, Matrix};
use step::Step;

/// How columns are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// For trees: numbers as they are, categories as codes, missing as `NaN`.
    Native,
    /// For linear models: numbers imputed by the median and standardised, with an
    /// indicator where training saw missing values; categories one-hot, an unknown
    /// one being all zeros.
    Standardised,
}

/// What is to be done to each column, before it is fitted.
#[derive(Debug)]
pub struct Recipe<'a> {
    encoding: Encoding,
    schema: &'a Schema,
}

/// A fitted recipe.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pipeline {
    steps: Vec<Step>,
}

/// A table does not hold what a pipeline was fitted on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransformError {
    /// A column is absent.
    #[error("column `{0}` is missing")]
    MissingColumn(String),
    /// A column holds texts where training saw numbers, or the reverse.
    #[error("column `{0}` is not of the type that the model was trained on")]
    WrongType(String),
}

impl Encoding {
    /// The encoding's name in a record.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Standardised => "standardised",
        }
    }
}

impl<'a> Recipe<'a> {
    /// What the spec says about each column, and what suits `encoding` where it says
    /// nothing.
    #[must_use]
    pub fn new(encoding: Encoding, _spec: &Spec, schema: &'a Schema) -> Self {
        Self { encoding, schema }
    }

    /// Fits the recipe to the training rows: the pipeline for other rows, and the
    /// features of these. Deterministic.
    ///
    /// # Errors
    /// When a column is absent or of another type than the schema says.
    pub fn fit<T: Element>(
        &self,
        data: &Labelled,
        _seed: u64,
    ) -> Result<(Pipeline, Matrix<T>), TransformError> {
        let steps = self
            .schema
            .inputs
            .iter()
            .filter_map(|field| {
                Step::fit(self.encoding, &field.name, data.inputs.column(&field.name)?)
            })
            .collect();
        let pipeline = Pipeline { steps };
        let features = pipeline.transform(&data.inputs)?;
        Ok((pipeline, features))
    }
}

impl Pipeline {
    /// A pipeline that passes each column on: numbers as they are, and texts (where
    /// there are levels) as their places among the levels, `NaN` for others.
    #[must_use]
    pub fn passing(columns: impl IntoIterator<Item = (String, Option<Vec<String>>)>) -> Self {
        let step = |(column, levels)| match levels {
            None => Step::Number { column },
            Some(levels) => Step::Code { column, levels },
        };
        Self { steps: columns.into_iter().map(step).collect() }
    }

    /// For each feature that is a category's code, the texts that the codes stand for.
    #[must_use]
    pub fn levels(&self) -> Vec<Option<&[String]>> {
        self.steps
            .iter()
            .flat_map(|step| std::iter::repeat_n(step.levels(), step.width()))
            .collect()
    }

    /// The number of features of a row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.steps.iter().map(Step::width).sum()
    }

    /// For each feature, whether it is a category's code.
    #[must_use]
    pub fn categorical(&self) -> Vec<bool> {
        self.steps
            .iter()
            .flat_map(|step| std::iter::repeat_n(step.is_code(), step.width()))
            .collect()
    }

    /// For each feature, the column it comes from.
    #[must_use]
    pub fn sources(&self) -> Vec<&str> {
        self.steps
            .iter()
            .flat_map(|step| std::iter::repeat_n(step.column(), step.width()))
            .collect()
    }

    /// The features of every row.
    ///
    /// # Errors
    /// When a column is absent or of another type.
    pub fn transform<T: Element>(&self, table: &Table) -> Result<Matrix<T>, TransformError> {
        let mut matrix = Matrix::zeros(table.rows(), self.width());
        let mut offset = 0;
        for step in &self.steps {
            let values = table
                .column(step.column())
                .ok_or_else(|| TransformError::MissingColumn(step.column().to_owned()))?;
            step.transform(values, &mut matrix, offset)?;
            offset += step.width();
        }
        Ok(matrix)
    }
}

#[cfg(test)]
mod tests;
