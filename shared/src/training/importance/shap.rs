//! How far each input moves an answer.

use std::collections::BTreeMap;

use fastrand::Rng;

use super::{TOO_LATE, sample};
use crate::dataset::Labelled;
use crate::learners::{Deadline, Predictor};
use crate::training::TrainingError;

/// How many rows are explained.
const EXPLAINED: usize = 100;

/// How many rows are explained between two looks at the clock.
const ROWS_A_LOOK: usize = 10;

/// The mean size of each input's SHAP values, over the rows for which there is time; and a note
/// where these are not all.
pub(super) fn measure(
    predictor: &Predictor,
    holdout: &Labelled,
    seed: u64,
    deadline: Deadline,
) -> Result<(BTreeMap<String, f64>, Option<String>), TrainingError> {
    let rows = sample(holdout, EXPLAINED, &mut Rng::with_seed(seed)).inputs;
    let places: Vec<usize> = (0..rows.rows()).collect();
    let (mut columns, mut values) = (Vec::new(), Vec::new());
    let mut explained = 0;
    for places in places.chunks(ROWS_A_LOOK) {
        if deadline.has_passed() {
            break;
        }
        let Some(found) = predictor.contributions(&rows.select(places))? else {
            return Ok((BTreeMap::new(), None));
        };
        (columns, explained) = (found.columns, explained + places.len());
        values.extend(found.values);
    }
    let mut sizes = vec![0.0; columns.len()];
    let answers = values.chunks_exact(sizes.len().max(1));
    let count = answers.len().max(1) as f64;
    for answer in answers {
        for (size, value) in sizes.iter_mut().zip(answer) {
            *size += value.abs() / count;
        }
    }
    let note = (explained < rows.rows())
        .then(|| format!("SHAP values are of {explained} of {} rows: {TOO_LATE}", rows.rows()));
    Ok((columns.into_iter().zip(sizes).collect(), note))
}
