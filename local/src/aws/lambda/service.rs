//! The service that invokes functions.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::call::Call;
use super::error::InvokeError;
use super::function::Function;
use super::limits::{ASYNCHRONOUS_PAYLOAD_LIMIT, SYNCHRONOUS_PAYLOAD_LIMIT};
use super::logs::{Log, LogListener};
use super::sandbox::SandboxContext;
use super::spec::FunctionSpec;

/// How often idle sandboxes are looked at.
const RETIREMENT_ROUND: Duration = Duration::from_secs(15);

/// How Lambda treats all functions.
#[derive(Clone)]
pub struct LambdaConfig {
    /// The region in ARNs.
    pub region: String,
    /// Variables that every function gets: credentials and endpoints.
    pub environment: BTreeMap<String, String>,
    /// The folder of the functions' logs.
    pub logs: PathBuf,
    /// Is told every line that goes into a log.
    pub log_listener: Option<LogListener>,
    /// How long a synchronous invocation may wait for a free sandbox.
    pub queue_limit: Duration,
    /// How long a sandbox may be idle before it is retired.
    pub idle_limit: Duration,
}

impl fmt::Debug for LambdaConfig {
    // The environment holds secrets, the listener cannot be shown.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LambdaConfig")
            .field("region", &self.region)
            .field("logs", &self.logs)
            .field("queue_limit", &self.queue_limit)
            .field("idle_limit", &self.idle_limit)
            .finish_non_exhaustive()
    }
}

/// Lambda; a handle that is cheap to clone.
#[derive(Clone, Debug)]
pub struct Lambda {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    functions: BTreeMap<String, Arc<Function>>,
    queue_limit: Duration,
    closing: CancellationToken,
    started: AtomicU64,
    invocations: TaskTracker,
    sandboxes: TaskTracker,
}

impl Lambda {
    /// Makes `functions` available; none of them starts before it is invoked.
    /// Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// If a function's log cannot be opened.
    pub fn new(config: &LambdaConfig, functions: Vec<FunctionSpec>) -> io::Result<Self> {
        let closing = CancellationToken::new();
        let sandboxes = TaskTracker::new();
        let functions = functions
            .into_iter()
            .map(|spec| {
                let name = spec.name.clone();
                let log = Log::open(&config.logs, &name, config.log_listener.clone())?;
                let function = Function::new(SandboxContext {
                    spec,
                    region: config.region.clone(),
                    environment: config.environment.clone(),
                    log,
                    closing: closing.clone(),
                    tasks: sandboxes.clone(),
                });
                Ok((name, Arc::new(function)))
            })
            .collect::<io::Result<BTreeMap<_, _>>>()?;
        let lambda = Self {
            inner: Arc::new(Inner {
                functions,
                queue_limit: config.queue_limit,
                closing,
                started: AtomicU64::new(0),
                invocations: TaskTracker::new(),
                sandboxes,
            }),
        };
        tokio::spawn(lambda.clone().retire_idle(config.idle_limit));
        Ok(lambda)
    }

    /// The names of all functions and how many invocations of each may run.
    pub fn functions(&self) -> impl Iterator<Item = (&str, usize)> {
        self.inner.functions.iter().map(|(name, it)| (name.as_str(), it.concurrency()))
    }

    /// Invokes a function and waits for its answer.
    ///
    /// # Errors
    /// Every way in which an invocation can fail; [`InvokeError::Throttled`]
    /// if no sandbox becomes free within the queue limit.
    pub async fn invoke(&self, name: &str, call: impl Into<Call>) -> Result<Bytes, InvokeError> {
        let (function, call) = (self.function(name)?, call.into());
        check_size(&call.payload, SYNCHRONOUS_PAYLOAD_LIMIT)?;
        let slot =
            time::timeout(self.inner.queue_limit, function.slot()).await.map_err(|_| {
                InvokeError::Throttled {
                    function: name.to_owned(),
                    concurrency: function.concurrency(),
                }
            })??;
        self.run(function, call, slot).await
    }

    /// Invokes a function as Lambda's queue of asynchronous events does: waits
    /// for a free sandbox as long as it takes.
    ///
    /// # Errors
    /// Every way in which an invocation can fail except throttling.
    pub async fn invoke_queued(&self, name: &str, payload: Bytes) -> Result<Bytes, InvokeError> {
        let function = self.function(name)?;
        check_size(&payload, ASYNCHRONOUS_PAYLOAD_LIMIT)?;
        let slot = function.slot().await?;
        self.run(function, payload.into(), slot).await
    }

    /// How many invocations have not settled yet.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.inner.invocations.len()
    }

    /// How many invocations have started so far.
    #[must_use]
    pub fn started(&self) -> u64 {
        self.inner.started.load(Ordering::SeqCst)
    }

    /// Begins to end all sandboxes: SIGTERM, then SIGKILL for those that stay.
    pub fn stop(&self) {
        self.inner.functions.values().for_each(|function| function.close());
        self.inner.closing.cancel();
    }

    /// Ends all sandboxes and waits until they are gone.
    pub async fn shutdown(&self) {
        self.stop();
        self.inner.invocations.close();
        self.inner.sandboxes.close();
        self.inner.invocations.wait().await;
        self.inner.sandboxes.wait().await;
    }

    fn function(&self, name: &str) -> Result<&Arc<Function>, InvokeError> {
        self.inner.functions.get(name).ok_or_else(|| InvokeError::UnknownFunction(name.to_owned()))
    }

    /// Runs in a task of its own, since a function goes on when its caller
    /// hangs up, and its extensions go on after the answer.
    async fn run(
        &self,
        function: &Arc<Function>,
        call: Call,
        slot: OwnedSemaphorePermit,
    ) -> Result<Bytes, InvokeError> {
        let (sender, receiver) = oneshot::channel();
        let function = Arc::clone(function);
        self.inner.started.fetch_add(1, Ordering::SeqCst);
        self.inner.invocations.spawn(async move {
            let answer = |result| {
                let _ = sender.send(result);
            };
            function.handle(call, slot, answer).await;
        });
        receiver.await.unwrap_or(Err(InvokeError::ShuttingDown))
    }

    async fn retire_idle(self, limit: Duration) {
        let mut rounds = time::interval(limit.clamp(Duration::from_millis(1), RETIREMENT_ROUND));
        loop {
            tokio::select! {
                _ = rounds.tick() => {}
                () = self.inner.closing.cancelled() => return,
            }
            self.inner.functions.values().for_each(|function| function.retire_idle(limit));
        }
    }
}

fn check_size(payload: &Bytes, limit: usize) -> Result<(), InvokeError> {
    if payload.len() > limit {
        return Err(InvokeError::PayloadTooLarge { size: payload.len(), limit });
    }
    Ok(())
}
