//! Bodies of JSON, as clients write it.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

use super::error::ProtocolError;
use super::limits::Limits;
use super::object::Object;
use crate::json::{with_nulls, without_mark};

/// Reads a body by `read`, and once more where it is no JSON but for a bare `NaN`, which
/// Python's `json` writes for a missing number: it is read as `null`.
pub(super) fn read<T>(
    body: &[u8],
    read: impl Fn(&[u8]) -> Result<T, ProtocolError>,
) -> Result<T, ProtocolError> {
    let body = without_mark(body);
    match read(body) {
        Err(ProtocolError::NotJson(error)) => match with_nulls(body)? {
            Cow::Owned(body) => read(&body),
            Cow::Borrowed(_) => Err(ProtocolError::NotJson(error)),
        },
        read => read,
    }
}

/// Reads a body that is a JSON object of one type, as a request of `protocol`, which errors name.
///
/// # Errors
/// When it is empty, too large, nests too deep, or is no such JSON.
pub fn read_json<T: DeserializeOwned>(
    protocol: &'static str,
    body: &[u8],
    limits: &Limits,
) -> Result<T, ProtocolError> {
    limits.admit_json(body)?;
    read(body, |body| {
        let object: Result<Object<T>, _> = serde_json::from_slice(body);
        object.map(|Object(read)| read).map_err(|error| ProtocolError::reading(protocol, error))
    })
}
