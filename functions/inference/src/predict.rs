//! From a request for predictions to its answer.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, Response};
use model_factory::capture::{CaptureLine, Exchange, Origin};
use model_factory::name::{ModelName, Reference};
use model_factory::port_error::chain;
use model_factory::protocol::problem::{Kind, Problem};
use model_factory::protocol::{Answer, Extras, Limits, Protocol};
use model_factory::serving::AnswerError;

use crate::answer::{self, MODEL_VERSION};
use crate::invocation::{self, Invocation};
use crate::ports::Ports;

/// The header with the client's own id of an exchange, as SageMaker names it.
const INFERENCE_ID: &str = "x-amzn-sagemaker-inference-id";

/// The header by which clients of Triton's extension say that binary data follows the JSON.
const BINARY_DATA: &str = "inference-header-content-length";

/// Who is asked, and in which protocol.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) protocol: Protocol,
    pub(crate) model: ModelName,
    /// The version or alias.
    pub(crate) variant: Reference,
}

/// Answers a request for predictions, and captures both.
pub(crate) async fn predict(
    ports: &Ports,
    limits: &Limits,
    asked: Asked,
    request: &Request<Bytes>,
    invocation: &Invocation<'_>,
) -> Result<Response<Bytes>, Problem> {
    let Asked { protocol, model, variant } = asked;
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let content_type = header(CONTENT_TYPE.as_str());
    let served = ports.model(&model, &variant).await?;
    let asked = protocol
        .decode(content_type, request.body(), &served.manifest.schema, limits)
        .map_err(|error| match header(BINARY_DATA) {
            Some(_) => Problem::new(
                Kind::UnsupportedMediaType,
                "binary tensor data is not read here: send tensors as JSON (`binary_data=False`)",
            ),
            None => Problem::from(&error),
        })?;
    let (predictions, extras) = served
        .answer(&asked.table, &asked.options, invocation.deadline)
        .map_err(|error| unanswered(&error))?;
    let extras = Extras { errors: asked.errors, ..extras };
    let body = protocol
        .encode(&Answer {
            model: &model,
            version: served.version,
            id: asked.id.as_deref(),
            outputs: &asked.outputs,
            predictions: &predictions,
            extras: &extras,
        })
        .map_err(|error| Problem::from(&error))?;
    let inference_id = header(INFERENCE_ID).or(asked.id.as_deref());
    ports.captures.push(CaptureLine::new(Exchange {
        event_id: invocation.request_id,
        inference_id,
        time: ports.clock.now(),
        content_type,
        request: request.body(),
        response: &body,
        origin: Origin { model, version: served.version, variant, protocol },
    }));
    let mut response = answer::bytes(body);
    answer::set(&mut response, MODEL_VERSION, &served.version.to_string());
    Ok(response)
}

fn unanswered(error: &AnswerError) -> Problem {
    match error {
        AnswerError::Unfit(error) => Problem::from(error),
        AnswerError::TooLate => invocation::too_late(),
        AnswerError::Predict(error) => {
            tracing::error!(error = chain(error), "a prediction failed");
            Problem::new(Kind::Internal, "the prediction failed")
        }
    }
}
