//! What a function writes down in the bucket.

use serde::Serialize;

use super::failure::Failure;
use crate::storage::{WriteObjects, keys};

/// Writes a value as JSON.
///
/// # Errors
/// When it cannot be written as JSON, or the store refuses it.
pub async fn write_json<T: Serialize + Sync>(
    objects: &dyn WriteObjects,
    key: &str,
    value: &T,
) -> Result<(), Failure> {
    let bytes = serde_json::to_vec_pretty(value).map_err(|error| Failure::terminal(&error))?;
    Ok(objects.put(key, keys::JSON, bytes.into()).await?)
}
