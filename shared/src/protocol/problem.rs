//! Errors as clients see them: RFC 9457 problem details, with the members that
//! the clients of both protocols look for.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::error::ProtocolError;
pub use super::kind::Kind;

/// The content type of a [`Problem`].
pub const CONTENT_TYPE: &str = "application/problem+json";

/// What may stand in a URN as it is.
const URN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'=');

/// An error as a client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its kind.
    pub kind: Kind,
    /// What is wrong in this very case.
    pub detail: String,
    /// A URN of the request, when it has an id.
    pub instance: Option<String>,
    /// The inputs that are wrong.
    pub invalid_params: Vec<InvalidParam>,
    /// Before that it is not worth asking again, where it is known.
    pub retry_after: Option<Duration>,
}

/// One input that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InvalidParam {
    /// The input's name, or `row n` when it is about a row as a whole.
    pub name: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Problem {
    /// A problem of `kind`.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let (detail, invalid_params) = (detail.into(), Vec::new());
        Self { kind, detail, instance: None, invalid_params, retry_after: None }
    }

    /// The same, which does not change before some time has passed.
    #[must_use]
    pub fn for_so_long(self, time: Duration) -> Self {
        Self { retry_after: Some(time), ..self }
    }

    /// The same, of the request with this id.
    #[must_use]
    pub fn of_request(mut self, id: &str) -> Self {
        self.instance = Some(match uuid::Uuid::parse_str(id) {
            Ok(id) => format!("urn:uuid:{id}"),
            Err(_) => format!("urn:request:{}", utf8_percent_encode(id, URN)),
        });
        self
    }

    /// The body of the answer, of type [`CONTENT_TYPE`].
    ///
    /// # Errors
    /// [`ProtocolError::Answer`] when it cannot be written.
    pub fn to_json(&self) -> Result<Vec<u8>, ProtocolError> {
        #[derive(Serialize)]
        struct Body<'a> {
            r#type: String,
            title: &'a str,
            status: u16,
            detail: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            instance: Option<&'a str>,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            invalid_params: &'a [InvalidParam],
            error: &'a str,
            error_code: &'a str,
            message: &'a str,
        }
        let body = Body {
            r#type: format!("urn:model-factory:error:{}", self.kind.slug()),
            title: self.kind.title(),
            status: self.kind.status(),
            detail: &self.detail,
            instance: self.instance.as_deref(),
            invalid_params: &self.invalid_params,
            error: &self.detail,
            error_code: self.kind.error_code(),
            message: &self.detail,
        };
        serde_json::to_vec(&body).map_err(ProtocolError::Answer)
    }
}

impl From<&ProtocolError> for Problem {
    fn from(error: &ProtocolError) -> Self {
        let invalid_params = match error {
            ProtocolError::Mismatch(violations) => violations
                .listed()
                .iter()
                .map(|violation| match (&violation.input, violation.row) {
                    (Some(input), None) => (input.clone(), violation.reason.to_string()),
                    (Some(input), Some(row)) => {
                        (input.clone(), format!("row {row}: {}", violation.reason))
                    }
                    (None, row) => {
                        (format!("row {}", row.unwrap_or_default()), violation.reason.to_string())
                    }
                })
                .map(|(name, reason)| InvalidParam { name, reason })
                .collect(),
            ProtocolError::Uneven(mismatch) => {
                vec![InvalidParam { name: mismatch.name.clone(), reason: mismatch.to_string() }]
            }
            ProtocolError::Parameter { name, reason } => {
                vec![InvalidParam { name: name.clone(), reason: reason.clone() }]
            }
            _ => Vec::new(),
        };
        Self { invalid_params, ..Self::new(error.kind(), error.to_string()) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn body(problem: &Problem) -> Value {
        serde_json::from_slice(&problem.to_json().unwrap()).unwrap()
    }

    #[test]
    fn one_body_serves_the_clients_of_every_protocol() {
        let problem = Problem::new(Kind::UnknownModel, "there is no model `taxi`")
            .of_request("8476a536-e9f4-11e8-9739-2dfe598c3fcd");
        assert_eq!(
            body(&problem),
            json!({
                "type": "urn:model-factory:error:unknown-model",
                "title": "There is no such model",
                "status": 404,
                "detail": "there is no model `taxi`",
                "instance": "urn:uuid:8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                "error": "there is no model `taxi`",
                "error_code": "RESOURCE_DOES_NOT_EXIST",
                "message": "there is no model `taxi`",
            })
        );
    }

    #[test]
    fn a_request_id_that_is_no_uuid_is_escaped() {
        let problem = Problem::new(Kind::Internal, "").of_request("JKJaXm:PLv/HcESHA=");
        assert_eq!(problem.instance.as_deref(), Some("urn:request:JKJaXm%3APLv%2FHcESHA="));
    }

    #[test]
    fn the_details_of_our_own_faults_stay_with_us() {
        let source = serde_json::from_str::<u8>("x").unwrap_err();
        let problem = Problem::from(&ProtocolError::Answer(source));
        assert_eq!(
            (problem.kind.status(), problem.detail.as_str()),
            (500, "the answer cannot be written")
        );
    }
}
