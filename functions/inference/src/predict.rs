//! From a request for predictions to its answer.

use std::borrow::Cow;
use std::time::Instant;

use bytes::Bytes;
use http::Request;
use http::header::CONTENT_TYPE;
use model_factory::name::{ModelName, Reference};
use model_factory::port_error::chain;
use model_factory::protocol::problem::{Kind, Problem};
use model_factory::protocol::{Answer, Extras, Limits, MediaType, Protocol, Sent};
use model_factory::serving::{AnswerError, Assigned, ServedModel};

use crate::after::Exchanged;
use crate::assignment::assign;
use crate::inference_id;
use crate::invocation::{self, Invocation};
use crate::ports::Ports;
use crate::telemetry::Answerer;

/// The header by which clients of Triton's extension say that binary data follows the JSON.
const BINARY_DATA: &str = "inference-header-content-length";

/// Who is asked, and in which protocol.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) protocol: Protocol,
    pub(crate) model: ModelName,
    /// The version or alias.
    pub(crate) reference: Reference,
}

/// What of a request a version reads.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) content_type: Option<String>,
    /// The options of a request in CSV.
    pub(crate) query: Option<String>,
    pub(crate) bytes: Bytes,
}

impl Content {
    /// The body as it came in, with the query where that has options.
    pub(crate) fn of(protocol: Protocol, request: &Request<Bytes>) -> Result<Self, Problem> {
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
        let is_csv = content_type.and_then(MediaType::of) == Some(MediaType::Csv);
        let query = match request.uri().query() {
            Some(query) if protocol == Protocol::Mlflow && is_csv => Some(query.to_owned()),
            Some(query) => {
                protocol.admit_query(query).map_err(|error| Problem::from(&error))?;
                None
            }
            None => None,
        };
        let content_type = content_type.map(str::to_owned);
        Ok(Self { content_type, query, bytes: request.body().clone() })
    }

    fn sent(&self) -> Sent<'_> {
        let (content_type, query) = (self.content_type.as_deref(), self.query.as_deref());
        Sent { content_type, query, body: &self.bytes }
    }
}

/// A request for predictions, as it came in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Body<'a> {
    pub(crate) protocol: Protocol,
    pub(crate) sent: Sent<'a>,
}

/// What a version answers.
pub(crate) struct Responded {
    pub(crate) body: Vec<u8>,
    /// The id that the request's body gives it.
    id: Option<String>,
    rows: usize,
}

/// Answers a request for predictions, of which the version that answers reads what `read`
/// makes of it; with the answer comes what is to be captured.
pub(crate) async fn predict(
    ports: &Ports,
    limits: &Limits,
    asked: Asked,
    request: &Request<Bytes>,
    read: impl FnOnce(&ServedModel) -> Result<Content, Problem>,
    invocation: &Invocation<'_>,
    answerer: &mut Option<Answerer>,
) -> Result<Exchanged, Problem> {
    let Asked { protocol, model, reference } = asked;
    let given = inference_id::of(request)?;
    let id = || {
        let of_body = || protocol.id(request.body()).map(Cow::Owned);
        let given = given.map(Cow::Borrowed).or_else(of_body);
        given.unwrap_or(Cow::Borrowed(invocation.request_id))
    };
    let (assigned, answerer) = assign(ports, &model, &reference, id, answerer).await?;
    let Assigned { model: served, variant, shadow, .. } = assigned;
    let content = read(&served)?;
    let body = Body { protocol, sent: content.sent() };
    let responded = respond(&model, &served, &body, limits, invocation.deadline);
    let Responded { body, id, rows } =
        responded.map_err(|problem| match request.headers().get(BINARY_DATA) {
            Some(_) if problem.kind.status() < 500 => Problem::new(
                Kind::UnsupportedMediaType,
                "binary tensor data is not read here: send tensors as JSON (`binary_data=False`)",
            ),
            _ => problem,
        })?;
    answerer.rows = rows;
    let Content { content_type, query, bytes } = content;
    Ok(Exchanged {
        event_id: invocation.request_id.to_owned(),
        inference_id: given.map(str::to_owned).or(id),
        time: ports.clock.now(),
        protocol: protocol.into(),
        content_type,
        query,
        request: bytes,
        response: body.into(),
        model,
        served,
        variant,
        shadow,
    })
}

/// What a version answers to a request.
pub(crate) fn respond(
    model: &ModelName,
    served: &ServedModel,
    body: &Body<'_>,
    limits: &Limits,
    deadline: Instant,
) -> Result<Responded, Problem> {
    let Body { protocol, sent } = *body;
    if served.forecaster().is_some() {
        return Err(of_series(model));
    }
    let request = protocol
        .decode(sent, &served.manifest.schema, limits)
        .map_err(|error| Problem::from(&error))?;
    let (predictions, extras) = served
        .answer(&request.table, &request.options, deadline)
        .map_err(|error| unanswered(&error))?;
    let extras = Extras { errors: request.errors.and(extras.errors), ..extras };
    let body = protocol
        .encode(&Answer {
            model,
            version: served.version,
            id: request.id.as_deref(),
            outputs: &request.outputs,
            predictions: &predictions,
            extras: &extras,
        })
        .map_err(|error| Problem::from(&error))?;
    Ok(Responded { body, rows: request.table.rows(), id: request.id })
}

/// The model has no answer for rows.
fn of_series(model: &ModelName) -> Problem {
    Problem::new(
        Kind::SchemaMismatch,
        format!("model `{model}` forecasts series: ask POST /models/{model}/forecast"),
    )
}

fn unanswered(error: &AnswerError) -> Problem {
    match error {
        AnswerError::Unfit(error) => Problem::from(error),
        AnswerError::TooLate => invocation::too_late(),
        AnswerError::Series => Problem::new(Kind::SchemaMismatch, error.to_string()),
        AnswerError::Predict(error) => {
            tracing::error!(error = chain(error), "a prediction failed");
            Problem::new(Kind::Internal, "the prediction failed")
        }
    }
}
