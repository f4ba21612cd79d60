//! Delivery streams as the real SDK uses them, and the files that become of their records.

use std::time::Duration;

use aws_sdk_firehose::Client;
use aws_sdk_firehose::error::ProvideErrorMetadata;
use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::Record;
use model_factory_local::aws::firehose::DeliveryStreamSpec;
use model_factory_local::aws::stack::{Stack, StackConfig};

use crate::support::{BUCKET, Place, sdk};

/// A stream whose records start with the name of their folder.
fn spec() -> DeliveryStreamSpec {
    DeliveryStreamSpec {
        name: "lines".to_owned(),
        bucket: BUCKET.to_owned(),
        prefix: |record| {
            let (folder, _) = std::str::from_utf8(record).ok()?.split_once(' ')?;
            Some(format!("lines/{folder}/"))
        },
        error_prefix: "errors/".to_owned(),
        extension: ".txt".to_owned(),
        buffer_bytes: 1_000_000,
        buffer_time: Duration::from_millis(200),
        records_per_second: usize::MAX,
    }
}

async fn stack(place: &Place, spec: DeliveryStreamSpec) -> (Stack, Client) {
    let config = StackConfig { delivery_streams: vec![spec], ..place.config(Vec::new()) };
    let stack = Stack::start(config).await.expect("a stack");
    let client = Client::new(&sdk(&stack));
    (stack, client)
}

fn record(data: impl Into<Vec<u8>>) -> Record {
    Record::builder().data(Blob::new(data.into())).build().expect("a record")
}

async fn put(client: &Client, records: &[&str]) {
    let put = client.put_record_batch().delivery_stream_name("lines");
    let put = put.set_records(Some(records.iter().map(|&data| record(data)).collect()));
    assert_eq!(put.send().await.expect("put").failed_put_count(), 0);
}

/// All files, by key.
async fn files(stack: &Stack) -> Vec<(String, String)> {
    let s3 = aws_sdk_s3::Client::new(&sdk(stack));
    let listed = s3.list_objects_v2().bucket(BUCKET).send().await.expect("a listing");
    let mut files = Vec::new();
    for key in listed.contents.unwrap_or_default().into_iter().filter_map(|object| object.key) {
        let object = s3.get_object().bucket(BUCKET).key(&key).send().await.expect("an object");
        let bytes = object.body.collect().await.expect("a body").into_bytes();
        files.push((key, String::from_utf8(bytes.into()).expect("a text")));
    }
    files
}

#[tokio::test]
async fn records_of_a_folder_lie_in_one_file_in_their_order() {
    let place = Place::new();
    let (stack, client) = stack(&place, spec()).await;
    put(&client, &["a 1\n", "b 1\n", "lost\n"]).await;
    let one = client.put_record().delivery_stream_name("lines").record(record("a 2\n"));
    assert!(!one.send().await.expect("put").record_id().is_empty());
    stack.idle().await.expect("idle");
    let files = files(&stack).await;
    let contents: Vec<_> = files.iter().map(|(_, content)| content.as_str()).collect();
    assert_eq!(contents, ["lost\n", "a 1\na 2\n", "b 1\n"]);
    for ((key, _), start) in
        files.iter().zip(["errors/lines-1-20", "lines/a/lines-1-20", "lines/b/lines-1-20"])
    {
        assert!(key.starts_with(start) && key.ends_with(".txt"), "{key}");
    }
    stack.shutdown().await;
}

#[tokio::test]
async fn enough_bytes_do_not_wait() {
    let place = Place::new();
    let spec =
        DeliveryStreamSpec { buffer_bytes: 8, buffer_time: Duration::from_mins(10), ..spec() };
    let (stack, client) = stack(&place, spec).await;
    put(&client, &["a 1\n", "b 1\n", "a 2\n", "b 2\n"]).await;
    stack.idle().await.expect("idle");
    let contents: Vec<_> = files(&stack).await.into_iter().map(|(_, content)| content).collect();
    assert_eq!(contents, ["a 1\na 2\n", "b 1\nb 2\n"]);
    stack.shutdown().await;
}

#[tokio::test]
async fn what_waits_outlives_the_stack() {
    let place = Place::new();
    let patient = DeliveryStreamSpec { buffer_time: Duration::from_mins(10), ..spec() };
    let (first, client) = stack(&place, patient).await;
    put(&client, &["a 1\n"]).await;
    assert_eq!(files(&first).await, []);
    first.shutdown().await;
    let (second, _) = stack(&place, spec()).await;
    second.idle().await.expect("idle");
    let files = files(&second).await;
    assert_eq!(files.iter().map(|(_, content)| content).collect::<Vec<_>>(), ["a 1\n"]);
    second.shutdown().await;
}

#[tokio::test]
async fn what_breaks_the_quotas_is_refused() {
    let place = Place::new();
    let (stack, client) = stack(&place, spec()).await;
    let code = async |name: &str, records: Vec<Record>| {
        let put = client.put_record_batch().delivery_stream_name(name);
        let refused = put.set_records(Some(records)).send().await.expect_err("refused");
        refused.code().unwrap_or_default().to_owned()
    };
    assert_eq!(code("other", vec![record("a")]).await, "ResourceNotFoundException");
    assert_eq!(code("lines", vec![]).await, "InvalidArgumentException");
    assert_eq!(code("lines", vec![record("a"); 501]).await, "InvalidArgumentException");
    let large = vec![0; 1_000 * 1024 + 1];
    assert_eq!(code("lines", vec![record(large.clone())]).await, "InvalidArgumentException");
    let many = vec![record(&large[1..]); 5];
    assert_eq!(code("lines", many).await, "InvalidArgumentException");
    let described = client.describe_delivery_stream().delivery_stream_name("lines").send().await;
    assert_eq!(described.expect_err("refused").code(), Some("UnknownOperationException"));
    stack.shutdown().await;
}

#[tokio::test]
async fn a_stream_takes_so_many_records_in_a_second() {
    let place = Place::new();
    let (stack, client) =
        stack(&place, DeliveryStreamSpec { records_per_second: 2, ..spec() }).await;
    let put = client.put_record_batch().delivery_stream_name("lines");
    let put = put.set_records(Some(vec![record("a 1\n"), record("a 2\n"), record("a 3\n")]));
    let answer = put.send().await.expect("an answer");
    assert_eq!(answer.failed_put_count(), 1);
    let codes: Vec<_> = answer.request_responses().iter().map(|it| it.error_code()).collect();
    assert_eq!(codes, [None, None, Some("ServiceUnavailableException")]);
    stack.idle().await.expect("idle");
    assert_eq!(files(&stack).await.pop().expect("a file").1, "a 1\na 2\n");
    stack.shutdown().await;
}
