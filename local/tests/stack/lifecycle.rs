//! Stacks beside and after each other.

use aws_sdk_s3::primitives::ByteStream;
use model_factory_local::aws::events::{BusError, Rule};
use model_factory_local::aws::stack::{Stack, StackConfig, StackError};

use crate::support::{BUCKET, Place, sdk};

#[tokio::test]
async fn two_stacks_run_side_by_side() {
    let (left, right) = (Place::new(), Place::new());
    let one = Stack::start(left.config(Vec::new())).await.expect("a stack");
    let two = Stack::start(right.config(Vec::new())).await.expect("a stack");
    assert_ne!(one.endpoint_url(), two.endpoint_url());
    let (one_s3, two_s3) =
        (aws_sdk_s3::Client::new(&sdk(&one)), aws_sdk_s3::Client::new(&sdk(&two)));
    let body = ByteStream::from_static(b"x");
    one_s3.put_object().bucket(BUCKET).key("k").body(body).send().await.expect("stored");
    one_s3.head_object().bucket(BUCKET).key("k").send().await.expect("found");
    two_s3.head_object().bucket(BUCKET).key("k").send().await.expect_err("not found");
    one.shutdown().await;
    two.shutdown().await;
}

#[tokio::test]
async fn a_state_folder_has_one_stack_at_a_time() {
    let place = Place::new();
    let first = Stack::start(place.config(Vec::new())).await.expect("a stack");
    let second = Stack::start(place.config(Vec::new())).await.expect_err("in use");
    assert!(matches!(second, StackError::InUse { .. }), "{second:?}");
    assert!(second.to_string().contains("another stack is running"), "{second}");
    first.shutdown().await;
    Stack::start(place.config(Vec::new())).await.expect("a stack").shutdown().await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let (left, right) = (Place::new(), Place::new());
    let first = Stack::start(left.config(Vec::new())).await.expect("a stack");
    let port = first.endpoint_url().rsplit(':').next().and_then(|port| port.parse().ok());
    let endpoint_port = port.expect("a port");
    let config = StackConfig { endpoint_port, ..right.config(Vec::new()) };
    let second = Stack::start(config).await.expect_err("taken");
    assert!(second.to_string().contains(&format!("port {endpoint_port}")), "{second}");
    first.shutdown().await;
}

#[tokio::test]
async fn targets_must_exist() {
    let place = Place::new();
    let pattern = r#"{"source":["x"]}"#.parse().expect("a pattern");
    let rule = Rule { name: "r".to_owned(), pattern, function: "f".to_owned() };
    let config = StackConfig { rules: vec![rule], ..place.config(Vec::new()) };
    let error = Stack::start(config).await.expect_err("no such function");
    assert!(matches!(error, StackError::Bus(BusError::UnknownTarget { .. })), "{error:?}");
    let config = StackConfig { http_function: Some("f".to_owned()), ..place.config(Vec::new()) };
    let error = Stack::start(config).await.expect_err("no such function");
    assert!(matches!(error, StackError::UnknownHttpFunction(_)), "{error:?}");
}
