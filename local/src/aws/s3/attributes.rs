//! The headers and the metadata that travel with an object.

use std::collections::HashMap;

use s3s::dto::Timestamp;
use serde::{Deserialize, Serialize};

/// What a client may attach to an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Attributes {
    pub(super) cache_control: Option<String>,
    pub(super) content_disposition: Option<String>,
    pub(super) content_encoding: Option<String>,
    pub(super) content_language: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) expires: Option<Timestamp>,
    /// The user's metadata, without `x-amz-meta-`.
    pub(super) metadata: HashMap<String, String>,
}
