//! The objects that were uploaded for a model.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model_factory::name::ModelName;
use model_factory::port_error::PortError;
use model_factory::storage::{Listed, keys};

use crate::ports::Ports;

/// An upload of the model.
pub(crate) struct Upload {
    pub(crate) object: Listed,
    /// Whether it lies in quarantine, and was not uploaded again since.
    pub(crate) rejected: bool,
}

/// The model's uploads, in the order of their keys.
pub(crate) async fn list(ports: &Ports, model: &ModelName) -> Result<Vec<Upload>, PortError> {
    let uploads = ports.read_objects.list(&keys::datasets(model)).await?;
    let quarantined: BTreeMap<String, Timestamp> = ports
        .read_objects
        .list(&keys::quarantined(model))
        .await?
        .into_iter()
        .map(|copy| (copy.key, copy.modified))
        .collect();
    let upload = |object: Listed| {
        let reason = keys::quarantine_reason(&keys::quarantine(&object.key, &object.etag));
        // What was uploaded again since then may be admitted now.
        let rejected = quarantined.get(&reason).is_some_and(|copied| *copied >= object.modified);
        Upload { object, rejected }
    };
    Ok(uploads.into_iter().filter(|object| object.size > 0).map(upload).collect())
}
