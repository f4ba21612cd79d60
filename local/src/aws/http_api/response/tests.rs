use axum::body::{Body, to_bytes};
use axum::http::Response;
use serde_json::{Value, json};

use super::from_payload;

fn response(payload: &Value) -> Option<Response<Body>> {
    from_payload(payload.to_string().as_bytes())
}

async fn text(response: Response<Body>) -> String {
    let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    String::from_utf8(body.to_vec()).expect("a text")
}

#[tokio::test]
async fn an_object_with_a_status_says_everything() {
    let payload = json!({
        "statusCode": 201,
        "headers": {"Content-Type": "text/csv", "x-count": 3, "content-length": "999"},
        "cookies": ["a=1", "b=2"],
        "body": "eCx5",
        "isBase64Encoded": true,
    });
    let response = response(&payload).expect("a response");
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["content-type"], "text/csv");
    assert_eq!(response.headers()["x-count"], "3");
    assert!(!response.headers().contains_key("content-length"));
    assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
    assert_eq!(text(response).await, "x,y");
}

#[tokio::test]
async fn any_other_json_is_a_body() {
    let object = response(&json!({"predictions": [1]})).expect("a response");
    assert_eq!(
        (object.status().as_u16(), &object.headers()["content-type"]),
        (200, &"application/json".parse().expect("a value"))
    );
    assert_eq!(text(object).await, r#"{"predictions":[1]}"#);
    assert_eq!(text(response(&json!("hello")).expect("a response")).await, "hello");
}

#[test]
fn a_malformed_response_is_refused() {
    assert!(response(&json!({"statusCode": "abc"})).is_none());
    assert!(response(&json!({"statusCode": 99999})).is_none());
    assert!(response(&json!({"statusCode": 200, "body": {"a": 1}})).is_none());
    assert!(response(&json!({"statusCode": 200, "body": "%", "isBase64Encoded": true})).is_none());
    assert!(response(&json!({"statusCode": 200, "headers": {"bad name": "x"}})).is_none());
    assert!(from_payload(b"not json").is_none());
    assert_eq!(response(&json!({"statusCode": "404"})).expect("a response").status(), 404);
}
