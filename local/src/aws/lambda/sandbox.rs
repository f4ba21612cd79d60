//! One execution environment: a child process and its interfaces.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::call::Call;
use super::environment;
use super::error::{FunctionError, InvokeError};
use super::limits::INIT_LIMIT;
use super::logs::Log;
use super::process::Process;
use super::runtime_api::SandboxApi;
use super::session::{Answer, Invocation, Session};
use super::spec::FunctionSpec;
use super::{extensions_api, runtime_api};
use crate::aws::{arn, http_server};

/// What the sandboxes of one function share.
#[derive(Debug)]
pub(super) struct SandboxContext {
    pub(super) spec: FunctionSpec,
    pub(super) region: String,
    /// Variables that every function gets.
    pub(super) environment: BTreeMap<String, String>,
    pub(super) log: Log,
    /// Cancelled when Lambda shuts down.
    pub(super) closing: CancellationToken,
    /// Holds the supervisor of each sandbox.
    pub(super) tasks: TaskTracker,
}

/// A sandbox that has come up. Dropping it ends the process gently.
#[derive(Debug)]
pub(super) struct Sandbox {
    api: Arc<SandboxApi>,
    timeout: Duration,
    exited: watch::Receiver<Option<String>>,
    kill: CancellationToken,
    idle_since: Instant,
    _retire: DropGuard,
}

/// How the work on one invocation ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// The function answered.
    Answered(Answer),
    /// The deadline passed.
    TimedOut,
    /// The process died at work.
    Died(FunctionError),
    /// The process died before it picked the invocation up.
    NeverStarted(FunctionError),
}

impl Sandbox {
    /// Starts a process and waits until it asks for work.
    ///
    /// # Errors
    /// [`InvokeError::Start`] if there is no process, [`InvokeError::Function`]
    /// if it gives up or takes too long.
    pub(super) async fn start(context: &SandboxContext) -> Result<Self, InvokeError> {
        let sandbox = Self::spawn(context).await.map_err(|source| InvokeError::Start {
            function: context.spec.name.clone(),
            command: context.spec.command.clone(),
            source,
        })?;
        let limit = sandbox.timeout.max(INIT_LIMIT);
        let ready = tokio::select! {
            ready = sandbox.session().idle() => ready,
            reason = sandbox.exit() => Err(FunctionError::new("Runtime.ExitError", reason)),
            () = time::sleep(limit) => Err(FunctionError::new(
                "Sandbox.Timedout",
                format!("initialization timed out after {:.2} seconds", limit.as_secs_f64()),
            )),
        };
        match ready {
            Ok(()) => Ok(sandbox),
            Err(error) => {
                sandbox.kill();
                Err(error.into())
            }
        }
    }

    async fn spawn(context: &SandboxContext) -> io::Result<Self> {
        let spec = &context.spec;
        let listener = http_server::bind().await?;
        let id = Uuid::now_v7().simple().to_string();
        let common = &context.environment;
        let variables = environment::variables(spec, common, &id, listener.local_addr()?);
        let process = Process::spawn(spec, variables, context.log.clone())?;
        let api = Arc::new(SandboxApi {
            session: Session::default(),
            function: spec.name.clone(),
            function_arn: arn::function(&context.region, &spec.name),
        });
        let router =
            runtime_api::router().merge(extensions_api::router()).with_state(Arc::clone(&api));
        let retire = context.closing.child_token();
        let kill = CancellationToken::new();
        let (exit, exited) = watch::channel(None);
        let (retired, killed) = (retire.clone(), kill.clone());
        context.tasks.spawn(async move {
            tokio::select! {
                reason = process.supervise(&retired, &killed) => exit.send_replace(Some(reason)),
                // Accepting connections goes on for as long as the process.
                () = http_server::serve(listener, router, CancellationToken::new()) => None,
            }
        });
        Ok(Self {
            api,
            timeout: spec.timeout,
            exited,
            kill,
            idle_since: Instant::now(),
            _retire: retire.drop_guard(),
        })
    }

    /// Gives the function one event and waits for what becomes of it.
    pub(super) async fn invoke(&self, request_id: &str, call: Call) -> Ended {
        let timeout_ms = i64::try_from(self.timeout.as_millis()).unwrap_or(i64::MAX);
        let now_ms = Timestamp::now().as_millisecond();
        let answer = self.session().assign(Invocation {
            request_id: request_id.to_owned(),
            trace_id: call.trace_id.unwrap_or_else(|| trace_id(now_ms)),
            deadline_ms: now_ms.saturating_add(timeout_ms),
            payload: call.payload,
        });
        tokio::select! {
            // An answer counts even if the process ended right after it.
            biased;
            Ok(answer) = answer => Ended::Answered(answer),
            reason = self.exit() => {
                let error = FunctionError::new(
                    "Runtime.ExitError",
                    format!("RequestId: {request_id} Error: {reason}"),
                );
                if self.session().reclaim() { Ended::NeverStarted(error) } else { Ended::Died(error) }
            }
            () = time::sleep(self.timeout) => Ended::TimedOut,
        }
    }

    /// Waits until the runtime and all extensions have asked for more work;
    /// false if they do not within the function's timeout.
    pub(super) async fn settle(&mut self) -> bool {
        let settled = tokio::select! {
            idle = self.session().idle() => idle.is_ok(),
            _ = self.exit() => false,
            () = time::sleep(self.timeout) => false,
        };
        self.idle_since = Instant::now();
        settled
    }

    /// Ends the process at once.
    pub(super) fn kill(&self) {
        self.kill.cancel();
    }

    pub(super) fn is_alive(&self) -> bool {
        self.exited.borrow().is_none()
    }

    pub(super) fn idle_time(&self) -> Duration {
        self.idle_since.elapsed()
    }

    fn session(&self) -> &Session {
        &self.api.session
    }

    /// Why the process ended, once it has.
    async fn exit(&self) -> String {
        let mut exited = self.exited.clone();
        let reason = exited.wait_for(Option::is_some).await;
        reason.ok().and_then(|reason| reason.clone()).unwrap_or_else(|| "Runtime exited".to_owned())
    }
}

/// An X-Ray trace header that is not sampled.
fn trace_id(now_ms: i64) -> String {
    let id = Uuid::now_v7().simple().to_string();
    format!("Root=1-{:08x}-{};Sampled=0", now_ms / 1000, id.get(8..).unwrap_or_default())
}
