//! From an HTTP request to its response.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, Response};
use model_factory::capture::{CaptureLine, Exchange, Origin};
use model_factory::clock::Clock;
use model_factory::name::{ModelName, Reference};
use model_factory::port_error::{PortError, chain};
use model_factory::protocol::oip::metadata::{
    IndexEntry, IndexRequest, Live, ModelMetadata, ModelReady, ModelState, Ready, ServerMetadata,
};
use model_factory::protocol::problem::{Kind, Problem};
use model_factory::protocol::{Answer, Limits, Protocol};
use model_factory::registry::ReadRegistry;
use model_factory::serving::{LoadError, ModelCache, ServedModel};
use model_factory::store::StoreError;

use crate::answer::{self, EVENT_ID, MODEL_VERSION};
use crate::captures::Captures;
use crate::route::Route;

/// The header with the client's own id of an exchange, as SageMaker names it.
const INFERENCE_ID: &str = "x-amzn-sagemaker-inference-id";

/// What inference needs of the world.
pub struct Ports {
    /// Gives models.
    pub models: Arc<ModelCache>,
    /// Lists models and versions.
    pub registry: Arc<dyn ReadRegistry>,
    /// Takes what was answered.
    pub captures: Arc<Captures>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

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
    pub async fn handle(&self, request: &Request<Bytes>, request_id: &str) -> Response<Bytes> {
        let started = self.ports.clock.now();
        let mut response = match self.answer(request, request_id).await {
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

    async fn answer(
        &self,
        request: &Request<Bytes>,
        request_id: &str,
    ) -> Result<Response<Bytes>, Problem> {
        match Route::parse(request.method(), request.uri().path())? {
            Route::ServerMetadata => answer::json(&ServerMetadata::new()),
            Route::Live => answer::json(&Live { live: true }),
            Route::Ready => {
                self.ports.registry.models().await.map_err(unavailable)?;
                answer::json(&Ready { ready: true })
            }
            Route::RepositoryIndex => self.index(request.body()).await,
            Route::ModelMetadata(model, reference) => self.metadata(model, &reference).await,
            Route::ModelReady(model, reference) => {
                self.model(&model, &reference).await?;
                answer::json(&ModelReady { name: model, ready: true })
            }
            Route::Ping => {
                self.registered().await?;
                Ok(answer::bytes("\n"))
            }
            Route::Version => Ok(answer::bytes(env!("CARGO_PKG_VERSION"))),
            Route::Infer(model, reference) => {
                self.predict(Protocol::OpenInference, model, reference, request, request_id).await
            }
            Route::Invoke(model, reference) => {
                self.predict(Protocol::Mlflow, model, reference, request, request_id).await
            }
            Route::InvokeOnly => {
                let model = self.only_model().await?;
                let reference = Reference::default();
                self.predict(Protocol::Mlflow, model, reference, request, request_id).await
            }
        }
    }

    async fn predict(
        &self,
        protocol: Protocol,
        model: ModelName,
        variant: Reference,
        request: &Request<Bytes>,
        request_id: &str,
    ) -> Result<Response<Bytes>, Problem> {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let content_type = header(CONTENT_TYPE.as_str());
        let served = self.model(&model, &variant).await?;
        let schema = &served.manifest.schema;
        let asked = protocol
            .decode(content_type, request.body(), schema, &self.limits)
            .map_err(|error| Problem::from(&error))?;
        let predictions = served.predict(&asked.table).map_err(|error| internal(&error))?;
        let body = protocol
            .encode(&Answer {
                model: &model,
                version: served.version,
                id: asked.id.as_deref(),
                outputs: &asked.outputs,
                predictions: &predictions,
            })
            .map_err(|error| Problem::from(&error))?;
        let inference_id = header(INFERENCE_ID).or(asked.id.as_deref());
        self.ports.captures.push(CaptureLine::new(Exchange {
            event_id: request_id,
            inference_id,
            time: self.ports.clock.now(),
            content_type,
            request: request.body(),
            response: &body,
            origin: Origin { model, version: served.version, variant, protocol },
        }));
        let mut response = answer::bytes(body);
        answer::set(&mut response, MODEL_VERSION, &served.version.to_string());
        Ok(response)
    }

    async fn metadata(
        &self,
        model: ModelName,
        reference: &Reference,
    ) -> Result<Response<Bytes>, Problem> {
        let served = self.model(&model, reference).await?;
        let versions = self.ports.registry.versions(&model).await.map_err(unavailable)?;
        let manifest = &served.manifest;
        let properties = BTreeMap::from([
            ("task".to_owned(), manifest.schema.task.name().to_owned()),
            ("target".to_owned(), manifest.schema.target.clone()),
            ("learner".to_owned(), manifest.candidate.learner.kind().name().to_owned()),
            ("version".to_owned(), served.version.to_string()),
        ]);
        let versions = versions.iter().map(|record| record.version);
        answer::json(&ModelMetadata::new(model, versions, &manifest.schema, properties))
    }

    async fn index(&self, body: &[u8]) -> Result<Response<Bytes>, Problem> {
        let request: IndexRequest = match body.trim_ascii() {
            [] => IndexRequest::default(),
            body => serde_json::from_slice(body)
                .map_err(|error| Problem::new(Kind::Malformed, error.to_string()))?,
        };
        let mut entries = Vec::new();
        for name in self.ports.registry.models().await.map_err(unavailable)? {
            let versions = self.ports.registry.versions(&name).await.map_err(unavailable)?;
            entries.extend(versions.into_iter().map(|record| IndexEntry {
                name: name.clone(),
                version: record.version.to_string(),
                state: ModelState::Ready,
                reason: String::new(),
            }));
        }
        entries.retain(|entry| !request.ready || entry.state == ModelState::Ready);
        answer::json(&entries)
    }

    /// All models; a problem when there is none.
    async fn registered(&self) -> Result<Vec<ModelName>, Problem> {
        let models = self.ports.registry.models().await.map_err(unavailable)?;
        match models.is_empty() {
            false => Ok(models),
            true => Err(Problem::new(Kind::UnknownModel, "no model is registered yet")),
        }
    }

    async fn only_model(&self) -> Result<ModelName, Problem> {
        let mut models = self.registered().await?;
        match (models.pop(), models.len()) {
            (Some(only), 0) => Ok(only),
            (_, others) => Err(Problem::new(
                Kind::UnknownModel,
                format!(
                    "there are {} models: name one with /models/{{model}}/invocations",
                    others + 1
                ),
            )),
        }
    }

    async fn model(
        &self,
        model: &ModelName,
        reference: &Reference,
    ) -> Result<Arc<ServedModel>, Problem> {
        self.ports.models.get(model, reference).await.map_err(|error| match error {
            LoadError::Unknown { .. } => Problem::new(Kind::UnknownModel, error.to_string()),
            LoadError::Store(StoreError::Port(error)) => unavailable(error),
            LoadError::Store(error) => {
                tracing::error!(error = chain(&error), "a model cannot be loaded");
                Problem::new(Kind::Unavailable, format!("model `{model}` cannot be loaded"))
            }
        })
    }
}

/// The registry or bucket cannot be asked: told in the log, not to the client.
fn unavailable(error: PortError) -> Problem {
    tracing::error!(error = chain(&error), "a service cannot be asked");
    Problem::new(Kind::Unavailable, "the model registry cannot be asked at the moment")
}

fn internal(error: &(dyn std::error::Error + 'static)) -> Problem {
    tracing::error!(error = chain(error), "a prediction failed");
    Problem::new(Kind::Internal, "the prediction failed")
}
