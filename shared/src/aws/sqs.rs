//! Messages to an SQS queue.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::BuildError;
use aws_sdk_sqs::types::{MessageAttributeValue, SendMessageBatchRequestEntry};
use sha2::{Digest as _, Sha256};

use super::batches::batches;
use super::error::port_error;
use crate::port_error::PortError;
use crate::queue::{MESSAGE_BYTES, Message, SendMessages, Unsent};

/// The most entries that one call may have.
const ENTRIES: usize = 10;

/// The most messages that one call may receive.
const MOST_RECEIVED: i32 = 10;

/// A queue.
#[derive(Debug, Clone)]
pub struct SqsQueue {
    client: Client,
    url: String,
}

impl SqsQueue {
    /// The queue at `url`.
    #[must_use]
    pub fn new(config: &SdkConfig, url: impl Into<String>) -> Self {
        Self { client: Client::new(config), url: url.into() }
    }

    /// The queue of that name, or at that URL.
    ///
    /// # Errors
    /// When there is no such queue, or it cannot be asked for.
    pub async fn find(config: &SdkConfig, queue: &str) -> Result<Self, PortError> {
        if queue.contains("://") {
            return Ok(Self::new(config, queue));
        }
        let action = || format!("find the queue {queue}");
        let client = Client::new(config);
        let answer = client.get_queue_url().queue_name(queue).send().await;
        let url = answer.map_err(|error| port_error(action(), error))?.queue_url;
        match url {
            Some(url) => Ok(Self { client, url }),
            None => Err(PortError::terminal(action(), "the answer names no URL")),
        }
    }

    /// Some of the messages that wait, at most ten, without taking them: they are hidden for
    /// so long, so that the next call finds others, and are there again after that.
    ///
    /// # Errors
    /// When the queue cannot be asked.
    pub async fn look(&self, hidden: Duration) -> Result<Vec<Message>, PortError> {
        let seconds = i32::try_from(hidden.as_secs()).unwrap_or(i32::MAX);
        let answer = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(MOST_RECEIVED)
            .visibility_timeout(seconds)
            .message_attribute_names("All")
            .send()
            .await
            .map_err(|error| port_error(format!("look at messages of {}", self.url), error))?;
        let messages = answer.messages.unwrap_or_default().into_iter().map(|message| Message {
            id: message.message_id.unwrap_or_default(),
            group: String::new(),
            body: message.body.unwrap_or_default(),
            attributes: message
                .message_attributes
                .unwrap_or_default()
                .into_iter()
                .filter_map(|(name, value)| Some((name, value.string_value?)))
                .collect(),
        });
        Ok(messages.collect())
    }

    /// An entry of a call, named by its place.
    fn entry(
        &self,
        place: usize,
        message: &Message,
    ) -> Result<SendMessageBatchRequestEntry, BuildError> {
        let attributes = message.attributes.iter().map(|(name, value)| {
            let value =
                MessageAttributeValue::builder().data_type("String").string_value(value).build()?;
            Ok((name.clone(), value))
        });
        let attributes = attributes.collect::<Result<HashMap<_, _>, BuildError>>()?;
        let entry = SendMessageBatchRequestEntry::builder()
            .id(place.to_string())
            .message_body(&message.body)
            .set_message_attributes((!attributes.is_empty()).then_some(attributes));
        match self.url.ends_with(".fifo") {
            true => entry
                .message_group_id(token(&message.group))
                .message_deduplication_id(token(&message.id)),
            false => entry,
        }
        .build()
    }

    /// Sends the messages at `places`; which of them the queue refused, and why.
    async fn call(&self, messages: &[Message], places: Range<usize>) -> Result<(), Unsent> {
        let all = || places.clone().collect::<BTreeSet<_>>();
        let action = || format!("send {} messages to {}", places.len(), self.url);
        let chunk = messages.get(places.clone()).unwrap_or_default();
        let entries = places.clone().zip(chunk).map(|(place, message)| self.entry(place, message));
        let entries = entries.collect::<Result<Vec<_>, _>>().map_err(|error| Unsent {
            indices: all(),
            source: PortError::terminal(action(), error),
        })?;
        let answer = self
            .client
            .send_message_batch()
            .queue_url(&self.url)
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(|error| Unsent { indices: all(), source: port_error(action(), error) })?;
        let Some(first) = answer.failed.first() else { return Ok(()) };
        let words = format!("{}: {}", first.code, first.message().unwrap_or_default());
        let source = match first.sender_fault {
            true => PortError::terminal(action(), words),
            false => PortError::retryable(action(), words),
        };
        let indices = answer.failed.iter().filter_map(|refused| refused.id.parse().ok()).collect();
        Err(Unsent { indices, source })
    }
}

#[async_trait]
impl SendMessages for SqsQueue {
    async fn send(&self, messages: &[Message]) -> Result<(), Unsent> {
        for places in calls(messages) {
            let end = places.end;
            if let Err(Unsent { mut indices, source }) = self.call(messages, places).await {
                indices.extend(end..messages.len());
                return Err(Unsent { indices, source });
            }
        }
        Ok(())
    }
}

/// The places of messages that one call may carry together.
fn calls(messages: &[Message]) -> Vec<Range<usize>> {
    batches(messages.iter().map(Message::size), ENTRIES, MESSAGE_BYTES)
}

/// An id of a message or group as a queue takes it: of letters and digits, and not long.
fn token(id: &str) -> String {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    match !id.is_empty() && id.len() <= 128 && id.bytes().all(plain) {
        true => id.to_owned(),
        false => hex::encode(Sha256::digest(id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bytes: usize) -> Message {
        Message {
            id: "1".to_owned(),
            group: String::new(),
            body: "x".repeat(bytes),
            attributes: [("reason".to_owned(), "y".to_owned())].into(),
        }
    }

    #[test]
    fn a_call_carries_ten_messages_and_no_more_bytes_than_one_may_have() {
        let small: Vec<_> = (0..23).map(|_| message(10)).collect();
        assert_eq!(calls(&small), [0..10, 10..20, 20..23]);
        let large: Vec<_> = [200, 50, 100, 300].map(|kib| message(kib * 1024)).into();
        assert_eq!(calls(&large), [0..2, 2..3, 3..4], "what is too large is refused alone");
        assert!(calls(&[]).is_empty());
        assert_eq!(message(10).size(), 10 + "reason".len() + "y".len() + "String".len());
    }

    #[test]
    fn ids_are_kept_where_a_queue_takes_them() {
        assert_eq!(token("shardId-000000000000:4959"), "shardId-000000000000:4959");
        for awkward in ["", "a/b", "ä", &"x".repeat(129)] {
            assert_eq!(token(awkward).len(), 64, "{awkward}");
        }
    }
}
