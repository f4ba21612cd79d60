//! The handler behind the Lambda runtime, over AWS.

use std::sync::Arc;

use bytes::Bytes;
use lambda_http::request::LambdaRequest;
use lambda_http::tower::ServiceExt as _;
use lambda_http::{Adapter, Body, Request};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use model_factory::aws::{DynamoRegistry, S3Bucket, sdk_config};
use model_factory::clock::SystemClock;
use model_factory::runtime::{Failure, Settings, start_logging};
use model_factory::serving::{CacheSettings, ModelCache};
use serde_json::value::RawValue;

use crate::captures::Captures;
use crate::flush::{self, Invocations};
use crate::handler::{Inference, Ports};

/// Serves requests from the Lambda runtime until the sandbox ends.
///
/// # Errors
/// When a setting is absent or the runtime cannot be reached.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    start_logging();
    let settings = Settings::from_env()?;
    let config = sdk_config().await;
    let clock = Arc::new(SystemClock);
    let bucket = Arc::new(S3Bucket::new(&config, &settings.bucket));
    let registry =
        Arc::new(DynamoRegistry::new(&config, &settings.registry_table, Arc::clone(&clock) as _));
    let captures = Arc::new(Captures::new(Arc::clone(&bucket) as _));
    let memory = lambda_runtime::Config::from_env().memory;
    let cache = CacheSettings::for_memory(usize::try_from(memory).unwrap_or(128))
        .with_ttl(settings.alias_ttl);
    let inference = Inference::new(Ports {
        models: ModelCache::new(Arc::clone(&registry) as _, bucket, Arc::clone(&clock) as _, cache),
        registry,
        captures: Arc::clone(&captures),
        clock,
    });
    let (invocations, answered) = flush::channel();
    let extension = flush::extension(captures, answered).await?;
    tokio::try_join!(serve(&inference, &invocations), extension).map(drop)
}

/// Reads each event as an HTTP request. An event that is none is answered too, so
/// that the extension hears of every invocation.
async fn serve(
    inference: &Inference,
    invocations: &Invocations,
) -> Result<(), lambda_runtime::Error> {
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| async move {
        let _answered = invocations.begin();
        let request: LambdaRequest =
            serde_json::from_str(event.payload.get()).map_err(|error| {
                Diagnostic::from(Failure::InvalidEvent(format!(
                    "the event is not an HTTP request of API Gateway: {error}"
                )))
            })?;
        let request_id = event.context.request_id.clone();
        let adapter = Adapter::from(service_fn(move |request: Request| {
            let request_id = request_id.clone();
            async move {
                let request = request.map(into_bytes);
                let response = inference.handle(&request, &request_id).await;
                Ok::<_, Diagnostic>(response.map(into_body))
            }
        }));
        adapter.oneshot(LambdaEvent::new(request, event.context)).await
    }))
    .await
}

fn into_bytes(body: Body) -> Bytes {
    match body {
        Body::Text(text) => Bytes::from(text),
        Body::Binary(bytes) => Bytes::from(bytes),
        _ => Bytes::new(),
    }
}

/// Text goes out as it is, anything else in base64.
fn into_body(bytes: Bytes) -> Body {
    match String::from_utf8(bytes.into()) {
        Ok(text) => Body::Text(text),
        Err(error) => Body::Binary(error.into_bytes()),
    }
}
