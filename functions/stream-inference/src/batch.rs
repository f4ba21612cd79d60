//! The three shapes of batches, read as records in their order.

use aws_lambda_events::event::dynamodb::{Event as DynamoDbEvent, EventRecord};
use aws_lambda_events::event::kinesis::{KinesisEvent, KinesisEventRecord};
use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use jiff::Timestamp;
use model_factory::runtime::Failure;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::record::{Content, Lane, Origin, Record};

/// The attribute of an SQS message that names the model.
const MODEL_ATTRIBUTE: &str = "model";

/// Records that were delivered together.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) records: Vec<Record>,
    /// Whether the source reads on from the first record that failed.
    pub(crate) resumes_at_first: bool,
}

#[derive(Deserialize)]
struct Outline {
    #[serde(rename = "Records")]
    records: Vec<Source>,
}

#[derive(Deserialize)]
struct Source {
    #[serde(rename = "eventSource")]
    name: Option<String>,
}

impl Batch {
    /// Reads a batch of SQS, Kinesis or a DynamoDB stream; `now` stands for times that a
    /// source does not tell.
    ///
    /// # Errors
    /// [`Failure::InvalidEvent`] for anything else.
    pub(crate) fn parse(event: &str, now: Timestamp) -> Result<Self, Failure> {
        let outline: Outline = read("batch", event)?;
        let Some(first) = outline.records.first() else {
            return Ok(Self { records: Vec::new(), resumes_at_first: false });
        };
        match first.name.as_deref().unwrap_or_default() {
            "aws:sqs" => {
                let records = read::<SqsEvent>("batch of SQS", event)?.records;
                let records = records.into_iter().map(|message| of_queue(message, now));
                Ok(Self { records: records.collect(), resumes_at_first: false })
            }
            "aws:kinesis" => {
                let records = read::<KinesisEvent>("batch of Kinesis", event)?.records;
                let records = records.into_iter().map(of_stream);
                Ok(Self { records: records.collect(), resumes_at_first: true })
            }
            "aws:dynamodb" => {
                let records = read::<DynamoDbEvent>("batch of a DynamoDB stream", event)?.records;
                let records = records.into_iter().map(of_table);
                Ok(Self { records: records.collect(), resumes_at_first: true })
            }
            other => Err(Failure::InvalidEvent(format!(
                "records of `{other}` are not read here, but those of aws:sqs, aws:kinesis and \
                 aws:dynamodb"
            ))),
        }
    }
}

fn read<'e, T: Deserialize<'e>>(shape: &str, event: &'e str) -> Result<T, Failure> {
    serde_json::from_str(event)
        .map_err(|error| Failure::InvalidEvent(format!("the event is no {shape}: {error}")))
}

fn of_queue(message: SqsMessage, now: Timestamp) -> Record {
    let SqsMessage { message_id, body, attributes, mut message_attributes, .. } = message;
    let sent = attributes.get("SentTimestamp").and_then(|sent| sent.parse().ok());
    let sent = sent.and_then(|sent| Timestamp::from_millisecond(sent).ok());
    let source = message.event_source_arn.unwrap_or_default();
    let id = message_id.unwrap_or_default();
    Record {
        model: message_attributes.remove(MODEL_ATTRIBUTE).and_then(|it| it.string_value),
        // Groups of other queues are for fairness, not for order.
        lane: match attributes.get("MessageGroupId").filter(|_| source.ends_with(".fifo")) {
            Some(group) => Lane::Of(group.clone()),
            None => Lane::Own,
        },
        content: Content::Text(body.unwrap_or_default()),
        origin: Origin { time: sent.unwrap_or(now), failure_id: id.clone(), source, id },
    }
}

fn of_stream(record: KinesisEventRecord) -> Record {
    let KinesisEventRecord { event_id, event_source_arn, kinesis, .. } = record;
    let time =
        Timestamp::from_millisecond(kinesis.approximate_arrival_timestamp.timestamp_millis());
    let id = event_id.unwrap_or_else(|| kinesis.sequence_number.clone());
    let shard = id.split_once(':').map_or("", |(shard, _)| shard);
    Record {
        model: None,
        lane: Lane::Of(shard.to_owned()),
        content: match String::from_utf8(kinesis.data.0) {
            Ok(text) => Content::Text(text),
            Err(error) => Content::Bytes(error.into_bytes()),
        },
        origin: Origin {
            source: event_source_arn.unwrap_or_default(),
            id,
            time: time.unwrap_or_default(),
            failure_id: kinesis.sequence_number,
        },
    }
}

fn of_table(record: EventRecord) -> Record {
    let EventRecord { change, event_id, event_name, event_source_arn, .. } = record;
    let time =
        Timestamp::from_millisecond(change.approximate_creation_date_time.timestamp_millis());
    Record {
        model: None,
        lane: Lane::Of(String::new()),
        content: match event_name.as_str() {
            "REMOVE" => Content::Removal,
            _ => Content::Item {
                members: members(change.new_image),
                keys: change.keys.into_inner().into_keys().collect(),
            },
        },
        origin: Origin {
            source: event_source_arn.unwrap_or_default(),
            id: event_id,
            time: time.unwrap_or_default(),
            failure_id: change.sequence_number.unwrap_or_default(),
        },
    }
}

/// The attributes of an item as JSON; what is none, such as binary data, is missing.
fn members(item: serde_dynamo::Item) -> Map<String, Value> {
    let attributes = item.into_inner().into_iter();
    attributes
        .map(|(name, value)| (name, serde_dynamo::from_attribute_value(value).unwrap_or_default()))
        .collect()
}
