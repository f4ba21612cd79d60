//! A queue in a list.

use std::sync::Mutex;

use async_trait::async_trait;

use super::lock;
use crate::queue::{Message, SendMessages, Unsent};

/// A queue in memory, from which nobody receives but tests.
#[derive(Debug, Default)]
pub struct MemoryQueue {
    messages: Mutex<Vec<Message>>,
}

impl MemoryQueue {
    /// All messages, in the order in which they were sent.
    pub fn messages(&self) -> Vec<Message> {
        lock(&self.messages).clone()
    }
}

#[async_trait]
impl SendMessages for MemoryQueue {
    async fn send(&self, messages: &[Message]) -> Result<(), Unsent> {
        lock(&self.messages).extend_from_slice(messages);
        Ok(())
    }
}
