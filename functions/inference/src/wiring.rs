//! The handler behind the Lambda runtime, over AWS.

use std::sync::Arc;
use std::time::{Duration, Instant};

use lambda_runtime::layers::TracingLayer;
use lambda_runtime::tower::util::MapFutureLayer;
use lambda_runtime::{Diagnostic, LambdaEvent, Runtime, service_fn};
use model_factory::aws::Services;
use model_factory::runtime::emf::MetricLog;
use model_factory::runtime::{Settings, start_logging};
use model_factory::serving::{CachePorts, CacheSettings, ModelCache};
use rayon::{ThreadPoolBuildError, ThreadPoolBuilder};
use tokio::signal::unix::{SignalKind, signal};

use crate::captures::{CaptureSettings, Captures, Sink};
use crate::exchange::exchange;
use crate::flush::{self, Invocations};
use crate::gateway::Received;
use crate::handler::Inference;
use crate::invocation::Invocation;
use crate::ports::Ports;

/// How long preloading may take: the whole start of a sandbox may take ten seconds.
const PRELOAD_TIME: Duration = Duration::from_secs(8);
/// Lambda gives a whole virtual CPU with so many megabytes of memory (Lambda's developer
/// guide, "Configure Lambda function memory").
const MEGABYTES_PER_CPU: i32 = 1769;
/// How long a sandbox may take to end: Lambda ends it half a second after SIGTERM.
const LAST_TIME: Duration = Duration::from_millis(450);

/// Serves requests from the Lambda runtime until the sandbox ends.
///
/// # Errors
/// When a setting is absent or the runtime cannot be reached.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    start_logging();
    let services = Services::load(Settings::from_env()?).await;
    let runtime = lambda_runtime::Config::from_env();
    compute_here(runtime.memory)?;
    let inference = Arc::new(inference(&services, &runtime));
    let (invocations, answered) = flush::channel();
    let (extension, ()) = tokio::join!(
        flush::extension(Arc::clone(&inference), answered),
        preload(&inference, services.settings()),
    );
    let extension = extension?;
    let mut termination = signal(SignalKind::terminate())?;
    tokio::select! {
        ended = async {
            tokio::try_join!(
                biased;
                serve(&inference, &invocations),
                invocations.make_way(extension),
            )
        } => ended.map(drop),
        _ = termination.recv() => {
            inference.finish(Instant::now() + LAST_TIME).await;
            Ok(())
        }
    }
}

/// Lets the thread that serves compute, too, where the sandbox has no second CPU: to hand
/// rows to other threads and to wait for them would only cost time. No other thread may
/// hand out work then, as nobody would take it.
fn compute_here(megabytes: i32) -> Result<(), ThreadPoolBuildError> {
    if megabytes >= 2 * MEGABYTES_PER_CPU {
        return Ok(());
    }
    ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global()
}

/// The handler over AWS.
fn inference(services: &Services, runtime: &lambda_runtime::Config) -> Inference {
    let (bucket, registry, clock) = (services.bucket(), services.registry(), services.clock());
    let Settings { alias_ttl, capture_delay, .. } = *services.settings();
    let memory = usize::try_from(runtime.memory).unwrap_or(128);
    let events = services.events();
    let ports = CachePorts {
        registry: Arc::clone(&registry) as _,
        objects: Arc::clone(&bucket) as _,
        events: Arc::clone(&events) as _,
        clock: Arc::clone(&clock),
    };
    let cache = CacheSettings::for_memory(memory).with_ttl(alias_ttl);
    let capture = CaptureSettings::for_memory(memory).with_delay(capture_delay);
    let sink = match &services.settings().capture_stream {
        None => Sink::Bucket(Arc::clone(&bucket) as _),
        Some(stream) => Sink::Stream {
            records: services.delivery_stream(stream),
            objects: Arc::clone(&bucket) as _,
        },
    };
    let captures = Captures::new(sink, Arc::clone(&clock), capture);
    Inference::new(Ports {
        models: Arc::new(ModelCache::new(ports, cache)),
        registry,
        captures: Arc::new(captures),
        objects: Arc::clone(&bucket) as _,
        runs: bucket,
        events,
        forecast_model: services.settings().forecast_model.clone(),
        model: services.settings().model.clone(),
        training_by_api: services.settings().training_by_api,
        metrics: Arc::new(MetricLog::from_env()),
        clock,
    })
    .of_function(&runtime.function_name)
}

/// Loads models while the extension registers: before the runtime asks for work, as a
/// sandbox may be frozen then. What takes too long is loaded when it is asked for.
async fn preload(inference: &Inference, settings: &Settings) {
    let preload = inference.preload(&settings.preload);
    if tokio::time::timeout(PRELOAD_TIME, preload).await.is_err() {
        tracing::error!("preloading takes too long: the models are loaded when asked for");
    }
}

/// Reads each event as an HTTP request. The extension is told of an invocation when its
/// answer has gone out, also when the handler fails: only then may it work.
async fn serve(
    inference: &Inference,
    invocations: &Invocations,
) -> Result<(), lambda_runtime::Error> {
    let handler = service_fn(move |event: LambdaEvent<Received>| async move {
        let LambdaEvent { payload, context } = event;
        exchange(inference, payload, &Invocation::of(&context)).await.map_err(Diagnostic::from)
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
