//! SQS's operations, in the protocol AWS JSON 1.0.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::digest;
use super::error::SqsError;
use super::message::{NewMessage, Received, SIZE_LIMIT};
use super::queues::{Queues, Receiving};
use super::settings::Attributes;
use crate::aws::arn::ACCOUNT_ID;
use crate::aws::http_body;

/// A batch of messages, each character escaped.
const BODY_LIMIT: usize = 8 * SIZE_LIMIT;
const ENTRIES: usize = 10;

/// Answers a request.
pub(in crate::aws) async fn handle(queues: &Queues, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let text = |name: &str| {
        let value = parts.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let (target, host) = (text("x-amz-target"), text("host"));
    let operation = target.strip_prefix("AmazonSQS.").unwrap_or(&target).to_owned();
    let answer = match http_body::read(body, BODY_LIMIT).await {
        Ok(body) => Call { queues, host }.perform(&operation, &body).await,
        Err(error) => Err(SqsError::Parameter(error.to_string())),
    };
    match answer {
        Ok(answer) => respond(StatusCode::OK, &answer, None),
        Err(error) => refuse(&error),
    }
}

/// One request of a client.
struct Call<'a> {
    queues: &'a Queues,
    /// Where the client finds us, for URLs of queues.
    host: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    queue_name: String,
    #[serde(default)]
    attributes: Attributes,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Of {
    queue_url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Changed {
    attributes: Attributes,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Listing {
    queue_name_prefix: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Receive {
    max_number_of_messages: Option<usize>,
    visibility_timeout: Option<u64>,
    wait_time_seconds: Option<u64>,
    attribute_names: Vec<String>,
    message_system_attribute_names: Vec<String>,
    message_attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    #[serde(default)]
    attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Receipt {
    receipt_handle: String,
    #[serde(default)]
    visibility_timeout: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch<T> {
    entries: Vec<Entry<T>>,
}

#[derive(Deserialize)]
struct Entry<T> {
    #[serde(rename = "Id")]
    id: String,
    #[serde(flatten)]
    content: T,
}

impl Call<'_> {
    async fn perform(&self, operation: &str, body: &Bytes) -> Result<Value, SqsError> {
        let queues = self.queues;
        match operation {
            "CreateQueue" => {
                let Named { queue_name, attributes } = read(body)?;
                queues.create(&queue_name, &attributes)?;
                return Ok(json!({"QueueUrl": self.url(&queue_name)}));
            }
            "GetQueueUrl" => {
                let Named { queue_name, .. } = read(body)?;
                queues.settings(&queue_name)?;
                return Ok(json!({"QueueUrl": self.url(&queue_name)}));
            }
            "ListQueues" => {
                let Listing { queue_name_prefix } = read(body)?;
                let names = queues.names(&queue_name_prefix)?;
                let urls: Vec<_> = names.iter().map(|name| self.url(name)).collect();
                return Ok(json!({"QueueUrls": urls}));
            }
            _ => {}
        }
        let Of { queue_url } = read(body)?;
        let name = queue_url.rsplit('/').next().unwrap_or_default();
        match operation {
            "DeleteQueue" => queues.delete_queue(name)?,
            "PurgeQueue" => queues.purge(name)?,
            "SetQueueAttributes" => queues.set(name, &read::<Changed>(body)?.attributes)?,
            "GetQueueAttributes" => {
                let Wanted { attribute_names: wanted } = read(body)?;
                let mut attributes = queues.attributes(name).await?;
                attributes.retain(|name, _| wanted.iter().any(|it| it == "All" || it == name));
                return Ok(json!({"Attributes": attributes}));
            }
            "SendMessage" => {
                let message: NewMessage = read(body)?;
                message.check()?;
                return Ok(json!(queues.send(name, vec![message]).await?.pop()));
            }
            "SendMessageBatch" => return self.send_batch(name, entries(read(body)?)?).await,
            "ReceiveMessage" => return self.receive(name, read(body)?).await,
            "DeleteMessage" => {
                queues.delete(name, vec![read::<Receipt>(body)?.receipt_handle]).await?;
            }
            "DeleteMessageBatch" => {
                let entries: Vec<Entry<Receipt>> = entries(read(body)?)?;
                let done: Vec<_> = entries.iter().map(|entry| json!({"Id": entry.id})).collect();
                let receipts = entries.into_iter().map(|entry| entry.content.receipt_handle);
                queues.delete(name, receipts.collect()).await?;
                return Ok(json!({"Successful": done, "Failed": []}));
            }
            "ChangeMessageVisibility" => {
                let Receipt { receipt_handle, visibility_timeout } = read(body)?;
                queues.hide(name, &receipt_handle, Duration::from_secs(visibility_timeout)).await?;
            }
            "ChangeMessageVisibilityBatch" => {
                let (mut done, mut failed) = (Vec::new(), Vec::new());
                for Entry { id, content } in entries::<Receipt>(read(body)?)? {
                    let hidden = Duration::from_secs(content.visibility_timeout);
                    match queues.hide(name, &content.receipt_handle, hidden).await {
                        Ok(()) => done.push(json!({"Id": id})),
                        Err(error) => failed.push(refused(&id, &error)),
                    }
                }
                return Ok(json!({"Successful": done, "Failed": failed}));
            }
            other => return Err(SqsError::Operation(other.to_owned())),
        }
        Ok(json!({}))
    }

    /// Sends those messages of a batch that can be sent.
    async fn send_batch(
        &self,
        name: &str,
        entries: Vec<Entry<NewMessage>>,
    ) -> Result<Value, SqsError> {
        let size = entries.iter().map(|entry| entry.content.size()).sum();
        if size > SIZE_LIMIT {
            return Err(SqsError::TooLong(size));
        }
        let (mut ids, mut messages, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for Entry { id, content } in entries {
            match content.check() {
                Ok(()) => {
                    ids.push(id);
                    messages.push(content);
                }
                Err(error) => failed.push(refused(&id, &error)),
            }
        }
        let sent = self.queues.send(name, messages).await?;
        let done = ids.into_iter().zip(sent).map(|(id, sent)| {
            let mut told = json!(sent);
            if let Value::Object(members) = &mut told {
                members.insert("Id".to_owned(), id.into());
            }
            told
        });
        Ok(json!({"Successful": done.collect::<Vec<_>>(), "Failed": failed}))
    }

    async fn receive(&self, name: &str, wish: Receive) -> Result<Value, SqsError> {
        let most = wish.max_number_of_messages.unwrap_or(1);
        if !(1..=ENTRIES).contains(&most) {
            let words = format!("MaxNumberOfMessages is {most}, not a number from 1 to 10.");
            return Err(SqsError::Parameter(words));
        }
        let receiving = Receiving {
            most,
            wait: wish.wait_time_seconds.map(|seconds| Duration::from_secs(seconds.min(20))),
            hidden: wish.visibility_timeout.map(Duration::from_secs),
        };
        let messages = self.queues.receive(name, receiving).await?;
        match messages.is_empty() {
            true => Ok(json!({})),
            false => Ok(json!({
                "Messages": messages.into_iter().map(|it| wish.tell(it)).collect::<Vec<_>>(),
            })),
        }
    }

    fn url(&self, name: &str) -> String {
        format!("http://{}/{ACCOUNT_ID}/{name}", self.host)
    }
}

impl Receive {
    /// A message as the client wants to have it.
    fn tell(&self, received: Received) -> Value {
        let Received { message_id, receipt, body, mut attributes, mut system, .. } = received;
        let wanted = self.attribute_names.iter().chain(&self.message_system_attribute_names);
        system.retain(|name, _| wanted.clone().any(|it| it == "All" || it == name));
        attributes.retain(|name, _| {
            self.message_attribute_names.iter().any(|it| match it.strip_suffix(".*") {
                Some(prefix) => name.starts_with(prefix),
                None => it == "All" || it == name,
            })
        });
        let mut told = json!({
            "MessageId": message_id,
            "ReceiptHandle": receipt,
            "MD5OfBody": digest::of_body(&body),
            "Body": body,
            "Attributes": system,
        });
        if let (Some(digest), Value::Object(members)) =
            (digest::of_attributes(&attributes), &mut told)
        {
            members.insert("MD5OfMessageAttributes".to_owned(), digest.into());
            members.insert("MessageAttributes".to_owned(), json!(attributes));
        }
        told
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, SqsError> {
    let body = if body.is_empty() { b"{}" } else { body };
    Ok(serde_json::from_slice(body)?)
}

fn entries<T>(batch: Batch<T>) -> Result<Vec<Entry<T>>, SqsError> {
    let Batch { entries } = batch;
    let mut ids = BTreeSet::new();
    match entries.len() {
        0 => return Err(SqsError::EmptyBatch),
        1..=ENTRIES => {}
        more => return Err(SqsError::TooManyEntries(more)),
    }
    for Entry { id, .. } in &entries {
        if !ids.insert(id) {
            return Err(SqsError::RepeatedId(id.clone()));
        }
    }
    Ok(entries)
}

/// An entry of a batch that was refused.
fn refused(id: &str, error: &SqsError) -> Value {
    let (code, _) = error.code();
    json!({
        "Id": id,
        "Code": code,
        "Message": error.to_string(),
        "SenderFault": error.is_of_sender(),
    })
}

fn refuse(error: &SqsError) -> Response {
    let (code, old_code) = error.code();
    let (status, side) = match error.is_of_sender() {
        true => (StatusCode::BAD_REQUEST, "Sender"),
        false => {
            tracing::error!(error = error as &dyn std::error::Error, "SQS failed");
            (StatusCode::INTERNAL_SERVER_ERROR, "Receiver")
        }
    };
    let body = json!({"__type": format!("com.amazonaws.sqs#{code}"), "message": error.to_string()});
    respond(status, &body, Some(format!("{old_code};{side}")))
}

fn respond(status: StatusCode, body: &Value, old_code: Option<String>) -> Response {
    let content_type = (header::CONTENT_TYPE, "application/x-amz-json-1.0");
    let mut response = (status, [content_type], body.to_string()).into_response();
    if let Some(value) = old_code.and_then(|code| header::HeaderValue::from_str(&code).ok()) {
        response.headers_mut().insert("x-amzn-query-error", value);
    }
    response
}
