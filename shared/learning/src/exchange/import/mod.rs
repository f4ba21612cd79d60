//! A model that another library trained, as a predictor.

mod features;
mod lightgbm;
mod ubjson;
mod xgboost;

use hessboost::error::HessboostError;
use hessboost::model::{BoostedModel, ModelFormat};
use hessboost::objective::Objective;

use crate::learners::{BoostingParams, Candidate, Learner, Model, Predictor};
use features::{Feature, Reads};
use model_factory_tabular::dataset::{Field, Kind, Schema, Task};
use model_factory_tabular::features::Pipeline;

/// A model of another library, ready to answer.
#[derive(Debug)]
pub struct Imported {
    /// What answers for tables with the schema's inputs.
    pub predictor: Predictor,
    /// The model's features as inputs, and its task. The classes are called `0` to
    /// `k − 1`, which is all that the file knows of them.
    pub schema: Schema,
    /// The learner, as far as the file tells.
    pub candidate: Candidate,
    /// The library and format, such as `XGBoost JSON`.
    pub format: &'static str,
}

/// A file cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Its bytes are of none of the formats.
    #[error(
        "`{0}` is neither a model of XGBoost in JSON or UBJSON nor one of LightGBM in text: save \
         it with `booster.save_model(\"model.json\")` (XGBoost) or \
         `booster.save_model(\"model.txt\")` (LightGBM)"
    )]
    UnknownFormat(String),
    /// It is damaged, or uses what the formats' reader does not have.
    #[error("`{file}` cannot be read as {format}")]
    Unreadable {
        /// The file.
        file: String,
        /// The format that it seems to be.
        format: &'static str,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It answers something else than a class or a number.
    #[error(
        "`{file}` was trained with the objective `{objective}`{outputs}, which is no task of this \
         factory: regression, binary classification (`binary:logistic`, `binary`) and multiclass \
         classification (`multi:softprob`, `multi:softmax`, `multiclass`) are"
    )]
    Objective {
        /// The file.
        file: String,
        /// Its objective.
        objective: String,
        /// How many numbers it answers, if that is the reason.
        outputs: String,
    },
    /// A feature's values cannot be told from the file.
    #[error("`{file}`: feature `{feature}` {reason}")]
    Feature {
        /// The file.
        file: String,
        /// The feature.
        feature: String,
        /// Why, and what to do.
        reason: &'static str,
    },
}

/// Reads a model that XGBoost (JSON, UBJSON) or LightGBM (text) saved; `file` is its
/// name, for messages. The format is told from the content.
///
/// # Errors
/// When the bytes are no such model, or it is of no task of ours.
pub fn import(bytes: &[u8], file: &str) -> Result<Imported, ImportError> {
    let unknown = || ImportError::UnknownFormat(file.to_owned());
    let format = ModelFormat::detect(bytes).ok_or_else(unknown)?;
    let (name, describe): (_, Describe) = match format {
        ModelFormat::XgboostJson => ("XGBoost JSON", xgboost::of_json),
        ModelFormat::XgboostUbjson => ("XGBoost UBJSON", xgboost::of_ubjson),
        ModelFormat::LightgbmText => ("LightGBM text", lightgbm::of_text),
        _ => return Err(unknown()),
    };
    let unreadable = |source: Box<dyn std::error::Error + Send + Sync>| ImportError::Unreadable {
        file: file.to_owned(),
        format: name,
        source,
    };
    let model = BoostedModel::decode(bytes, format).map_err(|error| unreadable(error.into()))?;
    let features = describe(bytes).map_err(|problem| match problem {
        Problem::Content(source) => unreadable(source),
        Problem::Feature(feature, reason) => {
            ImportError::Feature { file: file.to_owned(), feature, reason }
        }
    })?;
    let features = features::complete(features, model.n_features());
    let (model, task) = with_task(model, file).map_err(|error| match error {
        Untold::Objective(error) => error,
        Untold::Library(error) => unreadable(error.into()),
    })?;
    Ok(Imported {
        schema: Schema {
            inputs: features.iter().map(field).collect(),
            target: Some("prediction".to_owned()),
            task: task.clone(),
        },
        candidate: candidate(&model),
        predictor: Predictor::new(
            Pipeline::passing(features.into_iter().map(|feature| {
                let levels = match feature.reads {
                    Reads::Numbers => None,
                    Reads::Texts(levels) => Some(levels),
                };
                (feature.name, levels)
            })),
            Model::Boosting(Box::new(model)),
            &task,
        ),
        format: name,
    })
}

