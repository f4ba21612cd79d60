//! What is measured while a run goes on.

use std::time::Instant;

use jiff::Timestamp;
use model_factory::name::{Alias, ModelName};
use model_factory::runtime::memory;
use model_factory::storage::keys;
use model_factory::training::Contender;
use model_factory::window::Window;

use crate::record::{Lineage, RunRecord, Seconds};
use crate::report::{Outcome, Run};

/// What is measured while a run goes on.
pub(crate) struct Account {
    began: Instant,
    started_at: Timestamp,
    /// How long its parts took so far.
    pub(crate) seconds: Seconds,
    /// What is known of its lineage so far.
    pub(crate) lineage: Lineage,
    /// Whether an earlier delivery has done the work, and may have written its record.
    pub(crate) done_before: bool,
}

impl Account {
    /// Begins to measure.
    pub(crate) fn open(started_at: Timestamp) -> Self {
        memory::forget_peak();
        Self {
            began: Instant::now(),
            started_at,
            seconds: Seconds::default(),
            lineage: Lineage::default(),
            done_before: false,
        }
    }

    /// How long the run took so far, in parts.
    pub(crate) fn so_far(&self) -> Seconds {
        Seconds { total: self.began.elapsed().as_secs_f64(), ..self.seconds }
    }

    /// Notes which artifact the run has come to, and from which data.
    pub(crate) fn met(&mut self, model: &ModelName, contender: &Contender<'_>) {
        self.lineage.data_hash = contender.data_hash.map(str::to_owned);
        self.lineage.artifact = Some(keys::artifact(model, contender.sha256));
    }

    /// The record of a run that ends now.
    pub(crate) fn close(mut self, run: Run, told: Told, ended_at: Timestamp) -> RunRecord {
        if let Outcome::Registered { version, promoted, awaits_approval, .. } = &run.outcome {
            self.lineage.version = Some(*version);
            self.lineage.alias = match (promoted, awaits_approval) {
                (true, _) => Some(Alias::champion()),
                (_, true) => Some(Alias::challenger()),
                _ => None,
            };
        }
        let seconds = self.so_far();
        let Told { cause, forced, dataset, etag, window } = told;
        RunRecord {
            run,
            cause,
            forced,
            dataset,
            etag,
            window,
            lineage: self.lineage,
            seconds,
            peak_memory_bytes: memory::peak_bytes(),
            started_at: self.started_at,
            ended_at,
        }
    }
}

/// What the trigger told of a run.
pub(crate) struct Told {
    pub(crate) cause: String,
    pub(crate) forced: bool,
    pub(crate) dataset: Option<String>,
    pub(crate) etag: Option<String>,
    pub(crate) window: Option<Window>,
}
