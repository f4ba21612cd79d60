//! A fitted pipeline with a fitted model: from a table to predictions.

use std::collections::BTreeMap;
use std::sync::Arc;

use hessboost::error::HessboostError;
use hessboost::model::{BoostedModel, ImportanceType, Iterations, ModelFormat};
use serde::{Deserialize, Serialize};

use super::adjust::Adjustments;
use super::baseline::BaselineModel;
use super::blend::{BlendModel, MemberHeader};
use super::density::{DbscanHeader, DbscanModel};
use super::isolation::{IsolationForest, IsolationHeader};
use super::k_means::KMeansModel;
use super::linear::LinearModel;
use super::naive_bayes::NaiveBayesModel;
use super::neighbours::{NeighboursHeader, NeighboursModel};
use super::predictions::{Intervals, Predictions};
use super::robust_z::RobustZModel;
use super::svm::{SvmHeader, SvmModel};
use super::trees::{TreeEnsemble, TreesError};
use model_factory_tabular::dataset::{Table, Task};
use model_factory_tabular::features::{Pipeline, TransformError};

/// A fitted model.
#[derive(Debug, Clone)]
pub enum Model {
    /// Gradient-boosted trees.
    Boosting(Box<BoostedModel>),
    /// A random forest or extra trees.
    Forest(Box<TreeEnsemble>),
    /// A linear model.
    Linear(LinearModel),
    /// A support vector machine.
    Svm(SvmModel),
    /// k nearest neighbours.
    Neighbours(NeighboursModel),
    /// Naive Bayes.
    NaiveBayes(NaiveBayesModel),
    /// The naive baseline.
    Baseline(BaselineModel),
    /// The weighted mean of others.
    Blend(BlendModel),
    /// An isolation forest.
    Isolation(Box<IsolationForest>),
    /// Modified z-scores.
    RobustZ(RobustZModel),
    /// k-means.
    KMeans(KMeansModel),
    /// Density clusters.
    Dbscan(Box<DbscanModel>),
}

/// What answers for rows: features, model, and the classes that it knows.
#[derive(Debug, Clone)]
pub struct Predictor {
    pipeline: Pipeline,
    model: Model,
    /// Empty without classes.
    classes: Arc<[String]>,
    adjustments: Adjustments,
}

/// A predictor as an artifact stores it.
#[derive(Debug, Clone, PartialEq)]
pub struct EncodedPredictor {
    /// Pipeline and small models, as JSON.
    pub header: serde_json::Value,
    /// What is large, in the model's own format; empty for small models.
    pub payload: Vec<u8>,
}

