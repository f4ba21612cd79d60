//! The attributes of a queue.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, de};

use super::error::SqsError;

/// A queue that is there from the start.
#[derive(Clone, Debug)]
pub struct QueueSpec {
    /// The queue's name; one that ends in `.fifo` keeps order.
    pub name: String,
    /// For how long a message that is being received is hidden from others.
    pub visibility_timeout: Duration,
    /// The queue that a message goes to, and after how many receptions.
    pub redrive: Option<(String, u32)>,
}

/// The attributes of a queue as clients set them.
pub(super) type Attributes = BTreeMap<String, String>;

/// What a queue's attributes say.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Settings {
    pub(super) visibility_seconds: u32,
    pub(super) delay_seconds: u32,
    pub(super) retention_seconds: u32,
    pub(super) wait_seconds: u32,
    pub(super) redrive: Option<Redrive>,
    pub(super) is_fifo: bool,
    pub(super) deduplicates_content: bool,
}

/// Where messages go that are received too often.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Redrive {
    dead_letter_target_arn: String,
    /// A number, which some clients write as a text.
    #[serde(deserialize_with = "number_or_text")]
    pub(super) max_receive_count: u32,
}

impl Redrive {
    pub(super) fn new(target_arn: String, max_receive_count: u32) -> Self {
        Self { dead_letter_target_arn: target_arn, max_receive_count }
    }

    /// The name of the dead-letter queue.
    pub(super) fn target(&self) -> &str {
        self.dead_letter_target_arn.rsplit(':').next().unwrap_or_default()
    }
}

impl Settings {
    /// What attributes say; defaults are those of SQS.
    pub(super) fn of(attributes: &Attributes) -> Result<Self, SqsError> {
        let mut settings = Self {
            visibility_seconds: 30,
            delay_seconds: 0,
            retention_seconds: 345_600,
            wait_seconds: 0,
            redrive: None,
            is_fifo: false,
            deduplicates_content: false,
        };
        for (name, value) in attributes {
            let invalid = || SqsError::Attribute { name: name.clone(), value: value.clone() };
            match name.as_str() {
                "VisibilityTimeout" => settings.visibility_seconds = parse(value, invalid)?,
                "DelaySeconds" => settings.delay_seconds = parse(value, invalid)?,
                "MessageRetentionPeriod" => settings.retention_seconds = parse(value, invalid)?,
                "ReceiveMessageWaitTimeSeconds" => settings.wait_seconds = parse(value, invalid)?,
                "FifoQueue" => settings.is_fifo = parse(value, invalid)?,
                "ContentBasedDeduplication" => {
                    settings.deduplicates_content = parse(value, invalid)?;
                }
                "RedrivePolicy" if value.is_empty() => settings.redrive = None,
                "RedrivePolicy" => {
                    settings.redrive = Some(serde_json::from_str(value).map_err(|_| invalid())?);
                }
                // Permissions and encryption, which nobody needs on loopback.
                "Policy"
                | "KmsMasterKeyId"
                | "KmsDataKeyReusePeriodSeconds"
                | "SqsManagedSseEnabled"
                | "MaximumMessageSize"
                | "RedriveAllowPolicy"
                | "DeduplicationScope"
                | "FifoThroughputLimit" => {}
                _ => return Err(invalid()),
            }
        }
        Ok(settings)
    }

    /// The attributes that are told of every queue, also where nobody has set them.
    pub(super) fn told(&self) -> Attributes {
        let mut told: Attributes = [
            ("VisibilityTimeout", self.visibility_seconds),
            ("DelaySeconds", self.delay_seconds),
            ("MessageRetentionPeriod", self.retention_seconds),
            ("ReceiveMessageWaitTimeSeconds", self.wait_seconds),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_string()))
        .into();
        if self.is_fifo {
            told.insert("FifoQueue".to_owned(), "true".to_owned());
            let by_content = self.deduplicates_content.to_string();
            told.insert("ContentBasedDeduplication".to_owned(), by_content);
        }
        let redrive = self.redrive.as_ref().and_then(|it| serde_json::to_string(it).ok());
        told.extend(redrive.map(|redrive| ("RedrivePolicy".to_owned(), redrive)));
        told
    }
}

fn parse<T: FromStr>(value: &str, invalid: impl Fn() -> SqsError) -> Result<T, SqsError> {
    value.parse().map_err(|_| invalid())
}

fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u32),
        Text(String),
    }
    match Either::deserialize(deserializer)? {
        Either::Number(number) => Ok(number),
        Either::Text(text) => text.parse().map_err(de::Error::custom),
    }
}
