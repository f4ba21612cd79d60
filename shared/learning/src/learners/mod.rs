//! Learners: what fits a model to labelled rows.
//!
//! A [`Candidate`] is a learner with its hyper-parameters; fitting it gives a
//! [`Predictor`]: the fitted features and the fitted model, which together answer
//! for any table with the right columns.

mod adjust;
mod algebra;
mod balance;
mod baseline;
mod blend;
mod boosting;
mod context;
mod contributions;
mod density;
mod examples;
mod forest;
mod isolation;
mod k_means;
mod linear;
mod naive_bayes;
mod neighbours;
mod parameters;
pub mod predictions;
mod predictor;
mod robust_z;
pub mod structure;
mod svm;
mod thresholds;
pub mod trees;

use std::fmt;

use serde::{Deserialize, Serialize};

use model_factory_tabular::dataset::Labelled;
use model_factory_tabular::features::{
    Element, Encoding, Matrix, Pipeline, Recipe, TransformError,
};
use model_factory_tabular::spec::LearnerKind;

pub use adjust::{Adjustments, Calibration, Method as CalibrationMethod, Residuals};
pub use algebra::{Factor, Rows, Symmetric};
pub use balance::Balance;
pub use blend::{BlendMember, BlendModel, BlendParams, add_answers};
pub use boosting::{BoostingParams, Growth};
pub use context::{Deadline, FitContext};
pub use contributions::{Contributions, Scale};
pub use density::{DbscanModel, DbscanParams};
pub use examples::Examples;
use forest::Randomness;
pub use forest::{ForestParams, MaxFeatures, NamedShare};
pub use isolation::{IsolationForest, IsolationParams};
pub use k_means::{KMeansModel, KMeansParams};
pub use linear::LinearParams;
pub use naive_bayes::NaiveBayesParams;
pub use neighbours::{NeighboursParams, Vote};
pub use parameters::{Parameter, Takes, parameters};
pub use predictions::{Intervals, NOISE, Predictions};
pub use predictor::{DecodeError, EncodedPredictor, Model, PredictError, Predictor};
pub use robust_z::{RobustZModel, RobustZParams};
pub use structure::Structure;
pub use svm::{Gamma, KernelKind, NamedGamma, SvmParams};

/// A learner with its hyper-parameters, and the features that it reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The learner.
    #[serde(flatten)]
    pub learner: Learner,
    /// How columns are encoded for it, where the spec says nothing.
    pub encoding: Encoding,
    /// How rare classes are made to count.
    #[serde(default, skip_serializing_if = "Balance::is_none")]
    pub balance: Balance,
}

/// A learner and its hyper-parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "learner", rename_all = "snake_case")]
pub enum Learner {
    /// Gradient-boosted trees.
    Boosting(BoostingParams),
    /// The mean of trees that choose the best split among random features.
    RandomForest(ForestParams),
    /// The mean of trees that choose among random splits of random features.
    ExtraTrees(ForestParams),
    /// Logistic regression; ridge, lasso or elastic-net regression for numbers.
    Linear(LinearParams),
    /// A support vector machine.
    Svm(SvmParams),
    /// k nearest neighbours.
    Neighbours(NeighboursParams),
    /// Naive Bayes; for classes only.
    NaiveBayes(NaiveBayesParams),
    /// The class frequencies, or the mean.
    Baseline,
    /// The weighted mean of other candidates.
    Blend(BlendParams),
    /// An isolation forest; for anomalies.
    IsolationForest(IsolationParams),
    /// The modified z-score of each column; for anomalies.
    RobustZ(RobustZParams),
    /// k-means; for clusters.
    KMeans(KMeansParams),
    /// Density clusters; for clusters.
    Dbscan(DbscanParams),
}

