//! Working after the response, in the time that an internal extension has before the
//! sandbox freezes.

use std::sync::Arc;

use lambda_extension::{Error, Extension, NextEvent, service_fn};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::{Mutex, mpsc};

use crate::handler::Inference;

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
                if matches!(event.next, NextEvent::Invoke(_)) {
                    answered.lock().await.recv().await;
                    inference.settle().await;
                }
                Ok::<(), Error>(())
            }
        }))
        .register()
        .await?;
    Ok(extension.run())
}
