//! The handler behind the Lambda runtime, over AWS.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use model_factory::aws::Services;
use model_factory::runtime::emf::MetricLog;
use model_factory::runtime::{Settings, start_logging};
use model_factory::serving::{CachePorts, CacheSettings, ModelCache};
use serde_json::value::RawValue;

use crate::handler::Stream;
use crate::ports::Ports;
use crate::settings::StreamSettings;

/// What is left of an invocation's time for storing the results.
const RESERVE: Duration = Duration::from_secs(5);

/// Serves batches from the Lambda runtime until the sandbox ends.
///
/// # Errors
/// When a setting is absent or the runtime cannot be reached.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    start_logging();
    let services = Services::load(Settings::from_env()?).await;
    let settings = StreamSettings::from_env()?;
    let memory = usize::try_from(lambda_runtime::Config::from_env().memory).unwrap_or(128);
    let stream = &Stream::new(ports(&services, &settings, memory), settings.model);
    lambda_runtime::run(service_fn(|event: LambdaEvent<Box<RawValue>>| async move {
        let left = event.context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
        let deadline = Instant::now() + left.saturating_sub(RESERVE);
        stream.handle(event.payload.get(), deadline).await.map_err(Diagnostic::from)
    }))
    .await
}

fn ports(services: &Services, settings: &StreamSettings, memory: usize) -> Ports {
    let (bucket, clock) = (services.bucket(), services.clock());
    let ports = CachePorts {
        registry: services.registry(),
        objects: Arc::clone(&bucket) as _,
        events: services.events(),
        clock: Arc::clone(&clock),
    };
    let cache = CacheSettings::for_memory(memory).with_ttl(services.settings().alias_ttl);
    Ports {
        models: Arc::new(ModelCache::new(ports, cache)),
        objects: bucket,
        results: settings.results.as_ref().map(|url| services.queue(url) as _),
        dead_letters: services.queue(&settings.dead_letters),
        metrics: Arc::new(MetricLog::from_env()),
        clock,
    }
}