/// Rows could not be predicted.
#[derive(Debug, thiserror::Error)]
pub enum PredictError {
    /// The table does not have the model's inputs.
    #[error(transparent)]
    Inputs(#[from] TransformError),
    /// The model refused the features.
    #[error("the model cannot read the features")]
    Model(#[from] HessboostError),
}

/// A predictor could not be read from an artifact.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The header is not of this format.
    #[error("the model's header cannot be read")]
    Header(#[from] serde_json::Error),
    /// The trees are not of this format.
    #[error("the model's trees cannot be read")]
    Trees(#[from] HessboostError),
    /// The forest is not of this format.
    #[error("the model's forest cannot be read")]
    Forest(#[from] TreesError),
    /// What stands beside the header is not what it says.
    #[error("the model's {0} cannot be read")]
    Payload(&'static str),
    /// The model reads other features than the pipeline gives.
    #[error("the model reads {model} features where the pipeline gives {pipeline}")]
    Width {
        /// Features that the model reads.
        model: usize,
        /// Features that the pipeline gives.
        pipeline: usize,
    },
}

#[derive(Serialize, Deserialize)]
struct Header {
    pipeline: Pipeline,
    model: ModelHeader,
    #[serde(default, skip_serializing_if = "Adjustments::is_empty")]
    adjustments: Adjustments,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum ModelHeader {
    Boosting,
    Forest,
    Linear(LinearModel),
    Svm(SvmHeader),
    Neighbours(NeighboursHeader),
    #[serde(rename = "naive_bayes")]
    NaiveBayes(NaiveBayesModel),
    Baseline(BaselineModel),
    Blend {
        members: Vec<MemberHeader>,
    },
    Isolation(IsolationHeader),
    #[serde(rename = "robust_z")]
    RobustZ(RobustZModel),
    #[serde(rename = "k_means")]
    KMeans(KMeansModel),
    Dbscan(DbscanHeader),
}

impl Model {
    /// What kind of model this is, in a word.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Boosting(_) => "boosting",
            Self::Forest(_) => "forest",
            Self::Linear(_) => "linear",
            Self::Svm(_) => "svm",
            Self::Neighbours(_) => "neighbours",
            Self::NaiveBayes(_) => "naive_bayes",
            Self::Baseline(_) => "baseline",
            Self::Blend(_) => "blend",
            Self::Isolation(_) => "isolation",
            Self::RobustZ(_) => "robust_z",
            Self::KMeans(_) => "k_means",
            Self::Dbscan(_) => "dbscan",
        }
    }
}

impl Predictor {
    /// A model behind the pipeline that was fitted with it; its answers are not adjusted.
    #[must_use]
    pub fn new(pipeline: Pipeline, model: Model, task: &Task) -> Self {
        let adjustments = Adjustments::default();
        Self { pipeline, model, classes: task.classes().into(), adjustments }
    }

    /// The same predictor with its answers adjusted.
    #[must_use]
    pub fn adjusted(mut self, adjustments: Adjustments) -> Self {
        self.adjustments = adjustments;
        self
    }

    /// What is done to the model's answers.
    #[must_use]
    pub fn adjustments(&self) -> &Adjustments {
        &self.adjustments
    }

    /// The same predictor, whose classes have other names.
    #[must_use]
    pub fn with_classes(self, classes: &[String]) -> Self {
        Self { classes: classes.into(), ..self }
    }

    /// The fitted features.
    #[must_use]
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Whether it sets the figures upright that rows of pixels show, before it learns from them
    /// or answers.
    #[must_use]
    pub fn sets_upright(&self) -> bool {
        match &self.model {
            Model::Blend(blend) => blend.members().any(Self::sets_upright),
            _ => self.pipeline.sets_upright(),
        }
    }

    /// From which score on a row is an anomaly; `None` for other models.
    #[must_use]
    pub fn threshold(&self) -> Option<f64> {
        match &self.model {
            Model::Isolation(forest) => Some(forest.threshold()),
            Model::RobustZ(model) => Some(model.threshold()),
            _ => None,
        }
    }

    /// The classes in the order of the probabilities; empty without classes.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The fitted model.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Predictions for every row of the table.
    ///
    /// # Errors
    /// When an input is absent or of another type than in training.
    pub fn predict(&self, table: &Table) -> Result<Predictions, PredictError> {
        let classes = self.classes.len();
        let answers = match &self.model {
            Model::Isolation(forest) => {
                let scores = forest.scores(&self.pipeline.transform(table)?);
                return Ok(anomalies(scores, forest.threshold()));
            }
            Model::RobustZ(model) => {
                let scores = model.scores(&self.pipeline.transform(table)?);
                return Ok(anomalies(scores, model.threshold()));
            }
            Model::KMeans(model) => {
                return Ok(Predictions::Clusters(model.predict(&self.pipeline.transform(table)?)));
            }
            Model::Dbscan(model) => {
                return Ok(Predictions::Clusters(model.predict(&self.pipeline.transform(table)?)));
            }
            Model::Baseline(model) => model.predict(table.rows()),
            Model::Blend(model) => model.predict(table)?,
            Model::Linear(model) => model.predict(&self.pipeline.transform(table)?, classes),
            Model::Svm(model) => model.predict(&self.pipeline.transform(table)?, classes),
            Model::Neighbours(model) => model.predict(&self.pipeline.transform(table)?, classes),
            Model::NaiveBayes(model) => model.predict(&self.pipeline.transform(table)?),
            Model::Boosting(model) => {
                let features = self.pipeline.transform::<f32>(table)?;
                boosted(model, features.as_slice(), classes)?
            }
            Model::Forest(trees) => {
                let features = self.pipeline.transform::<f32>(table)?;
                both_classes(trees.predict_rows(features.as_slice()).into_iter(), classes)
            }
        };
        Ok(match classes {
            0 => Predictions::Values(answers),
            _ => self.classified(answers),
        })
    }

    fn classified(&self, mut probabilities: Vec<f64>) -> Predictions {
        let Adjustments { calibration, threshold, .. } = &self.adjustments;
        if let Some(calibration) = calibration {
            calibration.apply(&mut probabilities, self.classes.len());
        }
        Predictions::Classes {
            classes: Arc::clone(&self.classes),
            probabilities,
            threshold: *threshold,
        }
    }

    /// Between which numbers the true values of these predictions lie, with the given
    /// probability; `None` for classes, for a predictor without known residuals, and
    /// for more coverage than those can promise.
    #[must_use]
    pub fn intervals(&self, predictions: &Predictions, coverage: f64) -> Option<Intervals> {
        match predictions {
            Predictions::Values(values) => {
                self.adjustments.residuals.as_ref()?.intervals(values, coverage)
            }
            Predictions::Classes { .. }
            | Predictions::Anomalies { .. }
            | Predictions::Clusters(_) => None,
        }
    }

    /// Each input column's share of the model's total gain (trees); empty for other
    /// models. What a derived column gains is shared by the inputs that it is computed
    /// from. Pixels of figures that are set upright are those of the upright figure.
    #[must_use]
    pub fn importance(&self) -> BTreeMap<String, f64> {
        let of_features: Vec<(usize, f64)> = match &self.model {
            Model::Boosting(model) => {
                model.feature_importance(ImportanceType::TotalGain).into_iter().collect()
            }
            Model::Forest(trees) => trees.gains().iter().copied().enumerate().collect(),
            Model::Linear(_)
            | Model::Svm(_)
            | Model::Neighbours(_)
            | Model::NaiveBayes(_)
            | Model::Baseline(_)
            | Model::Blend(_)
            | Model::Isolation(_)
            | Model::RobustZ(_)
            | Model::KMeans(_)
            | Model::Dbscan(_) => Vec::new(),
        };
        let sources = self.pipeline.sources();
        let mut gains: BTreeMap<String, f64> = BTreeMap::new();
        for (feature, gain) in of_features {
            let inputs = sources.get(feature).map(|source| self.pipeline.inputs_of(source));
            let inputs = inputs.unwrap_or_default();
            let share = gain / inputs.len() as f64;
            for input in inputs {
                *gains.entry(input.to_owned()).or_default() += share;
            }
        }
        let total: f64 = gains.values().sum();
        if total > 0.0 {
            gains.values_mut().for_each(|gain| *gain /= total);
        }
        gains
    }

    /// The predictor for an artifact.
    ///
    /// # Errors
    /// When the trees are too many for their format.
    pub fn encode(&self) -> Result<EncodedPredictor, DecodeError> {
        let (model, payload) = match &self.model {
            Model::Boosting(model) => (ModelHeader::Boosting, model.encode(ModelFormat::Binary)?),
            Model::Forest(trees) => (ModelHeader::Forest, trees.encode()?),
            Model::Linear(model) => (ModelHeader::Linear(model.clone()), Vec::new()),
            Model::Svm(model) => {
                let (header, payload) = model.encode();
                (ModelHeader::Svm(header), payload)
            }
            Model::Neighbours(model) => {
                let (header, payload) = model.encode();
                (ModelHeader::Neighbours(header), payload)
            }
            Model::NaiveBayes(model) => (ModelHeader::NaiveBayes(model.clone()), Vec::new()),
            Model::Baseline(model) => (ModelHeader::Baseline(model.clone()), Vec::new()),
            Model::Blend(model) => {
                let (members, payload) = model.encode()?;
                (ModelHeader::Blend { members }, payload)
            }
            Model::Isolation(forest) => {
                let (header, payload) = forest.encode();
                (ModelHeader::Isolation(header), payload)
            }
            Model::RobustZ(model) => (ModelHeader::RobustZ(model.clone()), Vec::new()),
            Model::KMeans(model) => (ModelHeader::KMeans(model.clone()), Vec::new()),
            Model::Dbscan(model) => {
                let (header, payload) = model.encode();
                (ModelHeader::Dbscan(header), payload)
            }
        };
        let header = Header {
            pipeline: self.pipeline.clone(),
            model,
            adjustments: self.adjustments.clone(),
        };
        Ok(EncodedPredictor { header: serde_json::to_value(header)?, payload })
    }

    /// Reads a predictor back; it answers bit for bit as the one that was encoded.
    ///
    /// # Errors
    /// When header or payload are not of this format or do not fit together.
    pub fn decode(
        header: serde_json::Value,
        payload: &[u8],
        task: &Task,
    ) -> Result<Self, DecodeError> {
        let Header { pipeline, model, adjustments } = serde_json::from_value(header)?;
        let model = match model {
            ModelHeader::Linear(model) => {
                reads(&pipeline, model.columns())?;
                Model::Linear(model)
            }
            ModelHeader::Baseline(model) => Model::Baseline(model),
            ModelHeader::Blend { members } => {
                Model::Blend(BlendModel::decode(members, payload, task)?)
            }
            ModelHeader::Isolation(header) => {
                reads(&pipeline, header.columns())?;
                let forest = IsolationForest::decode(header, payload);
                Model::Isolation(Box::new(forest.ok_or(DecodeError::Payload("isolation trees"))?))
            }
            ModelHeader::RobustZ(model) => {
                reads(&pipeline, model.columns())?;
                Model::RobustZ(model)
            }
            ModelHeader::KMeans(model) => {
                reads(&pipeline, model.columns())?;
                Model::KMeans(model)
            }
            ModelHeader::Dbscan(header) => {
                reads(&pipeline, header.columns())?;
                let model = DbscanModel::decode(header, payload);
                Model::Dbscan(Box::new(model.ok_or(DecodeError::Payload("core rows"))?))
            }
            ModelHeader::NaiveBayes(model) => {
                reads(&pipeline, model.columns())?;
                Model::NaiveBayes(model)
            }
            ModelHeader::Svm(header) => {
                reads(&pipeline, header.columns())?;
                let model = SvmModel::decode(header, payload, task.classes().len());
                Model::Svm(model.ok_or(DecodeError::Payload("support vectors"))?)
            }
            ModelHeader::Neighbours(header) => {
                reads(&pipeline, header.columns())?;
                let model = NeighboursModel::decode(header, payload, task.classes().len());
                Model::Neighbours(model.ok_or(DecodeError::Payload("training rows"))?)
            }
            ModelHeader::Boosting => {
                let model = BoostedModel::decode(payload, ModelFormat::Binary)?;
                reads(&pipeline, model.n_features())?;
                Model::Boosting(Box::new(model))
            }
            ModelHeader::Forest => {
                let trees = TreeEnsemble::decode(payload)?;
                reads(&pipeline, trees.features())?;
                Model::Forest(Box::new(trees))
            }
        };
        Ok(Self::new(pipeline, model, task).adjusted(adjustments))
    }
}

/// Whether the pipeline gives as many features as the model reads.
fn reads(pipeline: &Pipeline, model: usize) -> Result<(), DecodeError> {
    match pipeline.width() == model {
        true => Ok(()),
        false => Err(DecodeError::Width { model, pipeline: pipeline.width() }),
    }
}

/// Rows with a score above the threshold are anomalies.
fn anomalies(scores: Vec<f64>, threshold: f64) -> Predictions {
    let outliers = scores.iter().map(|score| *score > threshold).collect();
    Predictions::Anomalies { scores, outliers }
}

/// Numbers, or the probabilities of `classes` classes, row by row.
fn boosted(
    model: &BoostedModel,
    features: &[f32],
    classes: usize,
) -> Result<Vec<f64>, HessboostError> {
    let predictions = model.predict_rows(features, Iterations::Best)?;
    let answers = predictions.as_slice().iter().map(|&answer| f64::from(answer));
    Ok(both_classes(answers, classes))
}

/// Where only the second of two classes is answered, the first one beside it.
fn both_classes(answers: impl Iterator<Item = f64>, classes: usize) -> Vec<f64> {
    match classes {
        2 => answers.flat_map(|positive| [1.0 - positive, positive]).collect(),
        _ => answers.collect(),
    }
}
