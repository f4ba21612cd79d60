//! The one endpoint of all services, for `AWS_ENDPOINT_URL`.
//!
//! Every signed request names its service in the credential scope of its
//! signature, so one port serves all of them.

mod error;
mod events;
mod lambda;
mod scope;
mod sts;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use s3s::service::S3Service;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub(super) use self::error::json_error;
use self::scope::Scope;
use super::dynamodb::DynamoDb;
use super::events::EventBus;
use super::firehose::{self, DeliveryStreams};
use super::http_server;
use super::lambda::Lambda;
use super::s3::{Credentials, ObjectStorage};
use super::sqs::{self, Queues};

/// The services behind the endpoint.
#[derive(Clone)]
pub struct Endpoint {
    credentials: Credentials,
    region: String,
    s3: S3Service,
    dynamodb: DynamoDb,
    bus: EventBus,
    lambda: Lambda,
    queues: Queues,
    delivery_streams: DeliveryStreams,
}

impl Endpoint {
    /// An endpoint that accepts one pair of credentials.
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "one for each service")]
    pub fn new(
        credentials: Credentials,
        region: String,
        storage: &ObjectStorage,
        dynamodb: DynamoDb,
        bus: EventBus,
        lambda: Lambda,
        queues: Queues,
        delivery_streams: DeliveryStreams,
    ) -> Self {
        let s3 = storage.service(&credentials);
        Self { credentials, region, s3, dynamodb, bus, lambda, queues, delivery_streams }
    }

    /// Serves requests until `closing` is cancelled.
    pub async fn serve(self, listener: TcpListener, closing: CancellationToken) {
        let router = Router::new().fallback(dispatch).with_state(self);
        http_server::serve(listener, router, closing).await;
    }

    async fn s3(self, request: Request<Body>) -> Response {
        match self.s3.call(request.map(s3s::Body::http_body_unsync)).await {
            Ok(response) => response.map(Body::new),
            Err(error) => {
                let error: Box<dyn std::error::Error + Send + Sync> = error.into();
                tracing::error!(error = error.as_ref() as &dyn std::error::Error, "S3 failed");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }

    async fn dynamodb(self, request: Request<Body>) -> Response {
        self.dynamodb.forward(request).await.unwrap_or_else(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "DynamoDB is out of reach");
            json_error(
                StatusCode::INTERNAL_SERVER_ERROR,
                "InternalServerError",
                "the DynamoDB engine is out of reach",
            )
        })
    }
}

async fn dispatch(State(endpoint): State<Endpoint>, request: Request<Body>) -> Response {
    // S3 checks signatures itself, and refuses requests that have none.
    let scope = match Scope::of(&request) {
        None => return endpoint.s3(request).await,
        Some(scope) if scope.service == "s3" => return endpoint.s3(request).await,
        Some(scope) => scope,
    };
    if scope.access_key != endpoint.credentials.access_key {
        return json_error(
            StatusCode::FORBIDDEN,
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        );
    }
    match scope.service.as_str() {
        "dynamodb" => endpoint.dynamodb(request).await,
        "firehose" => firehose::handle(&endpoint.delivery_streams, request).await,
        "events" => events::handle(&endpoint.bus, request).await,
        "lambda" => {
            lambda::handle(&endpoint.lambda, &endpoint.bus, &endpoint.region, request).await
        }
        "sqs" => sqs::handle(&endpoint.queues, request).await,
        "sts" => sts::handle(&scope.access_key, request).await,
        other => json_error(
            StatusCode::NOT_IMPLEMENTED,
            "UnknownOperationException",
            &format!(
                "the embedded AWS has no service `{other}`, only s3, dynamodb, events, firehose, lambda, sqs and sts"
            ),
        ),
    }
}
