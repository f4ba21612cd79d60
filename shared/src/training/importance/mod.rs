//! How much each input matters to a model.

mod permutation;
mod shap;

use std::collections::BTreeMap;

use fastrand::Rng;
use serde::{Deserialize, Serialize};

use crate::dataset::Labelled;
use crate::learners::{Deadline, Predictor};
use crate::metrics::Metric;

use super::TrainingError;

/// The share of the time until the end of the function in which inputs may be shuffled: the
/// rest is for the profile, and for storing and registering the version.
const SHUFFLING: f64 = 0.5;

/// The share of that time in which rows may be explained.
const EXPLAINING: f64 = 0.25;

/// Why not all is measured.
const TOO_LATE: &str =
    "there was no time for more before the function ends; give it more time or memory";

/// How much each input matters, by three measures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Importances {
    /// Each input's share of the trees' total gain; empty for other models.
    pub gain: BTreeMap<String, f64>,
    /// By how much the metric gets worse when an input's values are shuffled among
    /// holdout rows, on average (Breiman, *Random Forests*, 2001); without the inputs for
    /// which there was no time.
    pub permutation: BTreeMap<String, f64>,
    /// How much each input moves an answer: the mean size of its SHAP values over
    /// (at most 100) holdout rows and all classes, in log-odds for boosted classes
    /// (Lundberg & Lee, NeurIPS 2017); empty for models that are not of trees.
    #[serde(default)]
    pub shap: BTreeMap<String, f64>,
}

impl Importances {
    /// Measures them, and tells in words what there was no time for before `end`. The same
    /// predictor, rows and seed give the same numbers where there was time for all.
    ///
    /// # Errors
    /// When the rows cannot be predicted.
    pub(super) fn of(
        predictor: &Predictor,
        holdout: &Labelled,
        metric: Metric,
        seed: u64,
        end: Deadline,
    ) -> Result<(Self, Vec<String>), TrainingError> {
        let gain = predictor.importance();
        let (shap, of_shap) = shap::measure(predictor, holdout, seed, end.share(EXPLAINING))?;
        let shuffling = end.share(SHUFFLING);
        let permutation = permutation::measure(predictor, holdout, metric, &gain, seed, shuffling)?;
        let notes = of_shap.into_iter().chain(permutation.note()).collect();
        Ok((Self { gain, permutation: permutation.losses(), shap }, notes))
    }

    /// One share for each input, for weighing inputs: of the gain, which knows every
    /// column that a tree asks, also where two say the same; else of the permutation
    /// importance, in which an input has no share that there was no time for. Empty when no
    /// input matters.
    #[must_use]
    pub fn shares(&self) -> BTreeMap<String, f64> {
        let measured = if self.gain.is_empty() { &self.permutation } else { &self.gain };
        let total: f64 = measured.values().map(|value| value.max(0.0)).sum();
        if total <= 0.0 {
            return BTreeMap::new();
        }
        measured.iter().map(|(name, value)| (name.clone(), value.max(0.0) / total)).collect()
    }
}

/// At most so many of the rows.
fn sample(rows: &Labelled, most: usize, random: &mut Rng) -> Labelled {
    rows.select(&random.choose_multiple(0..rows.rows(), most))
}

#[cfg(test)]
mod tests;
