//! Preconditions of requests.

#[cfg(test)]
mod tests;

use s3s::dto::{ETag, ETagCondition, Timestamp};

use super::error::RequestError;

/// What must hold for the present object when it is replaced or deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WriteCondition {
    /// Nothing.
    Always,
    /// There is none.
    Absent,
    /// There is one, with this tag or any.
    Present(ETagCondition),
}

impl WriteCondition {
    /// Checks the condition against the tag of the present object.
    pub(super) fn check(&self, key: &str, present: Option<&str>) -> Result<(), RequestError> {
        let holds = match (self, present) {
            (Self::Always, _) => true,
            (Self::Absent, present) => present.is_none(),
            (Self::Present(_), None) => {
                return Err(RequestError::NoSuchKey { key: key.to_owned() });
            }
            (Self::Present(ETagCondition::Any), Some(_)) => true,
            (Self::Present(ETagCondition::ETag(wanted)), Some(present)) => {
                wanted.strong_cmp(&ETag::Strong(present.to_owned()))
            }
        };
        if holds { Ok(()) } else { Err(RequestError::PreconditionFailed { key: key.to_owned() }) }
    }
}

/// What must hold for an object to be read.
#[derive(Clone, Debug, Default)]
pub(super) struct ReadCondition {
    pub(super) if_match: Option<ETagCondition>,
    pub(super) if_none_match: Option<ETagCondition>,
    pub(super) if_modified_since: Option<Timestamp>,
    pub(super) if_unmodified_since: Option<Timestamp>,
}

/// The outcome of a [`ReadCondition`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The object is to be read.
    Read,
    /// The client knows the object already.
    NotModified,
    /// The object is not the one that the client wants.
    Failed,
}

impl ReadCondition {
    /// Decides in the order that RFC 9110, section 13.2.2, prescribes: tags
    /// take precedence over dates. `modified` must be in whole seconds, as it
    /// is in headers.
    pub(super) fn judge(&self, etag: &str, modified: &Timestamp) -> Verdict {
        let etag = ETag::Strong(etag.to_owned());
        let wanted = match (&self.if_match, &self.if_unmodified_since) {
            (Some(ETagCondition::Any), _) => true,
            (Some(ETagCondition::ETag(wanted)), _) => wanted.strong_cmp(&etag),
            (None, Some(date)) => modified <= date,
            (None, None) => true,
        };
        if !wanted {
            return Verdict::Failed;
        }
        let known = match (&self.if_none_match, &self.if_modified_since) {
            (Some(ETagCondition::Any), _) => true,
            (Some(ETagCondition::ETag(known)), _) => known.weak_cmp(&etag),
            (None, Some(date)) => modified <= date,
            (None, None) => false,
        };
        if known { Verdict::NotModified } else { Verdict::Read }
    }
}
