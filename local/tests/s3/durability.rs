//! What was acknowledged survives; what was not leaves nothing.

use std::fs;
use std::path::Path;
use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use model_factory_local::aws::s3::{ObjectStorage, OpenError};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time;

use crate::server::{BUCKET, Server, noise};

/// How many files hold bytes of objects, whole or partial.
pub(crate) fn blobs(state: &Path) -> usize {
    let folders = fs::read_dir(state.join("blobs")).unwrap();
    folders.map(|folder| fs::read_dir(folder.unwrap().path()).unwrap().count()).sum()
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let server = Server::start().await;
    let put = server.client.put_object().bucket(BUCKET).key("k");
    let put = put.body(ByteStream::from_static(b"v")).metadata("m", "1");
    let etag = put.send().await.unwrap().e_tag;
    let begun = server.client.create_multipart_upload().bucket(BUCKET).key("u");
    let id = begun.send().await.unwrap().upload_id.unwrap();
    let part = server.client.upload_part().bucket(BUCKET).key("u").upload_id(&id).part_number(1);
    let part = part.body(ByteStream::from_static(b"part")).send().await.unwrap();
    let events = server.storage.pending_events(10).await.unwrap();

    let server = server.reopen().await;
    assert_eq!(server.get("k").await, b"v");
    let head = server.client.head_object().bucket(BUCKET).key("k").send().await.unwrap();
    assert_eq!(head.e_tag, etag);
    assert_eq!(head.metadata.unwrap()["m"], "1");
    assert_eq!(server.storage.pending_events(10).await.unwrap(), events);
    let part = CompletedPart::builder().part_number(1).set_e_tag(part.e_tag).build();
    let parts = CompletedMultipartUpload::builder().parts(part).build();
    let complete = server.client.complete_multipart_upload().bucket(BUCKET).key("u");
    complete.upload_id(&id).multipart_upload(parts).send().await.unwrap();
    assert_eq!(server.get("u").await, b"part");
}

#[tokio::test]
async fn each_object_has_one_blob_and_no_more() {
    let server = Server::start().await;
    for round in 0..3 {
        server.put("a", format!("{round}")).await;
        server.put("b", format!("{round}")).await;
    }
    assert_eq!(blobs(server.folder()), 2);
    server.client.delete_object().bucket(BUCKET).key("a").send().await.unwrap();
    assert_eq!(blobs(server.folder()), 1);
}

#[tokio::test]
async fn debris_of_a_crash_is_swept() {
    let server = Server::start().await;
    server.put("k", "v").await;
    let folder = server.close().await;
    let shard = folder.path().join("blobs/ab");
    fs::write(shard.join("abcdefabcdefabcdefabcdefabcdefab"), b"renamed, not committed").unwrap();
    fs::write(folder.path().join("blobs/partial/0123"), b"half").unwrap();
    assert_eq!(blobs(folder.path()), 3);
    drop(ObjectStorage::open(folder.path()).unwrap());
    assert_eq!(blobs(folder.path()), 1);
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_nothing() {
    let server = Server::start().await;
    let put = server.client.put_object().bucket(BUCKET).key("k");
    let config = PresigningConfig::expires_in(Duration::from_secs(60)).unwrap();
    let put = put.presigned(config).await.unwrap();
    let path = put.uri().split_once("//").unwrap().1.split_once('/').unwrap().1;
    let address = server.address;
    let head =
        format!("PUT /{path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: 1000000\r\n\r\n");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&noise(500_000)).await.unwrap();
    let wait_for = async |count: usize| {
        while blobs(server.folder()) != count {
            time::sleep(Duration::from_millis(5)).await;
        }
    };
    time::timeout(Duration::from_secs(10), wait_for(1)).await.unwrap();
    drop(stream);
    time::timeout(Duration::from_secs(10), wait_for(0)).await.unwrap();
    let list = server.client.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    assert_eq!(list.key_count(), Some(0));
}

#[tokio::test]
async fn a_folder_is_open_once() {
    let server = Server::start().await;
    let again = ObjectStorage::open(server.folder());
    assert!(matches!(again, Err(OpenError::InUse { .. })));
    let folder = server.close().await;
    drop(ObjectStorage::open(folder.path()).unwrap());
}

#[tokio::test]
async fn an_index_of_another_format_is_left_alone() {
    let folder = Server::start().await.close().await;
    let index = rusqlite::Connection::open(folder.path().join("s3.sqlite")).unwrap();
    index.pragma_update(None, "user_version", 99).unwrap();
    drop(index);
    let error = ObjectStorage::open(folder.path()).unwrap_err();
    assert!(matches!(error, OpenError::Format { found: 99, expected: 1, .. }), "{error}");
}
