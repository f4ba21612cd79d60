//! From an HTTP request to its response.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Method, Request, Response};
use model_factory::name::{ModelName, Reference};
use model_factory::protocol::oip::metadata::{Live, Ready, ServerMetadata};
use model_factory::protocol::problem::Problem;
use model_factory::protocol::{Limits, Protocol};

use crate::after::{After, Exchanged};
use crate::answer::{self, EVENT_ID};
use crate::invocation::{self, Invocation};
use crate::ports::{Ports, unavailable};
use crate::predict::{Asked, Content, predict};
use crate::route::Route;
use crate::telemetry::{Answered, Answerer};
use crate::{catalogue, encoding, forecast, ground_truth, images, training};

/// The description of all routes.
const OPENAPI: &str = include_str!("../../../docs/openapi.yaml");

/// Answers requests.
pub struct Inference {
    ports: Ports,
    limits: Limits,
    after: Mutex<After>,
}

impl Inference {
    /// Answers with the default limits.
    #[must_use]
    pub fn new(ports: Ports) -> Self {
        Self { ports, limits: Limits::default(), after: Mutex::default() }
    }

    /// The same in a new sandbox of a function, whose first request is a cold start.
    #[must_use]
    pub fn of_function(self, name: &str) -> Self {
        Self { after: Mutex::new(After::of_function(name)), ..self }
    }

    /// Loads models before they are asked for; what cannot be loaded is told in the log.
    pub async fn preload(&self, models: &[(ModelName, Reference)]) {
        self.ports.models.preload(models).await;
    }

    pub(crate) fn ports(&self) -> &Ports {
        &self.ports
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What waits for the answer to go out.
    pub(crate) fn after(&self) -> MutexGuard<'_, After> {
        self.after.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The response to a request. Every failure is a response too: a problem in the
    /// words of both protocols, as is one that the gateway left in the request's extensions.
    /// What nobody has to wait for is left to [`Self::settle`].
    pub async fn handle(
        &self,
        mut request: Request<Bytes>,
        invocation: &Invocation<'_>,
    ) -> Response<Bytes> {
        let started = self.ports.clock.now();
        let request_id = invocation.request_id;
        let mut answerer = None;
        let mut response = match self.in_time(&mut request, invocation, &mut answerer).await {
            Ok(response) => response,
            Err(problem) => answer::problem(problem, request_id),
        };
        answer::set(&mut response, EVENT_ID, request_id);
        if request.method() == Method::HEAD {
            *response.body_mut() = Bytes::new();
        }
        let elapsed = self.ports.clock.now().duration_since(started);
        self.after().tell(Answered {
            started,
            request_id: request_id.to_owned(),
            trace_id: invocation.trace_id.map(str::to_owned),
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            status: response.status(),
            milliseconds: elapsed.as_secs_f64() * 1e3,
            answerer,
            cold: None,
        });
        response
    }

    /// Answers before the function would be stopped, whatever it waits for.
    async fn in_time(
        &self,
        request: &mut Request<Bytes>,
        invocation: &Invocation<'_>,
        answerer: &mut Option<Answerer>,
    ) -> Result<Response<Bytes>, Problem> {
        if let Some(problem) = request.extensions_mut().remove::<Problem>() {
            return Err(problem);
        }
        encoding::unpack(request, self.limits.body_bytes)?;
        let answer = self.answer(request, invocation, answerer);
        tokio::time::timeout_at(invocation.deadline.into(), answer)
            .await
            .unwrap_or_else(|_| Err(invocation::too_late()))
    }

    async fn answer(
        &self,
        request: &Request<Bytes>,
        invocation: &Invocation<'_>,
        answerer: &mut Option<Answerer>,
    ) -> Result<Response<Bytes>, Problem> {
        let Self { ports, limits, .. } = self;
        let (protocol, model, reference) =
            match Route::parse(request.method(), request.uri().path())? {
                Route::Infer(model, reference) => (Protocol::OpenInference, model, reference),
                Route::Invoke(model, reference) => (Protocol::Mlflow, model, reference),
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
                Route::Ping => return catalogue::ping_nameless(ports).await,
                Route::Version => return Ok(answer::bytes(catalogue::SERVER_VERSION)),
                Route::ModelPing(model, reference) => {
                    return catalogue::ping(ports, &model, &reference).await;
                }
                Route::ModelServerVersion(model, reference) => {
                    return catalogue::server_version(ports, &model, &reference).await;
                }
                Route::GroundTruth(model) => {
                    return ground_truth::put(ports, &model, request, limits).await;
                }
                Route::ClassifyImage(model, reference) => {
                    let asked = (model, reference);
                    let answer =
                        images::classify(ports, limits, asked, request, invocation, answerer);
                    return answer
                        .await
                        .map(|(answer, exchanged)| self.captured(answer, exchanged));
                }
                Route::ClassifyDigit => {
                    let asked = (images::digits()?, Reference::default());
                    let answer =
                        images::classify(ports, limits, asked, request, invocation, answerer);
                    return answer
                        .await
                        .map(|(answer, exchanged)| self.captured(answer, exchanged));
                }
                Route::OpenApi => return Ok(answer::yaml(OPENAPI)),
                Route::Models => return catalogue::models(ports).await,
                Route::ForecastStore => {
                    let asked = forecast::Asked::Store;
                    let exchange =
                        forecast::forecast(ports, limits, asked, request, invocation, answerer);
                    return exchange.await.map(|exchanged| self.answered(exchanged));
                }
                Route::Forecast(model, reference) => {
                    let asked = forecast::Asked::Series(model, reference);
                    let exchange =
                        forecast::forecast(ports, limits, asked, request, invocation, answerer);
                    return exchange.await.map(|exchanged| self.answered(exchanged));
                }
                Route::TrainStore | Route::Train(_) | Route::Run(..) if !ports.training_by_api => {
                    return Err(training::not_here());
                }
                Route::TrainStore => return training::of_store(ports, limits, request).await,
                Route::Train(model) => return training::ask(ports, limits, model, request).await,
                Route::Run(model, run) => return training::run(ports, &model, &run).await,
            };
        let asked = Asked { protocol, model, reference };
        let read = |_: &_| Content::of(protocol, request);
        let exchange = predict(ports, limits, asked, request, read, invocation, answerer);
        exchange.await.map(|exchanged| self.answered(exchanged))
    }

    /// Answers by an exchange, and leaves it to be captured.
    fn answered(&self, exchanged: Exchanged) -> Response<Bytes> {
        self.captured(exchanged.answer(), exchanged)
    }

    /// Leaves an exchange to be captured, and answers.
    fn captured(&self, response: Response<Bytes>, exchanged: Exchanged) -> Response<Bytes> {
        self.after().capture(exchanged);
        response
    }
}
