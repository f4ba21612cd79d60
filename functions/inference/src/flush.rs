//! Working after the response, in the time that an internal extension has before the
//! sandbox freezes.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::{Duration, UNIX_EPOCH};

use lambda_extension::{Error, Extension, NextEvent, service_fn};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::{Mutex, mpsc};

use crate::handler::Inference;
use crate::invocation::before;

/// What is left of an invocation's time for saying that the work is done.
const RESERVE: Duration = Duration::from_millis(100);

/// Tells the extension that an invocation has been answered, also when its handler
/// panics.
pub(crate) struct Answered(Invocations);

impl Drop for Answered {
    fn drop(&mut self) {
        let Invocations { waiting, answered } = &self.0;
        waiting.fetch_sub(1, Ordering::Relaxed);
        // Without an extension there is nobody to tell.
        let _ = answered.send(());
    }
}

/// One end for the handler, one for the extension.
pub(crate) fn channel() -> (Invocations, UnboundedReceiver<()>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Invocations { waiting: Arc::default(), answered: sender }, receiver)
}

/// Makes one [`Answered`] for each invocation.
#[derive(Clone)]
pub(crate) struct Invocations {
    /// How many wait for their answers to go out.
    waiting: Arc<AtomicUsize>,
    answered: UnboundedSender<()>,
}

impl Invocations {
    /// To be dropped when the invocation has been answered.
    pub(crate) fn begin(&self) -> Answered {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        Answered(self.clone())
    }

    /// Lets a future rest while an invocation waits for its answer: on one thread, what
    /// follows an answer must not come before it. It has to be polled by the same task, after
    /// the invocations: so nothing has to wake it when an answer has gone out.
    pub(crate) async fn make_way<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|context| match self.waiting.load(Ordering::Relaxed) {
            0 => future.as_mut().poll(context),
            _ => Poll::Pending,
        })
        .await
    }
}

/// Registers the extension and serves its events: after each invocation, settle. It can
/// not ask to be told of the sandbox's end: that is for external extensions.
pub(crate) async fn extension(
    inference: Arc<Inference>,
    answered: UnboundedReceiver<()>,
) -> Result<impl Future<Output = Result<(), Error>>, Error> {
    let answered = Arc::new(Mutex::new(answered));
    let extension = Extension::new()
        .with_events(&["INVOKE"])
        .with_extension_name("after-the-answer")
        .with_events_processor(service_fn(move |event: lambda_extension::LambdaEvent| {
            let (inference, answered) = (Arc::clone(&inference), Arc::clone(&answered));
            async move {
                if let NextEvent::Invoke(invoked) = event.next {
                    answered.lock().await.recv().await;
                    let stopped = UNIX_EPOCH + Duration::from_millis(invoked.deadline_ms);
                    inference.settle(before(stopped, RESERVE)).await;
                }
                Ok::<(), Error>(())
            }
        }))
        .register()
        .await?;
    Ok(extension.run())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_follows_an_answer_makes_way_for_it() {
        let (invocations, _answered) = channel();
        let told = Mutex::new(Vec::new());
        let invocation = async {
            let answered = invocations.begin();
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            told.lock().await.push("answer");
            drop(answered);
        };
        let follower = invocations.make_way(async { told.lock().await.push("what follows") });
        tokio::join!(biased; invocation, follower);
        assert_eq!(told.into_inner(), ["answer", "what follows"]);
    }
}