impl Imported {
    /// The same model, whose classes are called as those of `task`, in their order.
    #[must_use]
    pub fn with_classes(self, task: &Task) -> Self {
        let predictor = self.predictor.with_classes(task.classes());
        Self { predictor, schema: Schema { task: task.clone(), ..self.schema }, ..self }
    }
}

/// Reads the features that a file tells of.
type Describe = fn(&[u8]) -> Result<Vec<Feature>, Problem>;

/// Why the features cannot be told.
enum Problem {
    /// The file is not what it should be.
    Content(Box<dyn std::error::Error + Send + Sync>),
    /// A feature, and what is wrong with it.
    Feature(String, &'static str),
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for Problem {
    fn from(error: E) -> Self {
        Self::Content(error.into())
    }
}

fn field(feature: &Feature) -> Field {
    let kind = match feature.reads {
        Reads::Numbers => Kind::Fractional,
        Reads::Texts(_) => Kind::Category,
    };
    Field::new(&feature.name, kind, true)
}

enum Untold {
    Objective(ImportError),
    Library(HessboostError),
}

/// The task of a model, and the model as it answers it.
fn with_task(model: BoostedModel, file: &str) -> Result<(BoostedModel, Task), Untold> {
    let outputs = model.n_outputs();
    let classes = |count: usize| Task::Classification {
        classes: (0..count).map(|class| class.to_string()).collect(),
    };
    let refused = |outputs: String| {
        let objective = model.objective().name().to_owned();
        Err(Untold::Objective(ImportError::Objective { file: file.to_owned(), objective, outputs }))
    };
    match (model.objective().built_in(), outputs) {
        (Some(Objective::Softprob(_)), _) => Ok((model, classes(outputs))),
        (Some(Objective::Softmax(_)), _) => {
            Ok((with_probabilities(&model).map_err(Untold::Library)?, classes(outputs)))
        }
        (
            Some(
                Objective::SquaredError(_)
                | Objective::SquaredLogError
                | Objective::PseudoHuber(_)
                | Objective::AbsoluteError
                | Objective::Quantile(_)
                | Objective::Poisson
                | Objective::Gamma(_)
                | Objective::Tweedie(_),
            ),
            1,
        ) => Ok((model, Task::Regression)),
        (Some(Objective::BinaryLogistic(_)), 1) => Ok((model, classes(2))),
        (_, 1) => refused(String::new()),
        _ => refused(format!(" and {outputs} outputs")),
    }
}

/// `multi:softmax` has the trees of `multi:softprob` and answers the class alone.
fn with_probabilities(model: &BoostedModel) -> Result<BoostedModel, HessboostError> {
    let json = model.encode(ModelFormat::XgboostJson)?;
    let mut document: serde_json::Value = serde_json::from_slice(&json)?;
    if let Some(objective) = document.pointer_mut("/learner/objective/name") {
        *objective = "multi:softprob".into();
    }
    BoostedModel::decode(serde_json::to_vec(&document)?, ModelFormat::XgboostJson)
}

/// What the trees tell of how they were trained.
fn candidate(model: &BoostedModel) -> Candidate {
    Learner::Boosting(BoostingParams {
        n_estimators: model.num_boost_rounds(),
        early_stopping_rounds: 0,
        max_depth: model.trees().iter().map(|tree| tree.depth()).max().unwrap_or_default(),
        ..BoostingParams::default()
    })
    .into()
}
