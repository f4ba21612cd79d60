//! The scoring protocol of MLflow: `POST /invocations`, in five forms.

mod csv;
mod json;
mod record;
mod response;
mod row_answer;
mod rows;

use super::error::ProtocolError;
use super::media_type::MediaType;
use super::request::Request;
use super::sent::{Rules, Sent};

pub(super) use response::encode;
pub use row_answer::RowAnswer;

/// The protocol's name in messages.
const NAME: &str = "MLflow scoring protocol";

/// Reads a request.
pub(super) fn decode(sent: Sent<'_>, rules: Rules<'_>) -> Result<Request, ProtocolError> {
    let media_type = MediaType::of_request(sent.content_type)?;
    rules.limits.admit_body(sent.body)?;
    match media_type {
        MediaType::Json => super::json::read(sent.body, |body| json::decode(body, rules)),
        MediaType::Csv => csv::decode(sent, rules),
    }
}
