//! Rows for which a model has no finite answer: values far beyond those of the training overflow
//! in it, and a class or number told all the same would be made up.

use super::error::ProtocolError;
use super::row_errors::RowErrors;
use super::violation::{Reason, Violation, Violations};
use crate::learners::Predictions;

/// Which rows have an answer that is no finite number.
///
/// # Errors
/// [`ProtocolError::Mismatch`] when there are any, unless the answer may be `partial`.
pub(crate) fn admit_answers(
    predictions: &Predictions,
    partial: bool,
) -> Result<RowErrors, ProtocolError> {
    let (numbers, width) = match predictions {
        Predictions::Values(values) => (values, 1),
        Predictions::Classes { classes, probabilities, .. } => (probabilities, classes.len()),
        Predictions::Anomalies { scores, .. } => (scores, 1),
        Predictions::Clusters(_) => return Ok(RowErrors::default()),
    };
    let mut violations = Violations::new(partial);
    for (row, numbers) in numbers.chunks(width.max(1)).enumerate() {
        if !numbers.iter().all(|number| number.is_finite()) {
            violations.push(Some(row), || Violation::of_row(row, Reason::Overflow));
        }
    }
    violations.into_row_errors().map_err(ProtocolError::Mismatch)
}
