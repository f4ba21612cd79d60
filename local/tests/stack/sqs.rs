//! Queues as the real SDK uses them, and as functions are given their messages.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{
    DeleteMessageBatchRequestEntry, Message, MessageAttributeValue, MessageSystemAttributeName,
    QueueAttributeName, SendMessageBatchRequestEntry,
};
use model_factory_local::aws::lambda::FunctionSpec;
use model_factory_local::aws::sqs::{EventSourceMapping, QueueSpec};
use model_factory_local::aws::stack::{Stack, StackConfig};
use serde_json::{Value, json};

use crate::support::{Place, eventually, sdk};

async fn stack(place: &Place) -> (Stack, Client) {
    let stack = Stack::start(place.config(Vec::new())).await.expect("a stack");
    let client = Client::new(&sdk(&stack));
    (stack, client)
}

async fn create(client: &Client, name: &str, attributes: &[(QueueAttributeName, &str)]) -> String {
    let attributes: HashMap<_, _> =
        attributes.iter().map(|(name, value)| (name.clone(), (*value).to_owned())).collect();
    let made = client.create_queue().queue_name(name).set_attributes(Some(attributes)).send().await;
    made.expect("a queue").queue_url.expect("a URL")
}

async fn send(client: &Client, url: &str, body: &str) {
    client.send_message().queue_url(url).message_body(body).send().await.expect("sent");
}

async fn receive(client: &Client, url: &str, hidden: i32) -> Vec<Message> {
    let received = client
        .receive_message()
        .queue_url(url)
        .max_number_of_messages(10)
        .visibility_timeout(hidden)
        .message_attribute_names("All")
        .message_system_attribute_names(MessageSystemAttributeName::All)
        .send()
        .await;
    received.expect("received").messages.unwrap_or_default()
}

async fn delete(client: &Client, url: &str, message: &Message) {
    let receipt = message.receipt_handle().expect("a receipt");
    client.delete_message().queue_url(url).receipt_handle(receipt).send().await.expect("deleted");
}

async fn count(client: &Client, url: &str, name: QueueAttributeName) -> String {
    let asked = client.get_queue_attributes().queue_url(url).attribute_names(name.clone());
    let attributes = asked.send().await.expect("attributes").attributes.expect("attributes");
    attributes[&name].clone()
}

fn bodies(messages: &[Message]) -> Vec<&str> {
    messages.iter().filter_map(Message::body).collect()
}

#[tokio::test]
async fn a_message_is_hidden_while_it_is_received_and_gone_when_deleted() {
    let place = Place::new();
    let (stack, client) = stack(&place).await;
    let url = create(&client, "q", &[]).await;
    let kind = MessageAttributeValue::builder().data_type("String").string_value("ä").build();
    let sent = client
        .send_message()
        .queue_url(&url)
        .message_body("first")
        .message_attributes("kind", kind.expect("an attribute"))
        .send()
        .await
        .expect("sent");
    assert_eq!(sent.md5_of_message_body(), Some("8b04d5e3775d298e78455efc5ca404d5"));
    let messages = receive(&client, &url, 600).await;
    assert_eq!(bodies(&messages), ["first"]);
    let attributes = messages[0].message_attributes.as_ref().expect("attributes");
    assert_eq!(attributes["kind"].string_value(), Some("ä"));
    let system = messages[0].attributes.as_ref().expect("attributes");
    assert_eq!(system[&MessageSystemAttributeName::ApproximateReceiveCount], "1");
    assert!(receive(&client, &url, 600).await.is_empty(), "it is hidden");
    let not_visible = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
    assert_eq!(count(&client, &url, not_visible.clone()).await, "1");

    let receipt = messages[0].receipt_handle().expect("a receipt");
    let shown = client.change_message_visibility().queue_url(&url).receipt_handle(receipt);
    shown.visibility_timeout(0).send().await.expect("shown again");
    let again = receive(&client, &url, 600).await;
    assert_eq!(again[0].message_id, messages[0].message_id);
    delete(&client, &url, &messages[0]).await;
    assert_eq!(count(&client, &url, not_visible.clone()).await, "1", "an old receipt is worthless");
    delete(&client, &url, &again[0]).await;
    assert_eq!(count(&client, &url, not_visible).await, "0");
    stack.shutdown().await;
}

