//! Records in the bucket.

use model_factory::runtime::Failure;
use model_factory::storage::keys;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ports::Ports;

/// Writes a value as JSON.
pub(crate) async fn write_json<T: Serialize + Sync>(
    ports: &Ports,
    key: &str,
    value: &T,
) -> Result<(), Failure> {
    let bytes = serde_json::to_vec_pretty(value).map_err(|error| Failure::terminal(&error))?;
    Ok(ports.write_objects.put(key, keys::JSON, bytes.into()).await?)
}

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
