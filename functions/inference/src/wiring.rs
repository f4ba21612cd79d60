//! The handler behind the Lambda runtime, over AWS.

use std::sync::Arc;

use lambda_runtime::layers::TracingLayer;
use lambda_runtime::tower::util::MapFutureLayer;
use lambda_runtime::{Diagnostic, LambdaEvent, Runtime, service_fn};
use model_factory::aws::Services;
use model_factory::runtime::{Settings, start_logging};
use model_factory::serving::{CachePorts, CacheSettings, ModelCache};
use serde_json::value::RawValue;

use crate::captures::Captures;
use crate::exchange::exchange;
use crate::flush::{self, Invocations};
use crate::handler::Inference;
use crate::invocation::Invocation;
use crate::ports::Ports;

/// Serves requests from the Lambda runtime until the sandbox ends.
///
/// # Errors
/// When a setting is absent or the runtime cannot be reached.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    start_logging();
    let services = Services::load(Settings::from_env()?).await;
    let (bucket, registry, clock) = (services.bucket(), services.registry(), services.clock());
    let captures = Arc::new(Captures::new(Arc::clone(&bucket) as _));
    let memory = lambda_runtime::Config::from_env().memory;
    let cache = CacheSettings::for_memory(usize::try_from(memory).unwrap_or(128))
        .with_ttl(services.settings().alias_ttl);
    let ports = CachePorts {
        registry: Arc::clone(&registry) as _,
        objects: bucket,
        events: services.events(),
        clock: Arc::clone(&clock),
    };
    let models = Arc::new(ModelCache::new(ports, cache));
    let inference = Inference::new(Ports {
        models: Arc::clone(&models),
        registry,
        captures: Arc::clone(&captures),
        clock,
    });
    let (invocations, answered) = flush::channel();
    let extension = flush::extension(captures, models, answered).await?;
    tokio::try_join!(serve(&inference, &invocations), extension).map(drop)
}

/// Reads each event as an HTTP request. The extension is told of an invocation when its
/// answer has gone out, also when the handler fails: only then may it work.
async fn serve(
    inference: &Inference,
    invocations: &Invocations,
) -> Result<(), lambda_runtime::Error> {
    let handler = service_fn(move |event: LambdaEvent<Box<RawValue>>| async move {
        let LambdaEvent { payload, context } = event;
        exchange(inference, payload.get(), &Invocation::of(&context))
            .await
            .map_err(Diagnostic::from)
    });
    let announced = MapFutureLayer::new(|invocation| {
        let answered = invocations.begin();
        async move {
            let sent = invocation.await;
            drop(answered);
            sent
        }
    });
    Runtime::new(handler).layer(TracingLayer::new()).layer(announced).run().await
}
