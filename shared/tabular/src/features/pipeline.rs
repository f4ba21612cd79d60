//! A fitted recipe: from tables to features.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::matrix::{Block, Element, Matrix};
use super::step::{Code, Number, Source, Step, StepKind};
use super::transform_error::TransformError;
use super::upright::Upright;
use crate::dataset::{Column, Table};
use crate::expression::{Expression, Problem};

/// Rows that are written at once: few enough to stay in a core's cache.
const BLOCK: usize = 512;

/// A fitted recipe.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pipeline {
    /// Whose figures are set upright before all else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) upright: Option<Upright>,
    /// Columns that are computed from others.
    pub(super) derived: Vec<Derived>,
    pub(super) steps: Vec<Step>,
    /// Features that are scaled together, to a row of Euclidean length 1.
    pub(super) unit_length: Vec<usize>,
}

/// A column that is computed from inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Derived {
    pub(super) name: String,
    pub(super) expression: Expression,
}

impl Pipeline {
    /// A pipeline that passes each column on: numbers as they are, and texts (where
    /// there are levels) as their places among the levels, `NaN` for others.
    #[must_use]
    pub fn passing(columns: impl IntoIterator<Item = (String, Option<Vec<String>>)>) -> Self {
        let step = |(column, levels)| Step {
            column,
            kind: match levels {
                None => StepKind::Number(Number::unchanged()),
                Some(levels) => StepKind::Code(Code::listed(levels)),
            },
        };
        Self { steps: columns.into_iter().map(step).collect(), ..Self::default() }
    }

    /// For each feature that is a category's code, the texts that the codes stand for.
    #[must_use]
    pub fn levels(&self) -> Vec<Option<Vec<&str>>> {
        self.each_feature(Step::levels)
    }

    /// Whether it sets the figures upright that rows of pixels show.
    #[must_use]
    pub fn sets_upright(&self) -> bool {
        self.upright.is_some()
    }

    /// The number of features of a row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.steps.iter().map(Step::width).sum()
    }

    /// For each feature, whether it is a category's code.
    #[must_use]
    pub fn categorical(&self) -> Vec<bool> {
        self.each_feature(Step::is_code)
    }

    /// For each feature, the column that it comes from: an input, or a derived column.
    #[must_use]
    pub fn sources(&self) -> Vec<&str> {
        self.each_feature(|step| step.column.as_str())
    }

    /// For each feature its name, such as `age`, `job=chef`, `day.month`, `city.target`,
    /// `note#17`, `is_missing(age)`.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.steps.iter().flat_map(Step::names).collect()
    }

    /// The inputs that a column of [`Self::sources`] is computed from: itself, unless it
    /// is derived.
    #[must_use]
    pub fn inputs_of<'a>(&'a self, source: &'a str) -> Vec<&'a str> {
        match self.derived.iter().find(|derived| derived.name == source) {
            Some(derived) => derived.expression.columns().into_iter().collect(),
            None => vec![source],
        }
    }

    /// The features of every row.
    ///
    /// # Errors
    /// When a column is absent or of another type.
    pub fn transform<T: Element>(&self, table: &Table) -> Result<Matrix<T>, TransformError> {
        let table = prepare(self.upright.as_ref(), table)?;
        self.transform_with(&table, &derive(&self.derived, &table)?, &[])
    }

    /// The same for a table that is prepared, with the values of the derived columns, and with
    /// some features (by position) given for every row.
    pub(super) fn transform_with<T: Element>(
        &self,
        table: &Table,
        derived: &[Column],
        given: &[(usize, Vec<f64>)],
    ) -> Result<Matrix<T>, TransformError> {
        let sources = self.sources_in(table, derived)?;
        let mut matrix = Matrix::zeros(table.rows(), self.width());
        let mut start = 0;
        for mut block in matrix.blocks(BLOCK) {
            let rows = start..start + block.len();
            let mut offset = 0;
            for (step, source) in self.steps.iter().zip(&sources) {
                step.write(source, rows.clone(), &mut block, offset);
                offset += step.width();
            }
            for (feature, values) in given {
                let values = values.get(rows.clone()).unwrap_or_default();
                block.fill(*feature, values.iter().copied());
            }
            self.scale_rows(&mut block);
            start = rows.end;
        }
        Ok(matrix)
    }

    /// What each step reads.
    fn sources_in<'t>(
        &self,
        table: &'t Table,
        derived: &'t [Column],
    ) -> Result<Vec<Source<'t>>, TransformError> {
        let mut columns = table.columns().iter().chain(derived);
        let source = |step: &Step| {
            // Columns mostly stand in the order of training, derived ones after them.
            let named = |column: &&'t Column| column.name == step.column;
            let next = columns.next().filter(named);
            let values = next
                .or_else(|| derived.iter().find(named))
                .map(|column| &column.values)
                .or_else(|| table.column(&step.column))
                .ok_or_else(|| TransformError::MissingColumn(step.column.clone()))?;
            step.source(values).ok_or_else(|| TransformError::WrongType(step.column.clone()))
        };
        self.steps.iter().map(source).collect()
    }

    /// Scales the features of `unit_length` in each row, as scikit-learn's Normalizer: a
    /// row of zeros stays so.
    fn scale_rows<T: Element>(&self, block: &mut Block<'_, T>) {
        if self.unit_length.is_empty() {
            return;
        }
        for row in block.rows() {
            let values = self.unit_length.iter().filter_map(|&feature| row.get(feature));
            let squares: f64 = values.map(|value| value.to_f64().powi(2)).sum();
            let length = if squares > 0.0 { squares.sqrt() } else { 1.0 };
            for &feature in &self.unit_length {
                if let Some(cell) = row.get_mut(feature) {
                    *cell = T::from_f64(cell.to_f64() / length);
                }
            }
        }
    }

    fn each_feature<'a, V: Clone>(&'a self, of_step: impl Fn(&'a Step) -> V) -> Vec<V> {
        self.steps
            .iter()
            .flat_map(|step| std::iter::repeat_n(of_step(step), step.width()))
            .collect()
    }
}

/// A table as all that follows reads it.
pub(super) fn prepare<'t>(
    upright: Option<&Upright>,
    table: &'t Table,
) -> Result<Cow<'t, Table>, TransformError> {
    Ok(match upright {
        None => Cow::Borrowed(table),
        Some(upright) => Cow::Owned(upright.apply(table)?),
    })
}

/// The derived columns of a table.
pub(super) fn derive(derived: &[Derived], table: &Table) -> Result<Vec<Column>, TransformError> {
    let evaluate = |Derived { name, expression }: &Derived| {
        let values = expression.evaluate(table).map_err(|error| match error.problem {
            Problem::UnknownColumn { name, .. } => TransformError::MissingColumn(name),
            _ => TransformError::WrongType(name.clone()),
        })?;
        Ok(Column { name: name.clone(), values: values.into() })
    };
    derived.iter().map(evaluate).collect()
}
