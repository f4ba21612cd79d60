//! Messages to a queue: the port to SQS.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use crate::port_error::PortError;

/// The most bytes that one message may have, with the names and values of its attributes:
/// what every queue takes whose limit nobody has changed.
pub const MESSAGE_BYTES: usize = 256 * 1024;

/// A message to a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What tells it apart: a queue that keeps order takes two messages of one id for one.
    pub id: String,
    /// Within what a queue that keeps order keeps it.
    pub group: String,
    /// What it says.
    pub body: String,
    /// What is said about it, at most ten, by name.
    pub attributes: BTreeMap<String, String>,
}

impl Message {
    /// The bytes that count towards [`MESSAGE_BYTES`]; each attribute's type counts too.
    #[must_use]
    pub fn size(&self) -> usize {
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|(name, value)| name.len() + value.len() + "String".len());
        self.body.len() + attributes.sum::<usize>()
    }
}

/// Messages that were not sent.
#[derive(Debug, thiserror::Error)]
#[error("{} messages were not sent", indices.len())]
pub struct Unsent {
    /// Which ones, by their places among those that were to be sent.
    pub indices: BTreeSet<usize>,
    /// Why the first of them was not.
    #[source]
    pub source: PortError,
}

/// Sends messages to one queue.
#[async_trait]
pub trait SendMessages: Send + Sync {
    /// Sends messages in their order. When one is refused, those that are not on their way
    /// yet are kept back.
    ///
    /// # Errors
    /// [`Unsent`] tells which messages the queue does not have.
    async fn send(&self, messages: &[Message]) -> Result<(), Unsent>;
}
