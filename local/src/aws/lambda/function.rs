//! A function and its sandboxes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time;
use uuid::Uuid;

use super::call::Call;
use super::error::InvokeError;
use super::sandbox::{Ended, Sandbox, SandboxContext};

/// How long to wait for a sandbox that is about to be idle before another is
/// started. A runtime needs no more to ask for work again, so a caller with
/// one request at a time meets one sandbox only.
const SETTLING_PATIENCE: Duration = Duration::from_millis(20);

/// A function that can be invoked.
#[derive(Debug)]
pub(super) struct Function {
    context: SandboxContext,
    /// One permit for each sandbox that may be busy.
    slots: Arc<Semaphore>,
    pool: watch::Sender<Pool>,
}

/// The sandboxes that are not at work.
#[derive(Debug, Default)]
struct Pool {
    /// Those that can take an event; the last was used last.
    idle: Vec<Sandbox>,
    /// How many have answered and are about to be idle.
    settling: usize,
}

impl Function {
    pub(super) fn new(context: SandboxContext) -> Self {
        let slots = Arc::new(Semaphore::new(context.spec.concurrency));
        Self { context, slots, pool: watch::Sender::default() }
    }

    pub(super) fn concurrency(&self) -> usize {
        self.context.spec.concurrency
    }

    /// Waits for the right to occupy a sandbox.
    pub(super) async fn slot(&self) -> Result<OwnedSemaphorePermit, InvokeError> {
        Arc::clone(&self.slots).acquire_owned().await.map_err(|_| InvokeError::ShuttingDown)
    }

    /// Handles one event, and answers as soon as the function does. The slot
    /// is free again only when the sandbox is.
    pub(super) async fn handle(
        &self,
        call: Call,
        slot: OwnedSemaphorePermit,
        answer: impl FnOnce(Result<Bytes, InvokeError>),
    ) {
        let request_id = Uuid::now_v7().to_string();
        let started = Instant::now();
        let (ended, sandbox) = match self.run(&request_id, call).await {
            Ok(run) => run,
            Err(error) => {
                self.report(&request_id, started.elapsed(), &error.to_string());
                return answer(Err(error));
            }
        };
        let result = match ended {
            Ended::Answered(answer) => answer.map_err(InvokeError::from),
            Ended::TimedOut => Err(InvokeError::Timeout(self.context.spec.timeout)),
            Ended::Died(error) | Ended::NeverStarted(error) => Err(error.into()),
        };
        let status =
            result.as_ref().err().map_or_else(|| "success".to_owned(), ToString::to_string);
        let usable = matches!(result, Ok(_) | Err(InvokeError::Function(_)));
        self.report(&request_id, started.elapsed(), &status);
        self.pool.send_modify(|pool| pool.settling += 1);
        answer(result);
        self.give_back(sandbox, usable).await;
        drop(slot);
    }

    /// Ends the sandboxes that have been idle for longer than `limit`.
    pub(super) fn retire_idle(&self, limit: Duration) {
        self.pool.send_modify(|pool| {
            pool.idle.retain(|sandbox| sandbox.is_alive() && sandbox.idle_time() < limit);
        });
    }

    /// Refuses further work and lets go of idle sandboxes.
    pub(super) fn close(&self) {
        self.slots.close();
        self.pool.send_modify(|pool| pool.idle.clear());
    }

    async fn run(&self, request_id: &str, call: Call) -> Result<(Ended, Sandbox), InvokeError> {
        while let Some(sandbox) = self.warm().await {
            match sandbox.invoke(request_id, call.clone()).await {
                // It died in its sleep: the function has not seen the event.
                Ended::NeverStarted(_) => {}
                ended => return Ok((ended, sandbox)),
            }
        }
        let starting = Instant::now();
        let sandbox = Sandbox::start(&self.context).await?;
        let took = starting.elapsed().as_secs_f64() * 1e3;
        self.context.log.write(&format!("INIT_REPORT Init Duration: {took:.2} ms"));
        Ok((sandbox.invoke(request_id, call).await, sandbox))
    }

    /// A sandbox that is idle, or about to be.
    async fn warm(&self) -> Option<Sandbox> {
        let mut changes = self.pool.subscribe();
        let change = changes.wait_for(|pool| !pool.idle.is_empty() || pool.settling == 0);
        // Whatever came of it, the pool knows better by now.
        let _ = time::timeout(SETTLING_PATIENCE, change).await;
        let mut sandbox = None;
        self.pool.send_modify(|pool| sandbox = pool.idle.pop());
        sandbox
    }

    async fn give_back(&self, mut sandbox: Sandbox, usable: bool) {
        let reusable = usable && sandbox.settle().await;
        if !reusable {
            sandbox.kill();
        }
        self.pool.send_modify(|pool| {
            pool.settling -= 1;
            if reusable && !self.slots.is_closed() {
                pool.idle.push(sandbox);
            }
        });
    }

    fn report(&self, request_id: &str, took: Duration, status: &str) {
        let took = took.as_secs_f64() * 1e3;
        self.context.log.write(&format!(
            "REPORT RequestId: {request_id}\tDuration: {took:.2} ms\tStatus: {status}"
        ));
    }
}
