//! What is known of a model that has met the gate, however it came about.

use std::collections::BTreeMap;

use super::{Adopted, Decision, Trained, TrainedSeries};
use crate::dataset::{Labelled, Schema};
use crate::metrics::{Interval, Metric};

/// A model that has met the gate: trained on rows, trained on series, or taken over.
#[derive(Debug, Clone, Copy)]
pub struct Contender<'a> {
    /// The artifact's bytes.
    pub artifact: &'a [u8],
    /// The SHA-256 of `artifact`.
    pub sha256: &'a str,
    /// Its inputs and task.
    pub schema: &'a Schema,
    /// The hash of the data's content; `None` without data.
    pub data_hash: Option<&'a str>,
    /// How many rows it learned from and was measured on; 0 without data.
    pub rows: usize,
    /// How it was made, in a few words.
    pub learner: &'a str,
    /// The metric that ranks the model's versions.
    pub metric: Metric,
    /// Its metrics on what was held out; empty without data.
    pub metrics: &'a BTreeMap<Metric, f64>,
    /// The 95 % intervals of these.
    pub intervals: &'a BTreeMap<Metric, Interval>,
    /// The champion's metrics on the same rows; empty when there is none to be scored.
    pub champion: &'a BTreeMap<Metric, f64>,
    /// The naive baseline's metrics on the same rows.
    pub baseline: &'a BTreeMap<Metric, f64>,
    /// How many rows, or steps of series, were held out.
    pub held_out: usize,
    /// How long one row, or one series, takes, in milliseconds; `None` where that was not
    /// measured.
    pub latency_ms: Option<f64>,
    /// What the gate said.
    pub decision: &'a Decision,
}

impl Trained {
    /// What is known of the model, which was trained on `data`.
    #[must_use]
    pub fn contender<'a>(&'a self, data: &'a Labelled) -> Contender<'a> {
        Contender {
            artifact: &self.artifact,
            sha256: &self.sha256,
            schema: &data.schema,
            data_hash: Some(&self.data_hash),
            rows: data.rows(),
            learner: &self.learner,
            metric: self.metric,
            metrics: &self.metrics,
            intervals: &self.assessment.intervals,
            champion: &self.assessment.champion,
            baseline: &self.assessment.baseline,
            held_out: self.assessment.evaluation.rows(),
            latency_ms: Some(self.assessment.latency_ms).filter(|time| time.is_finite()),
            decision: &self.decision,
        }
    }
}

impl TrainedSeries {
    /// What is known of the model.
    #[must_use]
    pub fn contender(&self) -> Contender<'_> {
        Contender {
            artifact: &self.artifact,
            sha256: &self.sha256,
            schema: &self.schema,
            data_hash: Some(&self.data_hash),
            rows: self.rows,
            learner: &self.learner,
            metric: self.metric,
            metrics: &self.metrics,
            intervals: &self.intervals,
            champion: &self.champion,
            baseline: &self.baseline,
            held_out: self.measured.evaluation.rows(),
            latency_ms: Some(self.latency_ms),
            decision: &self.decision,
        }
    }
}

impl Adopted {
    /// What is known of the model.
    #[must_use]
    pub fn contender(&self) -> Contender<'_> {
        static UNKNOWN: BTreeMap<Metric, f64> = BTreeMap::new();
        static UNCERTAIN: BTreeMap<Metric, Interval> = BTreeMap::new();
        let assessment = self.measured.as_ref().map(|measured| &measured.assessment);
        let latency_ms = assessment.map(|it| it.latency_ms);
        Contender {
            artifact: &self.artifact,
            sha256: &self.sha256,
            schema: &self.schema,
            data_hash: self.data_hash.as_deref(),
            rows: self.rows,
            learner: &self.learner,
            metric: self.metric,
            metrics: &self.metrics,
            intervals: assessment.map_or(&UNCERTAIN, |it| &it.intervals),
            champion: assessment.map_or(&UNKNOWN, |it| &it.champion),
            baseline: assessment.map_or(&UNKNOWN, |it| &it.baseline),
            held_out: assessment.map_or(0, |it| it.evaluation.rows()),
            latency_ms: latency_ms.filter(|time| time.is_finite()),
            decision: &self.decision,
        }
    }
}
