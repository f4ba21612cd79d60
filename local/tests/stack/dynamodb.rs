//! The registry's database.

use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use model_factory_local::aws::dynamodb::{IndexSpec, KeySpec, TableSpec};
use model_factory_local::aws::stack::{Stack, StackConfig};

use crate::support::{Place, eventually, sdk};

fn key(partition: &str, sort: &str) -> KeySpec {
    KeySpec { partition: partition.to_owned(), sort: Some(sort.to_owned()) }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

async fn start(place: &Place) -> Stack {
    let table = TableSpec {
        name: "registry".to_owned(),
        key: key("pk", "sk"),
        index: Some(IndexSpec { name: "gsi1".to_owned(), key: key("gsi1pk", "gsi1sk") }),
        time_to_live: Some("expiration".to_owned()),
    };
    let config = StackConfig { tables: vec![table], ..place.config(Vec::new()) };
    Stack::start(config).await.expect("a stack")
}

#[tokio::test]
async fn a_conditional_put_wins_once_and_items_survive_a_restart() {
    let place = Place::new();
    let stack = start(&place).await;
    let client = Client::new(&sdk(&stack));
    let put = || {
        client
            .put_item()
            .table_name("registry")
            .item("pk", text("model#a"))
            .item("sk", text("version#1"))
            .item("gsi1pk", text("champion"))
            .item("gsi1sk", text("a"))
            .condition_expression("attribute_not_exists(pk)")
    };
    put().send().await.expect("the first put");
    let error = put().send().await.expect_err("the second put").into_service_error();
    assert!(error.is_conditional_check_failed_exception(), "{error:?}");
    stack.shutdown().await;

    let stack = start(&place).await;
    let client = Client::new(&sdk(&stack));
    let found = client
        .query()
        .table_name("registry")
        .index_name("gsi1")
        .key_condition_expression("gsi1pk = :pk")
        .expression_attribute_values(":pk", text("champion"))
        .send()
        .await
        .expect("a query");
    assert_eq!(found.items().len(), 1);
    stack.shutdown().await;
}

#[tokio::test]
async fn expired_items_are_removed() {
    let place = Place::new();
    let stack = start(&place).await;
    let client = Client::new(&sdk(&stack));
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a time");
    for (sort, expiration) in [
        ("old", now.saturating_sub(Duration::from_secs(60))),
        ("new", now + Duration::from_secs(3600)),
    ] {
        client
            .put_item()
            .table_name("registry")
            .item("pk", text("p"))
            .item("sk", text(sort))
            .item("expiration", AttributeValue::N(expiration.as_secs().to_string()))
            .send()
            .await
            .expect("a put");
    }
    eventually("the expired item is gone", async || {
        let scan = client.scan().table_name("registry").send().await.expect("a scan");
        scan.count() == 1 && scan.items()[0]["sk"] == text("new")
    })
    .await;
    stack.shutdown().await;
}