/// A model could not be fitted.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// The rows could not be encoded.
    #[error(transparent)]
    Features(#[from] TransformError),
    /// The gradient-boosting library refused.
    #[error("gradient boosting failed")]
    Boosting(#[from] hessboost::error::HessboostError),
    /// The linear solver failed.
    #[error("the linear solver failed: {0}")]
    Linear(String),
    /// The support vector machine cannot be trained.
    #[error("the support vector machine cannot be trained: {0}")]
    Svm(String),
    /// The neighbours cannot be kept.
    #[error("the nearest neighbours cannot be kept: {0}")]
    Neighbours(String),
    /// The naive Bayes model cannot be fitted.
    #[error("naive Bayes cannot be fitted: {0}")]
    NaiveBayes(String),
    /// The classes cannot be balanced.
    #[error("the classes cannot be balanced: {0}")]
    Balance(String),
    /// The clusters cannot be found.
    #[error("the clusters cannot be found: {0}")]
    Clusters(String),
    /// The anomalies cannot be found.
    #[error("the anomalies cannot be found: {0}")]
    Anomalies(String),
    /// The blend cannot be fitted.
    #[error("the blend cannot be fitted: {0}")]
    Blend(String),
    /// The learner needs a target.
    #[error("the learner predicts a target, and the data has none")]
    NoTarget,
    /// The rows that it was fitted to cannot be predicted.
    #[error(transparent)]
    Predict(#[from] PredictError),
    /// The deadline passed.
    #[error("it took longer than it was given")]
    Deadline,
}

impl Learner {
    /// Which learner this is.
    #[must_use]
    pub fn kind(&self) -> LearnerKind {
        match self {
            Self::Boosting(_) => LearnerKind::Boosting,
            Self::RandomForest(_) => LearnerKind::RandomForest,
            Self::ExtraTrees(_) => LearnerKind::ExtraTrees,
            Self::Linear(_) => LearnerKind::Linear,
            Self::Svm(_) => LearnerKind::Svm,
            Self::Neighbours(_) => LearnerKind::Neighbours,
            Self::NaiveBayes(_) => LearnerKind::NaiveBayes,
            Self::Baseline => LearnerKind::Baseline,
            Self::Blend(_) => LearnerKind::Blend,
            Self::IsolationForest(_) => LearnerKind::IsolationForest,
            Self::RobustZ(_) => LearnerKind::RobustZ,
            Self::KMeans(_) => LearnerKind::KMeans,
            Self::Dbscan(_) => LearnerKind::Dbscan,
        }
    }

    /// The encoding that suits it.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        match self {
            Self::Boosting(_)
            | Self::RandomForest(_)
            | Self::ExtraTrees(_)
            | Self::NaiveBayes(_)
            | Self::Baseline
            | Self::Blend(_) => Encoding::Native,
            Self::Linear(_) | Self::Svm(_) | Self::Neighbours(_) => Encoding::Standardised,
            Self::IsolationForest(_) | Self::RobustZ(_) | Self::KMeans(_) | Self::Dbscan(_) => {
                Encoding::Scaled
            }
        }
    }
}

impl From<Learner> for Candidate {
    fn from(learner: Learner) -> Self {
        Self { encoding: learner.encoding(), learner, balance: Balance::None }
    }
}

/// The learner's name and hyper-parameters in a few words.
impl fmt::Display for Candidate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let described = format!("{} {}", self.learner.kind().name(), self.params());
        formatter.write_str(described.trim_end())
    }
}

impl Candidate {
    /// The hyper-parameters in a few words, and encoding and balance where they are not
    /// the usual ones.
    #[must_use]
    pub fn params(&self) -> String {
        let mut params = match &self.learner {
            Learner::Boosting(params) => params.to_string(),
            Learner::RandomForest(params) | Learner::ExtraTrees(params) => params.to_string(),
            Learner::Linear(params) => params.to_string(),
            Learner::Svm(params) => params.to_string(),
            Learner::Neighbours(params) => params.to_string(),
            Learner::NaiveBayes(params) => params.to_string(),
            Learner::Baseline => String::new(),
            Learner::Blend(params) => params.to_string(),
            Learner::IsolationForest(params) => params.to_string(),
            Learner::RobustZ(params) => params.to_string(),
            Learner::KMeans(params) => params.to_string(),
            Learner::Dbscan(params) => params.to_string(),
        };
        if self.encoding != self.learner.encoding() {
            params += &format!(" encoding={}", self.encoding.name());
        }
        if !self.balance.is_none() {
            params += &format!(" balance={}", self.balance);
        }
        params.trim_start().to_owned()
    }

    /// Fits the candidate to the data. The same data and seed give the same model,
    /// on any number of threads.
    ///
    /// # Errors
    /// When the data cannot be encoded, the learner's solver fails, or the deadline
    /// passes.
    pub fn fit(&self, data: &Labelled, context: &FitContext<'_>) -> Result<Predictor, FitError> {
        Ok(self.fit_labels(data, context)?.0)
    }

    /// The same, and the predictions for the rows that it was fitted to. They are those of
    /// the predictor but for density clusters: a row on the border of several belongs to
    /// the first of them in training, and to that of the nearest core row later.
    ///
    /// # Errors
    /// As [`Self::fit`]; or when the rows cannot be predicted.
    pub fn fit_predict(
        &self,
        data: &Labelled,
        context: &FitContext<'_>,
    ) -> Result<(Predictor, Predictions), FitError> {
        let (predictor, labels) = self.fit_labels(data, context)?;
        let predictions = match labels {
            Some(labels) => Predictions::Clusters(labels),
            None => predictor.predict(&data.inputs)?,
        };
        Ok((predictor, predictions))
    }

