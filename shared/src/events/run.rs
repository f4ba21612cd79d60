//! Which run an event sets off, so that those who ask for a training know where it is.

use super::{DatasetObject, Trigger};
use crate::digest::of_parts;
use crate::name::ModelName;

/// What makes two deliveries the same event, as a hash in hexadecimal. A request that is no
/// event is told by `request_id`.
#[must_use]
pub fn identity(trigger: &Trigger, request_id: &str) -> String {
    match trigger {
        Trigger::ObjectCreated(DatasetObject { bucket, key, etag, version, sequencer }) => {
            of_parts([
                bucket,
                key,
                etag.as_deref().unwrap_or_default(),
                version.as_deref().unwrap_or_default(),
                sequencer.as_deref().unwrap_or_default(),
            ])
        }
        Trigger::Retrain { model, event, .. } => {
            of_retrain(model, event.as_deref().unwrap_or(request_id))
        }
    }
}

/// The run of an identity.
#[must_use]
pub fn run_id(identity: &str) -> String {
    identity.chars().take(16).collect()
}

/// The run that an event of that id, which asks for a training of the model, sets off.
#[must_use]
pub fn run_of_event(model: &ModelName, event: &str) -> String {
    run_id(&of_retrain(model, event))
}

fn of_retrain(model: &ModelName, event: &str) -> String {
    of_parts(["retrain", model.as_str(), event, "", ""])
}
