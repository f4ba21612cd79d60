//! Event source mappings: a queue's messages, handed to a function in batches.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time::{self, Instant};
use tokio_util::sync::CancellationToken;

use super::attributes::Attribute;
use super::digest;
use super::error::SqsError;
use super::message::Received;
use super::queues::{Queues, Receiving};
use crate::aws::lambda::{InvokeError, Lambda};

/// How long one call waits for messages.
const WAIT: Duration = Duration::from_secs(20);
/// How long to leave a store alone that failed.
const NAP: Duration = Duration::from_secs(1);

/// Which queue's messages a function is given. It answers with the messages that it could
/// not handle (`ReportBatchItemFailures`); all others are deleted.
#[derive(Clone, Debug)]
pub struct EventSourceMapping {
    /// The queue.
    pub queue: String,
    /// The function.
    pub function: String,
    /// The most messages of a batch.
    pub batch_size: usize,
    /// How long a batch that is not full waits for more messages.
    pub window: Duration,
}

/// Polls a queue for a function.
#[derive(Clone, Debug)]
pub(in crate::aws) struct Poller {
    pub(in crate::aws) mapping: EventSourceMapping,
    pub(in crate::aws) queues: Queues,
    pub(in crate::aws) lambda: Lambda,
    /// The pause before each further reception of a message; the last one stands for all
    /// that follow.
    pub(in crate::aws) backoff: Arc<[Duration]>,
}

/// A function's answer. What it lacks, or has as null, is nothing.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Answer {
    batch_item_failures: Option<Vec<ItemFailure>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ItemFailure {
    item_identifier: Option<String>,
}

impl Poller {
    /// Hands over messages until `closing` is cancelled. What is under way then can be
    /// received again.
    pub(in crate::aws) async fn run(self, closing: CancellationToken) {
        let polling = async {
            loop {
                if let Err(error) = self.round().await {
                    let queue = &self.mapping.queue;
                    tracing::error!(%queue, error = &error as &dyn std::error::Error, "messages are held up");
                    time::sleep(NAP).await;
                }
            }
        };
        let _: Option<()> = closing.run_until_cancelled(polling).await;
    }

    async fn round(&self) -> Result<(), SqsError> {
        let messages = self.gather().await?;
        if messages.is_empty() {
            return Ok(());
        }
        let EventSourceMapping { queue, function, .. } = &self.mapping;
        let event = self.event(&messages);
        let failed = match self.lambda.invoke(function, Bytes::from(event.to_string())).await {
            Ok(answer) => failures(&answer, &messages),
            Err(InvokeError::ShuttingDown) => return Ok(()),
            Err(error) => {
                tracing::warn!(%function, %error, "a batch failed");
                all(&messages)
            }
        };
        let (failed, done): (Vec<_>, Vec<_>) =
            messages.into_iter().partition(|message| failed.contains(&message.message_id));
        let receipts = done.into_iter().map(|message| message.receipt).collect();
        self.queues.delete(queue, receipts).await?;
        for Received { receipt, receptions, .. } in failed {
            let place = usize::try_from(receptions).unwrap_or(1).saturating_sub(1);
            let pause = self.backoff.get(place).or(self.backoff.last()).copied();
            match self.queues.hide(queue, &receipt, pause.unwrap_or_default()).await {
                // The function took longer than the message was hidden.
                Ok(()) | Err(SqsError::NotInFlight) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Messages for one batch.
    async fn gather(&self) -> Result<Vec<Received>, SqsError> {
        let EventSourceMapping { queue, batch_size, window, .. } = &self.mapping;
        let receiving = Receiving { most: *batch_size, wait: Some(WAIT), hidden: None };
        let mut messages = self.queues.receive(queue, receiving).await?;
        let end = Instant::now() + *window;
        while !messages.is_empty() && messages.len() < *batch_size {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let most = batch_size - messages.len();
            let receiving = Receiving { most, wait: Some(left), hidden: None };
            messages.extend(self.queues.receive(queue, receiving).await?);
        }
        Ok(messages)
    }

    fn event(&self, messages: &[Received]) -> Value {
        let arn = self.queues.arn(&self.mapping.queue);
        let records = messages.iter().map(|message| {
            let attributes = message.attributes.iter().map(|(name, attribute)| {
                let Attribute { data_type, string_value, binary_value } = attribute;
                let attribute = json!({
                    "dataType": data_type,
                    "stringValue": string_value,
                    "binaryValue": binary_value,
                    "stringListValues": [],
                    "binaryListValues": [],
                });
                (name.clone(), attribute)
            });
            json!({
                "messageId": message.message_id,
                "receiptHandle": message.receipt,
                "body": message.body,
                "attributes": message.system,
                "messageAttributes": attributes.collect::<Map<_, _>>(),
                "md5OfBody": digest::of_body(&message.body),
                "md5OfMessageAttributes": digest::of_attributes(&message.attributes),
                "eventSource": "aws:sqs",
                "eventSourceARN": arn,
                "awsRegion": self.queues.region(),
            })
        });
        json!({"Records": records.collect::<Vec<_>>()})
    }
}

/// The messages that a function's answer does not let go of. As on Lambda, an answer that
/// cannot be read, or names what was not in the batch, lets go of none.
fn failures(answer: &[u8], messages: &[Received]) -> BTreeSet<String> {
    let Ok(answer) = serde_json::from_slice::<Option<Answer>>(answer) else { return all(messages) };
    let failures = answer.unwrap_or_default().batch_item_failures.unwrap_or_default();
    let known = all(messages);
    let mut failed = BTreeSet::new();
    for ItemFailure { item_identifier } in failures {
        match item_identifier.filter(|id| known.contains(id)) {
            Some(id) => failed.insert(id),
            None => return known,
        };
    }
    failed
}

fn all(messages: &[Received]) -> BTreeSet<String> {
    messages.iter().map(|message| message.message_id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_that_can_be_read_lets_go_of_messages() {
        let messages = ["a", "b"].map(|id| Received {
            message_id: id.to_owned(),
            receipt: String::new(),
            body: String::new(),
            attributes: Default::default(),
            system: Default::default(),
            receptions: 1,
        });
        let failed =
            |answer: &str| failures(answer.as_bytes(), &messages).into_iter().collect::<String>();
        let none = ["null", "{}", r#"{"batchItemFailures": []}"#, r#"{"batchItemFailures": null}"#];
        assert!(none.iter().all(|answer| failed(answer).is_empty()));
        assert_eq!(failed(r#"{"batchItemFailures": [{"itemIdentifier": "b"}]}"#), "b");
        for unclear in ["", "nonsense", "\"text\"", r#"{"batchItemFailures": 1}"#] {
            assert_eq!(failed(unclear), "ab", "{unclear}");
        }
        for id in ["\"c\"", "\"\"", "null"] {
            let answer = format!(r#"{{"batchItemFailures": [{{"itemIdentifier": {id}}}]}}"#);
            assert_eq!(failed(&answer), "ab", "{id}");
        }
    }
}
