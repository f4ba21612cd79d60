//! What is left to do when an answer has gone out.

use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use jiff::Timestamp;
use model_factory::name::{ModelName, Reference};
use model_factory::protocol::{Contract, Sent};
use model_factory::registry::Pinned;
use model_factory::serving::ServedModel;

use crate::answer::{self, MODEL_VERSION};
use crate::telemetry::Answered;

/// The most exchanges that wait at once; more are not captured, and counted.
const MOST: usize = 64;

/// An exchange whose answer is on its way.
#[derive(Debug)]
pub(crate) struct Exchanged {
    pub(crate) event_id: String,
    pub(crate) inference_id: Option<String>,
    pub(crate) time: Timestamp,
    pub(crate) protocol: Contract,
    pub(crate) content_type: Option<String>,
    pub(crate) query: Option<String>,
    pub(crate) request: Bytes,
    pub(crate) response: Bytes,
    pub(crate) model: ModelName,
    pub(crate) served: Arc<ServedModel>,
    pub(crate) variant: Reference,
    pub(crate) shadow: Option<Pinned>,
}

impl Exchanged {
    /// What the client gets.
    pub(crate) fn answer(&self) -> Response<Bytes> {
        self.told(answer::bytes(self.response.clone()))
    }

    /// A response that tells which version answered.
    pub(crate) fn told(&self, mut response: Response<Bytes>) -> Response<Bytes> {
        answer::set(&mut response, MODEL_VERSION, &self.served.version.to_string());
        response
    }

    /// What the client sent.
    pub(crate) fn sent(&self) -> Sent<'_> {
        let (content_type, query) = (self.content_type.as_deref(), self.query.as_deref());
        Sent { content_type, query, body: &self.request }
    }
}

/// What waits for the answer to go out.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    pub(crate) exchanged: Vec<Exchanged>,
    pub(crate) answered: Vec<Answered>,
    /// Exchanges that are not captured.
    pub(crate) lost: u64,
}

/// Collects what waits for the answer to go out.
#[derive(Debug, Default)]
pub(crate) struct After {
    waiting: Waiting,
    /// The function's name, until its first request is told of.
    cold: Option<String>,
}

impl After {
    /// Nothing yet, in a new sandbox of a function.
    pub(crate) fn of_function(name: &str) -> Self {
        Self { cold: Some(name.to_owned()), ..Self::default() }
    }

    /// An exchange that shall be captured.
    pub(crate) fn capture(&mut self, exchanged: Exchanged) {
        let Waiting { exchanged: waiting, lost, .. } = &mut self.waiting;
        match waiting.len() < MOST {
            true => waiting.push(exchanged),
            false => *lost += 1,
        }
    }

    /// A request that shall be told of.
    pub(crate) fn tell(&mut self, answered: Answered) {
        let cold = self.cold.take();
        self.waiting.answered.push(Answered { cold, ..answered });
    }

    /// All that waits; nothing does then.
    pub(crate) fn take(&mut self) -> Waiting {
        std::mem::take(&mut self.waiting)
    }
}
