//! From a request for a forecast to its answer, and to what is captured of it.

use bytes::Bytes;
use http::Request;
use model_factory::name::{ModelName, Reference};
use model_factory::protocol::forecasts::{
    ForecastRequest, Forecasted, ForecastingVersion, of_rows,
};
use model_factory::protocol::problem::Problem;
use model_factory::protocol::{ForecastProtocol, Limits};
use model_factory::serving::{Assigned, ServedModel};

use crate::after::Exchanged;
use crate::assignment::assign;
use crate::catalogue;
use crate::inference_id;
use crate::invocation::Invocation;
use crate::ports::Ports;
use crate::telemetry::Answerer;

/// Which series are asked for, and of whom.
#[derive(Debug)]
pub(crate) enum Asked {
    /// A store, of the model that is set.
    Store,
    /// A series of a model.
    Series(ModelName, Reference),
}

/// Answers a request for a forecast; with the answer comes what is to be captured.
pub(crate) async fn forecast(
    ports: &Ports,
    limits: &Limits,
    asked: Asked,
    request: &Request<Bytes>,
    invocation: &Invocation<'_>,
    answerer: &mut Option<Answerer>,
) -> Result<Exchanged, Problem> {
    let protocol = match asked {
        Asked::Store => ForecastProtocol::Store,
        Asked::Series(..) => ForecastProtocol::Series,
    };
    let inference_id = inference_id::of(request)?;
    let wanted = read(protocol, request.body(), limits)?;
    let (model, reference) = match asked {
        Asked::Store => (catalogue::forecast_model(ports, "forecast").await?, Reference::default()),
        Asked::Series(model, reference) => (model, reference),
    };
    let id = || inference_id.unwrap_or(invocation.request_id).into();
    let (assigned, answerer) = assign(ports, &model, &reference, id, answerer).await?;
    let Assigned { model: served, variant, shadow, .. } = assigned;
    let Forecasted { body, steps } = answered(&model, &served, wanted)?;
    answerer.rows = steps;
    Ok(Exchanged {
        event_id: invocation.request_id.to_owned(),
        inference_id: inference_id.map(str::to_owned),
        time: ports.clock.now(),
        protocol: protocol.into(),
        content_type: None,
        query: None,
        request: request.body().clone(),
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
    protocol: ForecastProtocol,
    body: &[u8],
    limits: &Limits,
) -> Result<Vec<u8>, Problem> {
    answered(model, served, read(protocol, body, limits)?).map(|forecasted| forecasted.body)
}

fn read(
    protocol: ForecastProtocol,
    body: &[u8],
    limits: &Limits,
) -> Result<ForecastRequest, Problem> {
    protocol.decode(body, limits).map_err(|error| Problem::from(&error))
}

fn answered(
    model: &ModelName,
    served: &ServedModel,
    wanted: ForecastRequest,
) -> Result<Forecasted, Problem> {
    let forecaster = served.forecaster().ok_or_else(|| of_rows(model))?;
    wanted.answer(ForecastingVersion { model, version: served.version, forecaster })
}
