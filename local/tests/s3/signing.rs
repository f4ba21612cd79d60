//! Who may ask: signatures and presigned URLs.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};

use crate::server::{BUCKET, Server, refusal};

fn for_a_minute() -> PresigningConfig {
    PresigningConfig::expires_in(Duration::from_secs(60)).unwrap()
}

/// The first lines of the request.
fn head(request: &PresignedRequest) -> String {
    let uri = request.uri().strip_prefix("http://").unwrap();
    let (host, path) = uri.split_once('/').unwrap();
    let mut head = format!("{} /{path} HTTP/1.1\r\nhost: {host}\r\n", request.method());
    for (name, value) in request.headers() {
        head += &format!("{name}: {value}\r\n");
    }
    head
}

#[tokio::test]
async fn requests_without_the_key_are_refused() {
    let server = Server::start().await;
    server.put("k", "v").await;
    let wrong_secret = server.client_with("AKIDLOCAL", "wrong");
    let get = wrong_secret.get_object().bucket(BUCKET).key("k").send().await;
    assert_eq!(refusal(get), (403, "SignatureDoesNotMatch".to_owned()));
    let unknown = server.client_with("AKIDOTHER", "local-secret");
    let get = unknown.get_object().bucket(BUCKET).key("k").send().await;
    assert_eq!(refusal(get).0, 403);
    let (status, answer) = server.raw("GET /factory/k HTTP/1.1\r\nhost: local\r\n", b"").await;
    assert_eq!(status, 403);
    assert!(answer.contains("<Code>AccessDenied</Code>"), "{answer}");
    let (status, _) = server.raw("PUT /factory/new HTTP/1.1\r\nhost: local\r\n", b"v").await;
    assert_eq!(status, 403);
}

#[tokio::test]
async fn presigned_urls_read_and_write() {
    let server = Server::start().await;
    let key = "reports/größe 1+1.txt";
    let put = server.client.put_object().bucket(BUCKET).key(key);
    let put = put.presigned(for_a_minute()).await.unwrap();
    let (status, answer) = server.raw(&head(&put), b"presigned").await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(server.get(key).await, b"presigned");
    let get = server.client.get_object().bucket(BUCKET).key(key);
    let get = get.presigned(for_a_minute()).await.unwrap();
    let (status, answer) = server.raw(&head(&get), b"").await;
    assert_eq!(status, 200);
    assert!(answer.ends_with("\r\n\r\npresigned"), "{answer}");
    // No type was sent with it.
    assert!(answer.contains("content-type: binary/octet-stream\r\n"), "{answer}");
}

#[tokio::test]
async fn a_presigned_url_is_good_for_one_thing_and_a_time() {
    let server = Server::start().await;
    server.put("k", "v").await;
    server.put("other", "v").await;
    let get = server.client.get_object().bucket(BUCKET).key("k");
    let valid = head(&get.clone().presigned(for_a_minute()).await.unwrap());
    assert_eq!(server.raw(&valid, b"").await.0, 200);
    assert_eq!(server.raw(&valid.replace("/k?", "/other?"), b"").await.0, 403);
    assert_eq!(server.raw(&valid.replacen("GET", "DELETE", 1), b"").await.0, 403);
    let past = PresigningConfig::builder()
        .start_time(SystemTime::now() - Duration::from_secs(120))
        .expires_in(Duration::from_secs(60))
        .build()
        .unwrap();
    let expired = head(&get.presigned(past).await.unwrap());
    let (status, answer) = server.raw(&expired, b"").await;
    assert_eq!(status, 403);
    assert!(answer.contains("expired"), "{answer}");
}
