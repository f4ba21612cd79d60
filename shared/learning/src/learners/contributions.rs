//! What each input column adds to each answer: SHAP values.

use hessboost::data::DMatrix;
use hessboost::error::HessboostError;
use hessboost::model::{BoostedModel, Iterations};
use rayon::prelude::*;

use super::trees::TreeEnsemble;
use super::{Model, PredictError, Predictor};
use model_factory_tabular::dataset::Table;
use model_factory_tabular::features::Matrix;

/// What each input column adds to the answers for a number of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributions {
    /// The input columns that the model reads.
    pub columns: Vec<String>,
    /// The answers of a row that are explained: one for numbers and for two classes
    /// (the second one), else one a class.
    pub outputs: usize,
    /// Row-major, `rows × outputs × columns`. With the expected value they sum to the
    /// answer, on its scale.
    pub values: Vec<f64>,
    /// For each output, the mean answer over the training rows.
    pub expected: Vec<f64>,
    /// What the values add up to.
    pub scale: Scale,
}

/// What contributions add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// The answer itself: a number, or a probability.
    Answer,
    /// The margin: the log-odds of the second of two classes, or what the softmax
    /// takes of each class.
    Margin,
}

impl Predictor {
    /// The SHAP values of each row, summed over the features that come from a column
    /// (path-dependent TreeSHAP, Lundberg, Erion & Lee 2018); those of a derived column
    /// are shared alike by its inputs, and pixels of figures that are set upright are those of
    /// the upright figure. `None` for a model that is not of trees.
    ///
    /// # Errors
    /// When an input is absent or of another type than in training.
    pub fn contributions(&self, table: &Table) -> Result<Option<Contributions>, PredictError> {
        let of_features = match self.model() {
            Model::Boosting(model) => boosted(model, self.pipeline().transform(table)?)?,
            Model::Forest(trees) => forest(trees, &self.pipeline().transform(table)?),
            _ => return Ok(None),
        };
        let sources = self.pipeline().sources();
        let mut columns: Vec<String> = Vec::new();
        let places: Vec<Vec<usize>> = sources
            .iter()
            .map(|source| {
                let inputs = self.pipeline().inputs_of(source);
                inputs.into_iter().map(|input| place_of(&mut columns, input)).collect()
            })
            .collect();
        let mut values = Vec::new();
        for row in of_features.values.chunks(sources.len().max(1)) {
            let first = values.len();
            values.resize(first + columns.len(), 0.0);
            for (places, value) in places.iter().zip(row) {
                let share = value / places.len() as f64;
                for place in places {
                    if let Some(sum) = values.get_mut(first + place) {
                        *sum += share;
                    }
                }
            }
        }
        let classes = self.classes().len();
        let scale = match self.model() {
            Model::Boosting(_) if classes > 0 => Scale::Margin,
            _ => Scale::Answer,
        };
        let OfFeatures { expected, .. } = of_features;
        Ok(Some(Contributions { columns, outputs: expected.len(), values, expected, scale }))
    }
}

/// Where a column stands, which is added if it is not yet among them.
fn place_of(columns: &mut Vec<String>, name: &str) -> usize {
    match columns.iter().position(|column| column == name) {
        Some(place) => place,
        None => {
            columns.push(name.to_owned());
            columns.len() - 1
        }
    }
}

/// What each feature adds, row-major, with the expected values.
struct OfFeatures {
    values: Vec<f64>,
    expected: Vec<f64>,
}

fn boosted(model: &BoostedModel, features: Matrix<f32>) -> Result<OfFeatures, HessboostError> {
    let (rows, width) = (features.rows(), features.columns());
    let outputs = model.n_outputs();
    // The expected values come with a row: one is made up where there is none.
    let values = if rows == 0 { vec![0.0; width] } else { features.into_vec() };
    let matrix = DMatrix::from_dense_vec(values, rows.max(1), width)?;
    let found = model.predict_contribs(&matrix, Iterations::Best)?;
    let bias = |output| found.bias(0, output).map_or(0.0, f64::from);
    let values = (0..rows)
        .flat_map(|row| (0..outputs).map(move |output| (row, output)))
        .filter_map(|(row, output)| found.get(row, output)?.get(..width))
        .flatten()
        .map(|&value| f64::from(value))
        .collect();
    Ok(OfFeatures { values, expected: (0..outputs).map(bias).collect() })
}

fn forest(trees: &TreeEnsemble, features: &Matrix<f32>) -> OfFeatures {
    let width = features.columns().max(1);
    let outputs = trees.outputs();
    let mut values = vec![0.0; features.rows() * outputs * width];
    values
        .par_chunks_mut(outputs * width)
        .zip(features.as_slice().par_chunks(width))
        .for_each(|(values, row)| trees.explain_row(row, values));
    OfFeatures { values, expected: trees.expected() }
}
