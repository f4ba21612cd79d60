//! Events: what the factory publishes, and what it is told.

mod incoming;
mod run;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::port_error::PortError;

pub use incoming::{DatasetObject, InvalidEvent, TrainingRequest, Trigger, parse};
pub use run::{identity, run_id, run_of_event};

/// The `source` of every event of the factory.
pub const SOURCE: &str = "io.model-factory";

/// The kinds of event, by the name in `detail-type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventKind {
    /// A data set arrived and is being trained on.
    #[serde(rename = "Dataset Received")]
    DatasetReceived,
    /// A data set was rejected and lies in quarantine.
    #[serde(rename = "Dataset Rejected")]
    DatasetRejected,
    /// A training run ended well.
    #[serde(rename = "Training Completed")]
    TrainingCompleted,
    /// A training run failed.
    #[serde(rename = "Training Failed")]
    TrainingFailed,
    /// A training was not needed yet.
    #[serde(rename = "Training Skipped")]
    TrainingSkipped,
    /// A version was registered.
    #[serde(rename = "Model Registered")]
    ModelRegistered,
    /// A version passed the gate and waits for a person.
    #[serde(rename = "Approval Requested")]
    ApprovalRequested,
    /// A version became the champion.
    #[serde(rename = "Model Promoted")]
    ModelPromoted,
    /// The gate kept a version from becoming the champion, or a person rejected it.
    #[serde(rename = "Model Rejected")]
    ModelRejected,
    /// The champion was moved back.
    #[serde(rename = "Model Rolled Back")]
    ModelRolledBack,
    /// A version's artifact cannot be read; the version before it goes on answering where
    /// it is loaded.
    #[serde(rename = "Artifact Damaged")]
    ArtifactDamaged,
    /// An alias's requests are shared with other versions, or no longer.
    #[serde(rename = "Traffic Shared")]
    TrafficShared,
    /// A window of traffic differs from what the champion was trained on.
    #[serde(rename = "Drift Detected")]
    DriftDetected,
    /// A file was scored.
    #[serde(rename = "Batch Inference Completed")]
    BatchInferenceCompleted,
    /// A file cannot be scored.
    #[serde(rename = "Batch Inference Failed")]
    BatchInferenceFailed,
    /// Somebody asks for files to be scored.
    #[serde(rename = "Batch Inference Requested")]
    BatchInferenceRequested,
    /// Somebody asks for a training.
    #[serde(rename = "Retrain Requested")]
    RetrainRequested,
    /// Somebody asks for a drift check.
    #[serde(rename = "Drift Check Requested")]
    DriftCheckRequested,
}

impl EventKind {
    /// The kind's name in `detail-type`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DatasetReceived => "Dataset Received",
            Self::DatasetRejected => "Dataset Rejected",
            Self::TrainingCompleted => "Training Completed",
            Self::TrainingFailed => "Training Failed",
            Self::TrainingSkipped => "Training Skipped",
            Self::ModelRegistered => "Model Registered",
            Self::ApprovalRequested => "Approval Requested",
            Self::ModelPromoted => "Model Promoted",
            Self::ModelRejected => "Model Rejected",
            Self::ModelRolledBack => "Model Rolled Back",
            Self::ArtifactDamaged => "Artifact Damaged",
            Self::TrafficShared => "Traffic Shared",
            Self::DriftDetected => "Drift Detected",
            Self::BatchInferenceCompleted => "Batch Inference Completed",
            Self::BatchInferenceFailed => "Batch Inference Failed",
            Self::BatchInferenceRequested => "Batch Inference Requested",
            Self::RetrainRequested => "Retrain Requested",
            Self::DriftCheckRequested => "Drift Check Requested",
        }
    }
}

/// An event to publish.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Unique among the factory's events. The same happening has the same id, so
    /// that a receiver can tell a second delivery.
    pub id: String,
    /// What happened.
    pub kind: EventKind,
    /// What it happened to: a model's name, or a key that names none.
    pub subject: String,
    /// When it happened.
    pub time: Timestamp,
    /// Its particulars, an object.
    pub data: Value,
}

impl Event {
    /// The event's `detail`: CloudEvents 1.0 attributes and data.
    #[must_use]
    pub fn detail(&self) -> Value {
        serde_json::json!({
            "metadata": {
                "id": self.id,
                "source": SOURCE,
                "specversion": "1.0",
                "type": self.kind.name(),
                "subject": self.subject,
                "time": self.time,
            },
            "data": self.data,
        })
    }
}

/// Publishes events.
#[async_trait]
pub trait PublishEvents: Send + Sync {
    /// Publishes all events, in order.
    ///
    /// # Errors
    /// When the bus did not take every one of them.
    async fn publish(&self, events: &[Event]) -> Result<(), PortError>;
}
