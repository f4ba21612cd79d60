//! Writing captures after the response, in the time that an internal extension has
//! before the sandbox freezes.

use std::sync::Arc;

use lambda_extension::{Error, Extension, NextEvent, service_fn};
use model_factory::port_error::chain;
use model_factory::serving::ModelCache;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::{Mutex, mpsc};

use crate::captures::Captures;

/// Tells the extension that an invocation has been answered, also when its handler
/// panics.
pub(crate) struct Answered(UnboundedSender<()>);

impl Drop for Answered {
    fn drop(&mut self) {
        // Without an extension there is nobody to tell.
        let _ = self.0.send(());
    }
}

/// One end for the handler, one for the extension.
pub(crate) fn channel() -> (Invocations, UnboundedReceiver<()>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Invocations(sender), receiver)
}

/// Makes one [`Answered`] for each invocation.
#[derive(Clone)]
pub(crate) struct Invocations(UnboundedSender<()>);

impl Invocations {
    /// To be dropped when the invocation has been answered.
    pub(crate) fn begin(&self) -> Answered {
        Answered(self.0.clone())
    }
}

/// Registers the extension and serves its events: after each invocation, flush.
pub(crate) async fn extension(
    captures: Arc<Captures>,
    models: Arc<ModelCache>,
    answered: UnboundedReceiver<()>,
) -> Result<impl Future<Output = Result<(), Error>>, Error> {
    let answered = Arc::new(Mutex::new(answered));
    let extension = Extension::new()
        .with_events(&["INVOKE"])
        .with_extension_name("capture-flush")
        .with_events_processor(service_fn(move |event: lambda_extension::LambdaEvent| {
            let (captures, answered) = (Arc::clone(&captures), Arc::clone(&answered));
            let models = Arc::clone(&models);
            async move {
                if matches!(event.next, NextEvent::Invoke(_)) {
                    answered.lock().await.recv().await;
                    if let Err(error) = captures.flush().await {
                        tracing::error!(
                            error = chain(&error),
                            "captures are not written; they are tried again after the next request"
                        );
                    }
                    models.settle().await;
                }
                Ok::<(), Error>(())
            }
        }))
        .register()
        .await?;
    Ok(extension.run())
}
