//! Gradient-boosted trees, by hessboost.

use std::fmt;
use std::num::NonZeroUsize;

use hessboost::config::{TrainingParams, TreeMethod};
use hessboost::data::{DMatrix, FeatureType};
use hessboost::error::Result;
use hessboost::model::BoostedModel;
use hessboost::objective::{Multiclass, Objective, RegLoss};
use hessboost::training::{Trainer, train};
use serde::{Deserialize, Serialize};

use super::{Examples, FitContext, FitError};
use crate::dataset::{Target, Task, split};
use crate::features::Pipeline;

/// The most rounds that early stopping may choose.
const MAX_ROUNDS: usize = 500;

/// Rounds without improvement after which training stops.
const PATIENCE: NonZeroUsize = NonZeroUsize::new(20).unwrap();

/// The share of rows on which the number of rounds is chosen.
const VALIDATION: f64 = 0.15;

/// The hyper-parameters of gradient boosting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BoostingParams {
    /// The depth of each tree.
    pub max_depth: usize,
    /// The learning rate.
    pub eta: f64,
    /// The least sum of Hessians in a leaf.
    pub min_child_weight: f64,
}

impl fmt::Display for BoostingParams {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "max_depth={} eta={} min_child_weight={}",
            self.max_depth, self.eta, self.min_child_weight
        )
    }
}

/// Chooses the number of rounds by early stopping on a part of the rows, then
/// trains on all of them.
pub(super) fn fit(
    pipeline: &Pipeline,
    examples: Examples<f32>,
    params: &BoostingParams,
    context: &FitContext<'_>,
) -> std::result::Result<BoostedModel, FitError> {
    let Examples { features, target, .. } = examples;
    let (rows, columns) = (features.rows(), features.columns());
    let types: Vec<FeatureType> = pipeline
        .categorical()
        .into_iter()
        .map(|code| if code { FeatureType::Categorical } else { FeatureType::Numerical })
        .collect();
    let labels: Vec<f32> = match &target {
        Target::Values(values) => values.iter().map(|&value| value as f32).collect(),
        Target::Classes { labels, .. } => labels.iter().map(|&label| label as f32).collect(),
    };
    let matrix = DMatrix::from_dense_vec(features.into_vec(), rows, columns)?
        .with_feature_types(&types)?
        .with_labels(&labels)?;
    let params = training_params(&target.task(), params, context.seed)?;
    let parts = split::validation(&target, VALIDATION, context.seed.wrapping_add(2));
    let watched = Trainer::new(&params, &matrix.select_rows(&parts.train)?, MAX_ROUNDS)
        .eval(&matrix.select_rows(&parts.holdout)?, "validation")
        .early_stopping_rounds(PATIENCE)
        .train()?;
    let rounds = watched.model.best_iteration().map_or(MAX_ROUNDS, |best| best + 1);
    if context.deadline.has_passed() {
        return Err(FitError::Deadline);
    }
    Ok(train(&params, &matrix, rounds)?)
}

fn training_params(task: &Task, params: &BoostingParams, seed: u64) -> Result<TrainingParams> {
    let objective = match task {
        Task::Regression => Objective::SquaredError(RegLoss::default()),
        Task::Classification { classes } if classes.len() == 2 => {
            Objective::BinaryLogistic(RegLoss::default())
        }
        Task::Classification { classes } => Objective::Softprob(Multiclass::new(classes.len())?),
    };
    TrainingParams::builder()
        .objective(objective)
        .tree_method(TreeMethod::Hist)
        .max_depth(params.max_depth)
        .eta(params.eta)
        .min_child_weight(params.min_child_weight)
        .seed(seed)
        .build()
}