#[tokio::test]
async fn a_receiver_waits_for_what_comes() {
    let place = Place::new();
    let (stack, client) = stack(&place).await;
    let url = create(&client, "q", &[]).await;
    let started = Instant::now();
    let waiting = client.receive_message().queue_url(&url).wait_time_seconds(20).send();
    let sending = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        send(&client, &url, "late").await;
    };
    let (received, ()) = tokio::join!(waiting, sending);
    assert_eq!(bodies(&received.expect("received").messages.unwrap_or_default()), ["late"]);
    assert!(started.elapsed() < Duration::from_secs(10));
    let none = client.receive_message().queue_url(&url).wait_time_seconds(1).send().await;
    assert!(none.expect("an answer").messages.is_none());
    stack.shutdown().await;
}

#[tokio::test]
async fn a_message_received_too_often_is_a_dead_letter() {
    let place = Place::new();
    let (stack, client) = stack(&place).await;
    let letters = create(&client, "letters", &[]).await;
    let arn = count(&client, &letters, QueueAttributeName::QueueArn).await;
    assert_eq!(arn, "arn:aws:sqs:us-east-1:000000000000:letters");
    let policy = json!({"deadLetterTargetArn": arn, "maxReceiveCount": "2"}).to_string();
    let url = create(&client, "q", &[(QueueAttributeName::RedrivePolicy, &policy)]).await;
    send(&client, &url, "poison").await;
    for _ in 0..2 {
        assert_eq!(bodies(&receive(&client, &url, 0).await), ["poison"]);
    }
    assert!(receive(&client, &url, 0).await.is_empty());
    let letter = receive(&client, &letters, 600).await;
    assert_eq!(bodies(&letter), ["poison"]);
    let system = letter[0].attributes.as_ref().expect("attributes");
    assert_eq!(system[&MessageSystemAttributeName::ApproximateReceiveCount], "1");
    stack.shutdown().await;
}

#[tokio::test]
async fn batches_are_judged_entry_by_entry() {
    let place = Place::new();
    let (stack, client) = stack(&place).await;
    let url = create(&client, "q", &[]).await;
    let entry = |id: &str, body: &str| {
        SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().expect("an entry")
    };
    let batch = |entries: Vec<_>| {
        client.send_message_batch().queue_url(&url).set_entries(Some(entries)).send()
    };
    let sent = batch(vec![entry("a", "1"), entry("b", "\u{1}"), entry("c", "3")]).await;
    let sent = sent.expect("an answer");
    assert_eq!(sent.failed.len(), 1);
    assert_eq!((sent.failed[0].id(), sent.failed[0].code()), ("b", "InvalidMessageContents"));
    let messages = receive(&client, &url, 600).await;
    assert_eq!(bodies(&messages), ["1", "3"]);
    let receipts = messages.iter().enumerate().map(|(place, message)| {
        let entry = DeleteMessageBatchRequestEntry::builder().id(place.to_string());
        entry
            .receipt_handle(message.receipt_handle().expect("a receipt"))
            .build()
            .expect("an entry")
    });
    let deleted = client.delete_message_batch().queue_url(&url);
    let deleted = deleted.set_entries(Some(receipts.collect())).send().await.expect("deleted");
    assert_eq!((deleted.successful.len(), deleted.failed.len()), (2, 0));
    let twice = batch(vec![entry("a", "1"), entry("a", "2")]).await.expect_err("refused");
    assert_eq!(twice.code(), Some("AWS.SimpleQueueService.BatchEntryIdsNotDistinct"));
    let many = (0..11).map(|place| entry(&place.to_string(), "x")).collect();
    let many = batch(many).await.expect_err("refused");
    assert_eq!(many.code(), Some("AWS.SimpleQueueService.TooManyEntriesInBatchRequest"));
    stack.shutdown().await;
}

#[tokio::test]
async fn a_fifo_queue_keeps_the_order_of_each_group_and_drops_repeats() {
    let place = Place::new();
    let (stack, client) = stack(&place).await;
    let url = create(&client, "q.fifo", &[(QueueAttributeName::FifoQueue, "true")]).await;
    for (group, id) in [("a", "1"), ("a", "2"), ("b", "3"), ("a", "1")] {
        let message = client.send_message().queue_url(&url).message_body(id);
        let message = message.message_group_id(group).message_deduplication_id(id);
        message.send().await.expect("sent");
    }
    let one = client.receive_message().queue_url(&url).send().await.expect("received");
    let one = one.messages.unwrap_or_default();
    assert_eq!(bodies(&one), ["1"]);
    assert_eq!(bodies(&receive(&client, &url, 600).await), ["3"], "group a waits");
    delete(&client, &url, &one[0]).await;
    assert_eq!(bodies(&receive(&client, &url, 600).await), ["2"]);
    let error = client.send_message().queue_url(&url).message_body("x").send().await;
    let error = error.expect_err("no group");
    assert_eq!(error.code(), Some("InvalidParameterValue"), "{error:?}");
    stack.shutdown().await;
}

