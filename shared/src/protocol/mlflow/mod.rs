//! The scoring protocol of MLflow: `POST /invocations`, in five forms.

mod csv;
mod json;
mod record;
mod response;
mod row_answer;
mod rows;

use super::error::ProtocolError;
use super::limits::Limits;
use super::media_type::MediaType;
use super::request::Request;
use crate::dataset::Schema;

pub(super) use response::encode;
pub use row_answer::RowAnswer;

/// The protocol's name in messages.
const NAME: &str = "MLflow scoring protocol";

/// Reads a request for a model with `schema`.
pub(super) fn decode(
    content_type: Option<&str>,
    body: &[u8],
    schema: &Schema,
    limits: &Limits,
) -> Result<Request, ProtocolError> {
    let media_type = MediaType::of_request(content_type)?;
    limits.admit_body(body)?;
    match media_type {
        MediaType::Json => json::decode(body, schema, limits),
        MediaType::Csv => csv::decode(body, schema, limits),
    }
}
