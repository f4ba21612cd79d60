//! Our trees as a model of XGBoost.

mod document;
mod names;

use hessboost::error::HessboostError;
use hessboost::model::ModelFormat;
use serde_json::Value;

use crate::learners::{Model, Predictor};

/// A model cannot be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It has no trees.
    #[error(
        "a {0} model cannot be exported: XGBoost's format holds trees, as boosting, random forests \
         and extra trees have"
    )]
    NoTrees(&'static str),
    /// Something is done to rows before its trees see them, which others would leave out.
    #[error(
        "the model sets figures upright before its trees see them, which XGBoost's format cannot \
         hold: train one without `image.deskew` to export it"
    )]
    SetsUpright,
    /// The library refused its trees.
    #[error("the trees cannot be written in XGBoost's format")]
    Trees(#[from] HessboostError),
    /// The document cannot be written.
    #[error("XGBoost's document cannot be written")]
    Document(#[from] serde_json::Error),
}

/// The model in XGBoost's JSON (3.x), which `xgboost.Booster(model_file=…)` loads.
///
/// The features carry the names of the columns that they come from, and the categories
/// that their codes stand for. The attribute `classes` holds the classes in order, the
/// attribute `categories` each category's texts in the order of their codes (as JSON). A
/// forest answers as a regression: with the number, with the probability of the second
/// of two classes, or with one output a class.
///
/// # Errors
/// When the model has no trees, or sets figures upright before these see them.
pub fn export(predictor: &Predictor) -> Result<Vec<u8>, ExportError> {
    if predictor.sets_upright() {
        return Err(ExportError::SetsUpright);
    }
    let described = names::describe(predictor.pipeline());
    match predictor.model() {
        Model::Boosting(model) => {
            let json = model.encode(ModelFormat::XgboostJson)?;
            let mut document: Value = serde_json::from_slice(&json)?;
            document::describe(&mut document, &described, predictor.classes())?;
            Ok(serde_json::to_vec(&document)?)
        }
        Model::Forest(trees) => {
            Ok(serde_json::to_vec(&document::of_forest(trees, &described, predictor.classes())?)?)
        }
        other => Err(ExportError::NoTrees(other.name())),
    }
}
