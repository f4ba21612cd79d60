//! Which bytes of an object a request is for.

use std::ops;

use http::header::CONTENT_RANGE;
use http::{HeaderMap, HeaderValue};
use s3s::dto::Range;
use s3s::{S3Error, S3Result, s3_error};

use crate::aws::s3::records::Object;

/// The bytes to answer with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selection {
    pub(super) range: ops::Range<u64>,
    /// Whether the client asked for a part of the object.
    pub(super) is_partial: bool,
}

impl Selection {
    /// The bytes that the headers ask for.
    pub(super) fn of(object: &Object, range: Option<Range>, part: Option<i32>) -> S3Result<Self> {
        let range = match (range, part) {
            (None, None) => return Ok(Self { range: 0..object.size, is_partial: false }),
            (Some(range), None) => bytes(&range, object.size)?,
            (None, Some(part)) => part_range(object, part)?,
            (Some(_), Some(_)) => {
                return Err(s3_error!(
                    InvalidRequest,
                    "a range and a part number exclude each other"
                ));
            }
        };
        // An object without bytes has one part, which no range can name.
        let is_partial = !range.is_empty();
        Ok(Self { range, is_partial })
    }

    /// The header that tells which bytes the answer has.
    pub(super) fn content_range(&self, size: u64) -> Option<String> {
        let last = self.range.end.checked_sub(1)?;
        self.is_partial.then(|| format!("bytes {}-{last}/{size}", self.range.start))
    }
}

/// The bytes that a range header asks for.
pub(super) fn bytes(range: &Range, size: u64) -> S3Result<ops::Range<u64>> {
    range.check(size).ok().filter(|range| !range.is_empty()).ok_or_else(|| unsatisfiable(size))
}

fn part_range(object: &Object, part: i32) -> S3Result<ops::Range<u64>> {
    let index = usize::try_from(part).ok().and_then(|part| part.checked_sub(1));
    let index = index.ok_or_else(|| s3_error!(InvalidArgument, "part numbers begin with 1"))?;
    if object.part_sizes.is_empty() && index == 0 {
        return Ok(0..object.size);
    }
    let size = object.part_sizes.get(index).ok_or_else(|| unsatisfiable(object.size))?;
    let start = object.part_sizes.iter().take(index).sum::<u64>();
    Ok(start..start + size)
}

fn unsatisfiable(size: u64) -> S3Error {
    let mut error = s3_error!(InvalidRange, "the object has only {size} bytes");
    if let Ok(value) = HeaderValue::try_from(format!("bytes */{size}")) {
        error.set_headers(HeaderMap::from_iter([(CONTENT_RANGE, value)]));
    }
    error
}
