//! Random forests (Breiman 2001) and extremely randomised trees (Geurts et al. 2006)
//! over binned features.

mod bins;
mod grow;
mod params;
mod response;
mod search;
mod sums;

use rayon::prelude::*;

use super::trees::TreeEnsemble;
use super::{Examples, FitContext, FitError};
use grow::Grower;
use model_factory_tabular::features::Pipeline;
use response::Response;
use search::Rules;

pub use params::{ForestParams, MaxFeatures, NamedShare};

/// Which of the two forests is grown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Randomness {
    /// A split is the best one of the drawn features.
    Features,
    /// A split is the best one of a random threshold for each drawn feature.
    Thresholds,
}

/// Grows the trees, each from a seed of its own, so that threads do not matter.
pub(super) fn fit(
    pipeline: &Pipeline,
    examples: Examples<f32>,
    randomness: Randomness,
    params: &ForestParams,
    context: &FitContext<'_>,
) -> Result<TreeEnsemble, FitError> {
    let Examples { features, target, weights } = examples;
    let response = Response::of(&target, weights.as_deref());
    let width = features.columns();
    let columns = bins::bin(&features, &pipeline.categorical());
    drop(features);
    let all = if response.is_number() { 1.0 } else { (width as f64).sqrt() / width.max(1) as f64 };
    let grower = Grower {
        rules: Rules {
            columns: &columns,
            randomness,
            candidates: params.max_features.unwrap_or(MaxFeatures::Share(all)).of(width),
            min_leaf: if params.min_samples_leaf > 1 {
                params.min_samples_leaf as f64
            } else {
                0.0
            },
        },
        response: &response,
        max_depth: if params.max_depth == 0 { usize::MAX } else { params.max_depth },
        bootstrap: params.bootstrap.unwrap_or(randomness == Randomness::Features),
        deadline: context.deadline,
    };
    let mut seeds = fastrand::Rng::with_seed(context.seed);
    let seeds: Vec<u64> = (0..params.n_estimators.max(1)).map(|_| seeds.u64(..)).collect();
    let trees =
        seeds.into_par_iter().map(|seed| grower.grow(seed)).collect::<Result<Vec<_>, _>>()?;
    Ok(TreeEnsemble::new(width, response.outputs(), trees))
}

#[cfg(test)]
mod tests;
