//! Messages on their way into a queue and out of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::attributes::{Attribute, MessageAttributes};
use super::digest;
use super::error::SqsError;

/// The most bytes of a message, and of the messages of a batch together.
pub(super) const SIZE_LIMIT: usize = 1024 * 1024;

/// A message that is to be sent.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct NewMessage {
    pub(super) message_body: String,
    pub(super) delay_seconds: Option<u32>,
    #[serde(default)]
    pub(super) message_attributes: MessageAttributes,
    pub(super) message_group_id: Option<String>,
    pub(super) message_deduplication_id: Option<String>,
}

/// A message that was sent; the members are those of the answer.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Sent {
    pub(super) message_id: String,
    #[serde(rename = "MD5OfMessageBody")]
    md5_of_body: String,
    #[serde(rename = "MD5OfMessageAttributes", skip_serializing_if = "Option::is_none")]
    md5_of_attributes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sequence_number: Option<String>,
}

/// A message that is being received.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) message_id: String,
    pub(super) receipt: String,
    pub(super) body: String,
    pub(super) attributes: MessageAttributes,
    /// What the queue knows of it, by SQS's names.
    pub(super) system: BTreeMap<String, String>,
    /// How often it was received, this time included.
    pub(super) receptions: u32,
}

impl NewMessage {
    pub(super) fn size(&self) -> usize {
        let attributes = self.message_attributes.iter().map(|(name, attribute)| {
            let Attribute { data_type, string_value, binary_value } = attribute;
            let value = string_value.as_ref().or(binary_value.as_ref());
            name.len() + data_type.len() + value.map_or(0, String::len)
        });
        self.message_body.len() + attributes.sum::<usize>()
    }

    /// Checks what can be told without the queue.
    pub(super) fn check(&self) -> Result<(), SqsError> {
        if self.message_body.is_empty() {
            return Err(SqsError::Parameter("A message must have a body.".to_owned()));
        }
        if self.size() > SIZE_LIMIT {
            let words = format!("A message has {SIZE_LIMIT} bytes at most, not {}.", self.size());
            return Err(SqsError::Parameter(words));
        }
        if self.message_attributes.len() > 10 {
            return Err(SqsError::Parameter("A message has 10 attributes at most.".to_owned()));
        }
        let values = self.message_attributes.values();
        let texts = values.filter_map(|attribute| attribute.string_value.as_ref());
        for text in texts.clone().chain([&self.message_body]) {
            if !text.chars().all(can_be_sent) {
                return Err(SqsError::Characters);
            }
        }
        if texts.clone().any(String::is_empty) {
            return Err(SqsError::Parameter("An attribute must have a value.".to_owned()));
        }
        Ok(())
    }

    /// The answer to the one who sent it.
    pub(super) fn sent(&self, message_id: String, sequence_number: Option<String>) -> Sent {
        Sent {
            message_id,
            md5_of_body: digest::of_body(&self.message_body),
            md5_of_attributes: digest::of_attributes(&self.message_attributes),
            sequence_number,
        }
    }
}

fn can_be_sent(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}
