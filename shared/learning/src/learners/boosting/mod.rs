//! Gradient-boosted trees, by hessboost.

mod params;

use std::num::NonZeroUsize;
use std::ops::ControlFlow;

use hessboost::config::TrainingParams;
use hessboost::data::{BinnedMatrix, DMatrix, FeatureType, ViewCuts};
use hessboost::model::BoostedModel;
use hessboost::training::{Trainer, TrainingData};

use super::context::Deadline;
use super::{Examples, FitContext, FitError};
use model_factory_tabular::dataset::{Target, split};
use model_factory_tabular::features::Pipeline;

pub use params::{BoostingParams, Growth};

/// The share of rows on which the number of rounds is chosen.
const VALIDATION: f64 = 0.15;

/// From so many rows on, the trees that early stopping chose on 85 % of the rows are
/// kept; below, as many are trained on all rows, which costs little and gains score.
const KEEP_FROM: usize = 20_000;

/// Trains all rounds; or as many as early stopping chooses on a validation part.
pub(super) fn fit(
    pipeline: &Pipeline,
    examples: Examples<f32>,
    params: &BoostingParams,
    context: &FitContext<'_>,
) -> Result<BoostedModel, FitError> {
    let rows = examples.features.rows();
    let task = examples.target.task().ok_or(FitError::NoTarget)?;
    let settings = params.for_task(&task, context.seed)?;
    let parts = split::validation(&examples.target, VALIDATION, context.seed.wrapping_add(2));
    let matrix = matrix(pipeline, examples)?;
    let patience = NonZeroUsize::new(params.early_stopping_rounds);
    let Some(patience) = patience.filter(|_| !parts.holdout.is_empty()) else {
        let matrix = Binned::of(matrix, params.max_bin)?;
        return train(&settings, matrix.data(), params.n_estimators, None, context.deadline);
    };
    let validation = values_of(&matrix, &parts.holdout)?;
    let view = matrix.select_rows_with_cuts(&parts.train, ViewCuts::Source)?;
    let all = (rows < KEEP_FROM).then(|| Binned::of(matrix.clone(), params.max_bin)).transpose()?;
    let part = Binned::of(view, params.max_bin)?;
    drop(matrix);
    let watch = Some((&validation, patience));
    let stopped = train(&settings, part.data(), params.n_estimators, watch, context.deadline)?;
    let rounds = stopped.best_iteration().map_or(params.n_estimators, |best| best + 1);
    match all {
        Some(all) => train(&settings, all.data(), rounds, None, context.deadline),
        None => Ok(stopped.slice(..rounds, 1)?),
    }
}

/// The matrix of all rows; the features move into it.
fn matrix(pipeline: &Pipeline, examples: Examples<f32>) -> Result<DMatrix, FitError> {
    let Examples { features, target, weights } = examples;
    let (rows, columns) = (features.rows(), features.columns());
    let types: Vec<FeatureType> = pipeline
        .categorical()
        .into_iter()
        .map(|code| if code { FeatureType::Categorical } else { FeatureType::Numerical })
        .collect();
    let labels: Vec<f32> = match &target {
        Target::Values(values) => values.iter().map(|&value| value as f32).collect(),
        Target::Classes { labels, .. } => labels.iter().map(|&label| label as f32).collect(),
        Target::Absent { .. } => Vec::new(),
    };
    let matrix = DMatrix::from_dense_vec(features.into_vec(), rows, columns)?
        .with_feature_types(&types)?
        .with_labels(&labels)?;
    Ok(match weights {
        Some(weights) => {
            let weights: Vec<f32> = weights.iter().map(|&weight| weight as f32).collect();
            matrix.with_weights(&weights)?
        }
        None => matrix,
    })
}

/// A copy of the given rows, so that the values of the others can be freed.
fn values_of(matrix: &DMatrix, rows: &[usize]) -> Result<DMatrix, FitError> {
    let view = matrix.select_rows(rows)?;
    let columns = view.n_cols();
    let values = (0..rows.len())
        .flat_map(|row| (0..columns).map(move |column| (row, column)))
        .map(|(row, column)| view.get(row, column).unwrap_or(f32::NAN))
        .collect();
    let copy = DMatrix::from_dense_vec(values, rows.len(), columns)?
        .with_feature_types(view.feature_types())?
        .with_labels(view.labels().unwrap_or_default())?;
    Ok(match view.weights() {
        Some(weights) => copy.with_weights(weights)?,
        None => copy,
    })
}

/// What training reads: one byte a value where the library can bin beforehand.
enum Binned {
    Bins(BinnedMatrix),
    Values(DMatrix),
}

impl Binned {
    /// The bins of a matrix, whose values are freed with the last of its views. Rows
    /// that weigh nothing have no bins, so that a matrix with such is kept.
    fn of(matrix: DMatrix, max_bin: usize) -> Result<Self, FitError> {
        Ok(match matrix.weights() {
            Some(weights) if weights.contains(&0.0) => Self::Values(matrix),
            _ => Self::Bins(BinnedMatrix::new(&matrix, max_bin)?),
        })
    }

    fn data(&self) -> TrainingData<'_> {
        match self {
            Self::Bins(bins) => bins.into(),
            Self::Values(matrix) => matrix.into(),
        }
    }
}

/// Trains `rounds` rounds, or fewer when the validation rows improve no more.
fn train(
    settings: &TrainingParams,
    data: TrainingData<'_>,
    rounds: usize,
    watch: Option<(&DMatrix, NonZeroUsize)>,
    deadline: Deadline,
) -> Result<BoostedModel, FitError> {
    let mut late = deadline.has_passed();
    let mut trainer = Trainer::new(settings, data, rounds).on_round(|_| {
        late = late || deadline.has_passed();
        if late { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if let Some((validation, patience)) = watch {
        trainer = trainer.eval(validation, "validation").early_stopping_rounds(patience);
    }
    let trained = trainer.train()?;
    if late { Err(FitError::Deadline) } else { Ok(trained.model) }
}
