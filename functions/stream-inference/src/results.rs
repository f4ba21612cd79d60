//! Answers as JSON lines in the bucket, and as messages.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use model_factory::name::{ModelName, Reference, Version};
use model_factory::protocol::RowAnswer;
use model_factory::queue::Message;
use model_factory::storage::keys;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::outcome::Answered;
use crate::record::{Lane, Origin, Record};

/// Lines for one object, and the records that they are of.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) key: String,
    pub(crate) bytes: Bytes,
    pub(crate) places: Vec<usize>,
}

/// One answer.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    model: &'a ModelName,
    version: Version,
    variant: &'a Reference,
    time: Timestamp,
    source: &'a str,
    record: &'a str,
    #[serde(flatten)]
    told: &'a RowAnswer,
}

/// Records with their answers, by their places in the batch.
pub(crate) type Answers<'a> = [(usize, &'a Record, &'a Answered)];

/// The file of each model. Its name follows from its records, so that the same ones are
/// written to the same place again.
pub(crate) fn files(answers: &Answers<'_>) -> serde_json::Result<Vec<File>> {
    let mut of_model: BTreeMap<&ModelName, Vec<_>> = BTreeMap::new();
    for answer in answers {
        of_model.entry(&answer.2.model).or_default().push(answer);
    }
    let files = of_model.into_iter().map(|(model, answers)| {
        let mut lines = Vec::new();
        for (_, record, answered) in &answers {
            lines.extend(line(record, answered)?);
            lines.push(b'\n');
        }
        let records = || answers.iter().map(|(_, record, _)| &record.origin);
        let time = records().next().map_or(Timestamp::UNIX_EPOCH, |origin| origin.time);
        Ok(File {
            key: keys::streamed(model, time, &name_of(records())),
            bytes: lines.into(),
            places: answers.iter().map(|(place, _, _)| *place).collect(),
        })
    });
    files.collect()
}

/// The message of each answer, in their order.
pub(crate) fn messages(answers: &Answers<'_>) -> serde_json::Result<Vec<Message>> {
    let messages = answers.iter().map(|(_, record, answered)| {
        let attributes = [
            ("model", answered.model.to_string()),
            ("version", answered.served.version.to_string()),
        ];
        Ok(Message {
            id: name_of([&record.origin]),
            group: group_of(record),
            body: String::from_utf8_lossy(&line(record, answered)?).into_owned(),
            attributes: attributes.map(|(name, value)| (name.to_owned(), value)).into(),
        })
    });
    messages.collect()
}

fn line(record: &Record, answered: &Answered) -> serde_json::Result<Vec<u8>> {
    let Answered { id, model, variant, served, told, .. } = answered;
    let Origin { source, id: record, time, .. } = &record.origin;
    serde_json::to_vec(&Line {
        id: id.as_deref().unwrap_or(record),
        model,
        version: served.version,
        variant,
        time: *time,
        source,
        record,
        told,
    })
}

/// A name that follows from records.
pub(crate) fn name_of<'r>(records: impl IntoIterator<Item = &'r Origin>) -> String {
    let mut digest = Sha256::new();
    for Origin { source, id, .. } in records {
        for part in [source, id] {
            digest.update(part);
            digest.update([0]);
        }
    }
    hex::encode(digest.finalize()).chars().take(32).collect()
}

/// Within what a queue keeps a record's order.
pub(crate) fn group_of(record: &Record) -> String {
    let Origin { source, id, .. } = &record.origin;
    match &record.lane {
        Lane::Of(lane) => format!("{source}/{lane}"),
        Lane::Own => format!("{source}/{id}"),
    }
}
