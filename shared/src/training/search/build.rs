//! Candidates from hyper-parameters by name.

use serde_json::{Map, Value};

use super::tpe::Params;
use crate::learners::{Candidate, Learner};
use crate::spec::LearnerKind;

/// The name under which a candidate's encoding is one of its hyper-parameters.
pub(super) const ENCODING: &str = "encoding";

/// The name under which its balance is one.
pub(super) const BALANCE: &str = "balance";

/// The candidate of a learner with these hyper-parameters, and its defaults for others.
///
/// # Errors
/// When the learner has no such hyper-parameter, or a value is of another type.
pub(super) fn candidate(
    learner: LearnerKind,
    params: &Params,
) -> Result<Candidate, serde_json::Error> {
    let mut object: Map<String, Value> = params.clone().into_iter().collect();
    let (encoding, balance) = (object.remove(ENCODING), object.remove(BALANCE));
    object.insert("learner".to_owned(), learner.name().into());
    let learner: Learner = serde_json::from_value(object.into())?;
    let mut candidate = Candidate::from(learner);
    if let Some(encoding) = encoding {
        candidate.encoding = serde_json::from_value(encoding)?;
    }
    if let Some(balance) = balance {
        candidate.balance = serde_json::from_value(balance)?;
    }
    Ok(candidate)
}

/// The hyper-parameters of a candidate, its encoding among them.
pub(super) fn params(candidate: &Candidate) -> Params {
    match serde_json::to_value(candidate) {
        Ok(Value::Object(mut object)) => {
            object.remove("learner");
            object.into_iter().collect()
        }
        _ => Params::new(),
    }
}
