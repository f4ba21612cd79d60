//! Rejected data is kept, with every reason beside it.

use model_factory::dataset::Rejection;
use model_factory::events::EventKind;
use model_factory::port_error::PortError;
use model_factory::quality::Violations;
use model_factory::runtime::{Failure, write_json};
use model_factory::storage::keys;
use serde_json::json;

use crate::announce::Announcer;
use crate::ports::Ports;
use crate::report::Outcome;
use crate::source::Source;

/// The largest object that S3 copies at once.
const MAX_COPIED: u64 = 5 << 30;

/// Copies the data set into quarantine, writes the reasons beside it, and announces
/// both. The upload itself stays where it is.
pub(crate) async fn reject(
    ports: &Ports,
    announcer: &Announcer<'_>,
    source: &Source,
    rejection: Rejection,
) -> Result<Outcome, Failure> {
    let Rejection(defects) = &rejection;
    let key = source.key.as_deref().unwrap_or_default();
    let quarantined = copy(ports, source, key).await?;
    let place = keys::quarantine(key, source.etag.as_deref().unwrap_or("gone"));
    let place = quarantined.clone().unwrap_or(place);
    let reasons = json!({
        "dataset": key,
        "quarantined": quarantined,
        "rejected_at": ports.clock.now(),
        "reasons": defects,
    });
    write_json(ports.write_objects.as_ref(), &keys::quarantine_reason(&place), &reasons).await?;
    let violations = Violations::of(defects);
    if !violations.is_empty() {
        let key = keys::quarantine_violations(&place);
        write_json(ports.write_objects.as_ref(), &key, &violations).await?;
    }
    announcer
        .publish(
            EventKind::DatasetRejected,
            json!({"dataset": key, "quarantine": quarantined, "reasons": defects}),
        )
        .await?;
    Ok(Outcome::Rejected {
        quarantine: quarantined,
        reasons: defects.iter().map(|defect| defect.message.clone()).collect(),
    })
}

/// Where the data set now lies; `None` when it is gone, or too large to be copied at
/// once: then it lies where it was uploaded only.
async fn copy(ports: &Ports, source: &Source, key: &str) -> Result<Option<String>, PortError> {
    let Some(object) = ports.read_objects.describe(key).await? else { return Ok(None) };
    let replaced = source.etag.as_ref().is_some_and(|etag| *etag != object.etag);
    if replaced || object.size > MAX_COPIED {
        return Ok(None);
    }
    let place = keys::quarantine(key, &object.etag);
    let copied = ports.write_objects.copy(key, &object.etag, &place).await?;
    Ok(copied.then_some(place))
}
