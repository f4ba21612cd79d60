//! The idempotency table as Powertools for AWS Lambda reads and writes it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use model_factory::aws::DynamoIdempotency;
use model_factory::clock::{Clock, SystemClock};
use model_factory::idempotency::{Begin, IdempotencyStore};
use model_factory_local::factory::IDEMPOTENCY_TABLE;

use crate::adapters::Services;

const MINUTE: Duration = Duration::from_secs(60);

struct Table {
    services: Services,
    store: DynamoIdempotency,
}

impl Table {
    async fn new() -> Self {
        let services = Services::start().await;
        let store = DynamoIdempotency::new(&services.sdk, IDEMPOTENCY_TABLE, Arc::new(SystemClock));
        Self { services, store }
    }

    fn client(&self) -> Client {
        Client::new(&self.services.sdk)
    }

    async fn item(&self, id: &str) -> HashMap<String, AttributeValue> {
        let key = AttributeValue::S(id.to_owned());
        let read = self.client().get_item().table_name(IDEMPOTENCY_TABLE).key("id", key);
        read.send().await.expect("read").item.expect("an item")
    }
}

fn text(item: &HashMap<String, AttributeValue>, name: &str) -> String {
    item[name].as_s().expect("a text").clone()
}

fn number(item: &HashMap<String, AttributeValue>, name: &str) -> i64 {
    item[name].as_n().expect("a number").parse().expect("a number")
}

fn names(item: &HashMap<String, AttributeValue>) -> Vec<&str> {
    let mut names: Vec<&str> = item.keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn items_have_the_attributes_that_powertools_expects() {
    let table = Table::new().await;
    let now = SystemClock.now();
    table.store.begin("train#1", MINUTE).await.expect("begun");
    let item = table.item("train#1").await;
    assert_eq!(names(&item), ["expiration", "id", "in_progress_expiration", "status"]);
    assert_eq!(text(&item, "status"), "INPROGRESS");
    let lease_ms = number(&item, "in_progress_expiration") - now.as_millisecond();
    assert!((60_000..600_000).contains(&lease_ms), "{lease_ms} milliseconds");
    assert!(number(&item, "expiration") > now.as_second() + 60, "the table's TTL, in seconds");

    table.store.complete("train#1", "{\"runs\":[]}", 60 * MINUTE).await.expect("completed");
    let item = table.item("train#1").await;
    assert_eq!(names(&item), ["data", "expiration", "id", "in_progress_expiration", "status"]);
    assert_eq!(text(&item, "status"), "COMPLETED");
    assert_eq!(text(&item, "data"), "{\"runs\":[]}");
    let kept = number(&item, "expiration") - now.as_second();
    assert!((3_600..7_200).contains(&kept), "{kept} seconds");
}

#[tokio::test]
async fn what_powertools_wrote_is_understood() {
    let table = Table::new().await;
    let now = SystemClock.now();
    let write = async |id: &str, status: &str, lease_seconds: i64| {
        let number = |value: i64| AttributeValue::N(value.to_string());
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let lease = now.as_millisecond() + 1_000 * lease_seconds;
        let put = table.client().put_item().table_name(IDEMPOTENCY_TABLE);
        put.item("id", text(id))
            .item("status", text(status))
            .item("expiration", number(now.as_second() + 3_600))
            .item("in_progress_expiration", number(lease))
            .item("data", text("\"the result\""))
            .send()
            .await
            .expect("written");
    };
    write("done", "COMPLETED", -60).await;
    write("busy", "INPROGRESS", 600).await;
    write("dead", "INPROGRESS", -60).await;
    let begin = async |id: &str| table.store.begin(id, MINUTE).await.expect("an answer");
    assert_eq!(begin("done").await, Begin::Completed("\"the result\"".to_owned()));
    assert_eq!(begin("busy").await, Begin::InProgress);
    assert_eq!(begin("dead").await, Begin::Started);
}
