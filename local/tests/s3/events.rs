//! Events of objects that were created.

use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use tokio::time;

use crate::server::{BUCKET, Server};

#[tokio::test]
async fn every_creation_has_an_event() {
    let server = Server::start().await;
    let put = server.put("größe 1+1.csv", "12345").await;
    let copy = server.client.copy_object().bucket(BUCKET).key("copy");
    let source = format!("{BUCKET}/gr%C3%B6%C3%9Fe%201%2B1.csv");
    copy.copy_source(source).send().await.unwrap();
    let begun = server.client.create_multipart_upload().bucket(BUCKET).key("parts");
    let id = begun.send().await.unwrap().upload_id.unwrap();
    let part = server.client.upload_part().bucket(BUCKET).key("parts").upload_id(&id);
    let part = part.part_number(1).body(ByteStream::from_static(b"part")).send().await.unwrap();
    let part = CompletedPart::builder().part_number(1).set_e_tag(part.e_tag).build();
    let parts = CompletedMultipartUpload::builder().parts(part).build();
    let complete = server.client.complete_multipart_upload().bucket(BUCKET).key("parts");
    let complete = complete.upload_id(&id).multipart_upload(parts).send().await.unwrap();
    server.client.delete_object().bucket(BUCKET).key("copy").send().await.unwrap();

    let events = server.storage.pending_events(10).await.unwrap();
    let told: Vec<_> =
        events.iter().map(|it| (it.reason.as_str(), it.key.as_str(), it.size)).collect();
    assert_eq!(
        told,
        [
            ("PutObject", "größe 1+1.csv", 5),
            ("CopyObject", "copy", 5),
            ("CompleteMultipartUpload", "parts", 4),
        ]
    );
    assert!(events.iter().all(|event| event.bucket == BUCKET));
    assert_eq!(events[0].etag, put.e_tag().unwrap().trim_matches('"'));
    assert_eq!(events[2].etag, complete.e_tag().unwrap().trim_matches('"'));
    assert!(events.iter().all(|event| event.sequencer.len() == 18));
    assert!(events.is_sorted_by(|one, next| one.sequencer < next.sequencer));
}

#[tokio::test]
async fn a_refused_write_has_none() {
    let server = Server::start().await;
    server.put("k", "v").await;
    let put = server.client.put_object().bucket(BUCKET).key("k").if_none_match("*");
    assert!(put.send().await.is_err());
    let put = server.client.put_object().bucket(BUCKET).key("k2").checksum_crc32("AAAAAA==");
    assert!(put.body(ByteStream::from_static(b"v")).send().await.is_err());
    assert_eq!(server.storage.pending_events(10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_event_stays_until_it_is_acknowledged() {
    let server = Server::start().await;
    for key in ["a", "b", "c"] {
        server.put(key, "v").await;
    }
    let first = server.storage.pending_events(2).await.unwrap();
    assert_eq!(first.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(server.storage.pending_events(2).await.unwrap(), first);
    let ids: Vec<_> = first.iter().map(|event| event.id).collect();
    server.storage.acknowledge(&ids).await.unwrap();
    server.storage.acknowledge(&ids).await.unwrap();

    let server = server.reopen().await;
    let rest = server.storage.pending_events(10).await.unwrap();
    assert_eq!(rest.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), ["c"]);
    server.storage.acknowledge(&[rest[0].id]).await.unwrap();
    // Numbers do not start again when the outbox is empty.
    let server = server.reopen().await;
    server.put("c", "v").await;
    let next = server.storage.pending_events(10).await.unwrap();
    assert!(next[0].sequencer > rest[0].sequencer);
}

#[tokio::test]
async fn a_waiter_learns_of_an_event() {
    let server = Server::start().await;
    let second = Duration::from_secs(1);
    let quiet = time::timeout(Duration::from_millis(50), server.storage.event_committed()).await;
    assert!(quiet.is_err());
    // Before the wait and during it.
    server.put("a", "v").await;
    time::timeout(second, server.storage.event_committed()).await.unwrap();
    let storage = server.storage.clone();
    let waiter = tokio::spawn(async move { storage.event_committed().await });
    tokio::task::yield_now().await;
    server.put("b", "v").await;
    time::timeout(second, waiter).await.unwrap().unwrap();
}
