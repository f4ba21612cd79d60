//! Writes responses in the shape of the service that asked.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Response};
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::Shape;

/// The bytes that Lambda takes as an answer; what surrounds the body is in the rest.
const PAYLOAD_BYTES: usize = 6 * 1024 * 1024 - 16 * 1024;

/// A response as the service reads it. A body that is text goes out as it is, any other
/// in BASE64.
#[derive(Debug)]
pub struct GatewayResponse {
    shape: Shape,
    response: Response<Bytes>,
}

impl GatewayResponse {
    /// The response for a service that asked in `shape`.
    pub(crate) fn new(shape: Shape, response: Response<Bytes>) -> Self {
        Self { shape, response }
    }

    /// Whether Lambda would refuse to pass the response on. A body of text is longer in
    /// JSON by its escapes.
    pub(crate) fn is_too_large(response: &Response<Bytes>) -> bool {
        let body = response.body();
        // Every byte escaped is the most that valid text can take: `\u00xx`.
        if body.len() <= PAYLOAD_BYTES / 6 {
            return false;
        }
        let length = match std::str::from_utf8(body) {
            Ok(text) => text.bytes().map(escaped_length).sum(),
            Err(_) => body.len().div_ceil(3) * 4,
        };
        length > PAYLOAD_BYTES
    }
}

fn escaped_length(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
        0..0x20 => 6,
        _ => 1,
    }
}

impl Serialize for GatewayResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let status = self.response.status();
        let headers = self.response.headers();
        let mut object = serializer.serialize_struct("Response", 5)?;
        object.serialize_field("statusCode", &status.as_u16())?;
        if let Shape::LoadBalancer { .. } = self.shape {
            object.serialize_field("statusDescription", &format_args!("{status}"))?;
        }
        match self.shape {
            Shape::LoadBalancer { multi_value: true } => {
                object.serialize_field("multiValueHeaders", &several(headers))?;
            }
            _ => object.serialize_field("headers", &Single(headers))?,
        }
        match std::str::from_utf8(self.response.body()) {
            Ok(text) => {
                object.serialize_field("body", text)?;
                object.serialize_field("isBase64Encoded", &false)?;
            }
            Err(_) => {
                object.serialize_field("body", &BASE64_STANDARD.encode(self.response.body()))?;
                object.serialize_field("isBase64Encoded", &true)?;
            }
        }
        object.end()
    }
}

/// Headers of one value each: no answer repeats one.
struct Single<'a>(&'a HeaderMap);

impl Serialize for Single<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            self.0.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default())),
        )
    }
}

fn several(headers: &HeaderMap) -> BTreeMap<&str, Vec<&str>> {
    let mut all: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in headers {
        all.entry(name.as_str()).or_default().push(value.to_str().unwrap_or_default());
    }
    all
}
