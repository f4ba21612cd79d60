//! Candidates from hyper-parameters by name.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::tpe::Params;
use crate::learners::{Candidate, Learner};
use crate::spec::LearnerKind;

/// The name under which a candidate's encoding is one of its hyper-parameters.
pub(super) const ENCODING: &str = "encoding";

/// The name under which a candidate's balance is one of its hyper-parameters.
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
    let encoding = taken(&mut object, ENCODING)?;
    let balance = taken(&mut object, BALANCE)?;
    object.insert("learner".to_owned(), learner.name().into());
    let usual = Candidate::from(serde_json::from_value::<Learner>(object.into())?);
    Ok(Candidate {
        encoding: encoding.unwrap_or(usual.encoding),
        balance: balance.unwrap_or(usual.balance),
        learner: usual.learner,
    })
}

fn taken<T: DeserializeOwned>(
    object: &mut Map<String, Value>,
    name: &str,
) -> Result<Option<T>, serde_json::Error> {
    object.remove(name).map(serde_json::from_value).transpose()
}

/// The hyper-parameters of a candidate, its encoding and balance among them.
pub(super) fn params(candidate: &Candidate) -> Params {
    let Ok(Value::Object(mut object)) = serde_json::to_value(candidate) else {
        return Params::new();
    };
    object.remove("learner");
    object.insert(BALANCE.to_owned(), candidate.balance.name().into());
    object.into_iter().collect()
}
