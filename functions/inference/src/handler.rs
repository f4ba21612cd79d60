//! From an HTTP request to its response.

use bytes::Bytes;
use http::{Request, Response};
use model_factory::name::Reference;
use model_factory::protocol::oip::metadata::{Live, Ready, ServerMetadata};
use model_factory::protocol::problem::Problem;
use model_factory::protocol::{Limits, Protocol};

use crate::answer::{self, EVENT_ID};
use crate::invocation::{self, Invocation};
use crate::ports::{Ports, unavailable};
use crate::predict::{Asked, predict};
use crate::route::Route;
use crate::{catalogue, encoding};

/// The description of all routes.
const OPENAPI: &str = include_str!("../../../docs/openapi.yaml");

/// Answers requests.
pub struct Inference {
    ports: Ports,
    limits: Limits,
}

impl Inference {
    /// Answers with the default limits.
    #[must_use]
    pub fn new(ports: Ports) -> Self {
        Self { ports, limits: Limits::default() }
    }

    /// The response to a request. Every failure is a response too: a problem in the
    /// words of both protocols.
    pub async fn handle(
        &self,
        mut request: Request<Bytes>,
        invocation: &Invocation<'_>,
    ) -> Response<Bytes> {
        let started = self.ports.clock.now();
        let request_id = invocation.request_id;
        let mut response = match self.in_time(&mut request, invocation).await {
            Ok(response) => response,
            Err(problem) => answer::problem(problem, request_id),
        };
        answer::set(&mut response, EVENT_ID, request_id);
        let elapsed = self.ports.clock.now().duration_since(started);
        tracing::info!(
            request_id,
            method = request.method().as_str(),
            path = request.uri().path(),
            status = response.status().as_u16(),
            milliseconds = elapsed.as_secs_f64() * 1e3,
            "answered"
        );
        response
    }

    /// Answers before the function would be stopped, whatever it waits for.
    async fn in_time(
        &self,
        request: &mut Request<Bytes>,
        invocation: &Invocation<'_>,
    ) -> Result<Response<Bytes>, Problem> {
        encoding::unpack(request, self.limits.body_bytes)?;
        let answer = self.answer(request, invocation);
        tokio::time::timeout_at(invocation.deadline.into(), answer)
            .await
            .unwrap_or_else(|_| Err(invocation::too_late()))
    }

    async fn answer(
        &self,
        request: &Request<Bytes>,
        invocation: &Invocation<'_>,
    ) -> Result<Response<Bytes>, Problem> {
        let Self { ports, limits } = self;
        let (protocol, model, variant) = match Route::parse(request.method(), request.uri().path())?
        {
            Route::Infer(model, variant) => (Protocol::OpenInference, model, variant),
            Route::Invoke(model, variant) => (Protocol::Mlflow, model, variant),
            Route::InvokeOnly => {
                (Protocol::Mlflow, catalogue::only_model(ports).await?, Reference::default())
            }
            Route::ServerMetadata => return answer::json(&ServerMetadata::new()),
            Route::Live => return answer::json(&Live { live: true }),
            Route::Ready => {
                ports.registry.models().await.map_err(unavailable)?;
                return answer::json(&Ready { ready: true });
            }
            Route::RepositoryIndex => {
                return catalogue::index(ports, request.body(), limits).await;
            }
            Route::ModelMetadata(model, reference) => {
                return catalogue::metadata(ports, model, &reference).await;
            }
            Route::ModelReady(model, reference) => {
                return catalogue::ready(ports, model, &reference).await;
            }
            Route::Ping => {
                catalogue::registered(ports).await?;
                return Ok(answer::bytes("\n"));
            }
            Route::Version => return Ok(answer::bytes(env!("CARGO_PKG_VERSION"))),
            Route::OpenApi => return Ok(answer::yaml(OPENAPI)),
        };
        predict(ports, limits, Asked { protocol, model, variant }, request, invocation).await
    }
}
