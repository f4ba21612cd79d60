//! How far a run is, for those who wait for it.

use std::time::Duration;

use jiff::Timestamp;
use model_factory::name::ModelName;
use model_factory::storage::keys;
use model_factory::training::Progress;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::ports::Ports;

/// The least time between two notes.
const PAUSE: Duration = Duration::from_secs(1);

/// What a run leaves in `runs/{model}/{run}/progress.json` while it searches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProgressRecord {
    /// The run.
    pub run: String,
    /// The key of the data set that it learns from.
    pub dataset: Option<String>,
    /// When the note was written.
    pub at: Timestamp,
    /// How far the search is.
    #[serde(flatten)]
    pub progress: Progress,
}

/// Where a run notes how far it is.
pub(crate) struct ProgressNotes<'a> {
    pub(crate) ports: &'a Ports,
    pub(crate) model: &'a ModelName,
    pub(crate) run: &'a str,
    pub(crate) dataset: Option<&'a str>,
}

impl ProgressNotes<'_> {
    /// Writes the newest progress down, at most once a second, until nobody tells of
    /// more. A note that cannot be written is no reason to end a training.
    pub(crate) async fn write(&self, mut told: watch::Receiver<Option<Progress>>) {
        let key = keys::run(self.model, self.run, "progress.json");
        while told.changed().await.is_ok() {
            let Some(progress) = told.borrow_and_update().clone() else { continue };
            let record = ProgressRecord {
                run: self.run.to_owned(),
                dataset: self.dataset.map(str::to_owned),
                at: self.ports.clock.now(),
                progress,
            };
            match serde_json::to_vec(&record) {
                Ok(bytes) => {
                    let written = self.ports.write_objects.put(&key, keys::JSON, bytes.into());
                    if let Err(error) = written.await {
                        tracing::warn!(%error, "the progress is not noted");
                    }
                }
                Err(error) => tracing::warn!(%error, "the progress cannot be written"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