    /// The predictor, and the labels of the training rows where it would answer others.
    fn fit_labels(
        &self,
        data: &Labelled,
        context: &FitContext<'_>,
    ) -> Result<(Predictor, Option<Vec<i32>>), FitError> {
        let mut labels = None;
        let (pipeline, model) = match &self.learner {
            Learner::IsolationForest(params) => {
                let (pipeline, features) = self.features(data, context)?;
                let forest = IsolationForest::fit(&features, params, context)?;
                (pipeline, Model::Isolation(Box::new(forest)))
            }
            Learner::RobustZ(params) => {
                let (pipeline, features) = self.features(data, context)?;
                (pipeline, Model::RobustZ(RobustZModel::fit(&features, params)?))
            }
            Learner::KMeans(params) => {
                let (pipeline, features) = self.features(data, context)?;
                let model = KMeansModel::fit(&features, params, context.seed)?;
                (pipeline, Model::KMeans(model))
            }
            Learner::Dbscan(params) => {
                let (pipeline, features) = self.features(data, context)?;
                let (model, found) = DbscanModel::fit(&features, params)?;
                labels = Some(found);
                (pipeline, Model::Dbscan(Box::new(model)))
            }
            Learner::Boosting(params) => {
                let (pipeline, examples) = self.examples(data, context)?;
                let model = boosting::fit(&pipeline, examples, params, context)?;
                (pipeline, Model::Boosting(Box::new(model)))
            }
            Learner::RandomForest(params) => {
                self.grow(data, Randomness::Features, params, context)?
            }
            Learner::ExtraTrees(params) => {
                self.grow(data, Randomness::Thresholds, params, context)?
            }
            Learner::Linear(params) => {
                let (pipeline, examples) = self.examples(data, context)?;
                (
                    pipeline,
                    Model::Linear(linear::LinearModel::fit(&examples, params, context.deadline)?),
                )
            }
            Learner::Svm(params) => {
                let (pipeline, examples) = self.examples(data, context)?;
                (pipeline, Model::Svm(svm::SvmModel::fit(&examples, params, context)?))
            }
            Learner::Neighbours(params) => {
                let (pipeline, examples) = self.examples(data, context)?;
                let model = neighbours::NeighboursModel::fit(&examples, params)?;
                (pipeline, Model::Neighbours(model))
            }
            Learner::NaiveBayes(params) => {
                let (pipeline, examples) = self.examples(data, context)?;
                let categorical = pipeline.categorical();
                let model = naive_bayes::NaiveBayesModel::fit(&examples, &categorical, params)?;
                (pipeline, Model::NaiveBayes(model))
            }
            Learner::Baseline => {
                let model = baseline::BaselineModel::fit(&data.target, self.balance);
                (Pipeline::default(), Model::Baseline(model))
            }
            Learner::Blend(params) => {
                let model = BlendModel::fit(params, data, context)?;
                (Pipeline::default(), Model::Blend(model))
            }
        };
        Ok((Predictor::new(pipeline, model, &data.schema.task), labels))
    }

    fn grow(
        &self,
        data: &Labelled,
        randomness: Randomness,
        params: &ForestParams,
        context: &FitContext<'_>,
    ) -> Result<(Pipeline, Model), FitError> {
        let (pipeline, examples) = self.examples(data, context)?;
        let trees = forest::fit(&pipeline, examples, randomness, params, context)?;
        Ok((pipeline, Model::Forest(Box::new(trees))))
    }

    /// The features, fitted, and the rows as the learner reads them.
    fn features<T: Element>(
        &self,
        data: &Labelled,
        context: &FitContext<'_>,
    ) -> Result<(Pipeline, Matrix<T>), FitError> {
        let recipe = Recipe::new(self.encoding, context.spec, &data.schema);
        let features = recipe.fit(data, context.seed)?;
        context.deadline.check()?;
        Ok(features)
    }

    /// The same with the target, balanced.
    fn examples<T: Element>(
        &self,
        data: &Labelled,
        context: &FitContext<'_>,
    ) -> Result<(Pipeline, Examples<T>), FitError> {
        let (pipeline, features) = self.features(data, context)?;
        let examples = Examples { features, target: data.target.clone(), weights: None };
        let examples = self.balance.apply(&pipeline, examples, context)?;
        Ok((pipeline, examples))
    }
}

#[cfg(test)]
mod tests;