#[tokio::test]
async fn queues_are_found_listed_purged_and_survive_a_restart() {
    let place = Place::new();
    let (first, client) = stack(&place).await;
    for name in ["one", "two", "other"] {
        create(&client, name, &[]).await;
    }
    let listed = client.list_queues().queue_name_prefix("o").send().await.expect("a list");
    let urls = listed.queue_urls.unwrap_or_default();
    assert_eq!(urls.len(), 2, "{urls:?}");
    let found = client.get_queue_url().queue_name("two").send().await.expect("a queue");
    let url = found.queue_url.expect("a URL");
    send(&client, &url, "kept").await;
    assert_eq!(receive(&client, &url, 600).await.len(), 1);
    let unknown = client.get_queue_url().queue_name("none").send().await.expect_err("none");
    assert!(unknown.as_service_error().is_some_and(|it| it.is_queue_does_not_exist()));
    let other = client.create_queue().queue_name("two");
    let other = other.attributes(QueueAttributeName::VisibilityTimeout, "5").send().await;
    assert_eq!(other.expect_err("other attributes").code(), Some("QueueAlreadyExists"));
    first.shutdown().await;

    let (second, client) = stack(&place).await;
    let found = client.get_queue_url().queue_name("two").send().await.expect("a queue");
    let url = found.queue_url.expect("a URL");
    assert_eq!(bodies(&receive(&client, &url, 600).await), ["kept"], "its receiver is gone");
    client.purge_queue().queue_url(&url).send().await.expect("purged");
    let not_visible = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
    assert_eq!(count(&client, &url, not_visible).await, "0");
    second.shutdown().await;
}

/// A stack that hands the messages of `q` to the function `f`.
async fn mapped(place: &Place, function: FunctionSpec) -> (Stack, Client) {
    let queue = |name: &str, redrive: Option<(String, u32)>| QueueSpec {
        name: name.to_owned(),
        visibility_timeout: Duration::from_secs(60),
        redrive,
    };
    let config = StackConfig {
        queues: vec![queue("letters", None), queue("q", Some(("letters".to_owned(), 3)))],
        mappings: vec![EventSourceMapping {
            queue: "q".to_owned(),
            function: "f".to_owned(),
            batch_size: 10,
            window: Duration::from_millis(100),
        }],
        ..place.config(vec![function])
    };
    let stack = Stack::start(config).await.expect("a stack");
    let client = Client::new(&sdk(&stack));
    (stack, client)
}

fn url(stack: &Stack, name: &str) -> String {
    format!("{}/000000000000/{name}", stack.endpoint_url())
}

#[tokio::test]
async fn a_function_is_given_messages_in_batches() {
    let place = Place::new();
    let (stack, client) = mapped(&place, place.function("f")).await;
    let url = url(&stack, "q");
    tokio::join!(send(&client, &url, "1"), send(&client, &url, "2"));
    stack.idle().await.expect("idle");
    let records: Vec<Value> = place
        .record("f")
        .into_iter()
        .flat_map(|event| event["Records"].as_array().cloned().expect("records"))
        .collect();
    let mut bodies: Vec<_> = records.iter().filter_map(|it| it["body"].as_str()).collect();
    bodies.sort_unstable();
    assert_eq!(bodies, ["1", "2"]);
    assert_eq!(records[0]["eventSource"], "aws:sqs");
    assert_eq!(records[0]["eventSourceARN"], "arn:aws:sqs:us-east-1:000000000000:q");
    assert_eq!(records[0]["attributes"]["ApproximateReceiveCount"], "1");
    stack.shutdown().await;
}

#[tokio::test]
async fn what_a_function_fails_on_comes_again_and_is_given_up_in_the_end() {
    let place = Place::new();
    let mut function = place.function("f");
    function.environment.insert("ORDER".to_owned(), json!({"do": "fail"}).to_string());
    let (stack, client) = mapped(&place, function).await;
    send(&client, &url(&stack, "q"), "poison").await;
    let letters = url(&stack, "letters");
    eventually("a dead letter", async || {
        count(&client, &letters, QueueAttributeName::ApproximateNumberOfMessages).await == "1"
    })
    .await;
    assert_eq!(place.record("f").len(), 3);
    stack.shutdown().await;
}
