//! Records in the bucket.

use model_factory::runtime::Failure;
use serde::de::DeserializeOwned;

use crate::ports::Ports;

/// Reads a value as JSON; `None` when there is none, or it was written otherwise.
pub(crate) async fn read_json<T: DeserializeOwned>(
    ports: &Ports,
    key: &str,
) -> Result<Option<T>, Failure> {
    let Some(object) = ports.read_objects.get(key).await? else { return Ok(None) };
    match serde_json::from_slice(&object.bytes) {
        Ok(value) => Ok(Some(value)),
        Err(error) => {
            tracing::warn!(key, %error, "a record cannot be read; it is written anew");
            Ok(None)
        }
    }
}
