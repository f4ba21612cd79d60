//! A training on a thread of its own, watched from the one that answers for the run.

use model_factory::training::{TrainingContext, TrainingError};
use tokio::sync::watch;

use crate::blocking;
use crate::invocation::Invocation;
use crate::job::Job;
use crate::progress::ProgressNotes;
use crate::stop::Stop;

/// Trains on a thread of its own, so that the run's claim is renewed and its progress noted
/// meanwhile.
pub(crate) async fn train<T: Send + 'static>(
    job: &Job<'_>,
    invocation: &Invocation,
    train: impl FnOnce(&TrainingContext<'_>) -> Result<T, TrainingError> + Send + 'static,
) -> Result<T, Stop> {
    let (deadline, end) = (invocation.search_deadline(), invocation.end());
    let memory_bytes = invocation.search_memory();
    let (tell, told) = watch::channel(None);
    let mut training = tokio::task::spawn_blocking(move || {
        train(&TrainingContext {
            deadline,
            end,
            memory_bytes,
            watch: &|progress| drop(tell.send_replace(Some(progress.clone()))),
        })
    });
    let notes = ProgressNotes {
        ports: job.ports,
        model: job.model,
        run: job.run,
        dataset: job.source.key.as_deref(),
    };
    let trained = tokio::select! {
        biased;
        trained = &mut training => trained,
        () = notes.write(told) => training.await,
    };
    blocking::ended(trained.map(|trained| trained.map_err(Stop::from)))
}
