//! Objects: what is stored comes back.

use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::{Delete, MetadataDirective, ObjectIdentifier};

use crate::server::{BUCKET, Server, noise, refusal};

#[tokio::test]
async fn content_and_headers_come_back() {
    let server = Server::start().await;
    let expires = DateTime::from_secs(4_102_444_800);
    let put = server.client.put_object().bucket(BUCKET).key("data.csv");
    let put = put
        .body(ByteStream::from_static(b"a,b\n1,2\n"))
        .content_type("text/csv")
        .content_encoding("identity")
        .content_language("en")
        .content_disposition("attachment; filename=\"data.csv\"")
        .cache_control("max-age=60")
        .expires(expires)
        .metadata("owner", "data team")
        .metadata("Unit", "mm");
    let etag = put.send().await.unwrap().e_tag.unwrap();
    assert_eq!(etag, "\"e5ebd4c02cefbe7955977c67ada242b7\"");

    let get = server.client.get_object().bucket(BUCKET).key("data.csv").send().await.unwrap();
    assert_eq!(get.content_type(), Some("text/csv"));
    assert_eq!(get.content_encoding(), Some("identity"));
    assert_eq!(get.content_language(), Some("en"));
    assert_eq!(get.content_disposition(), Some("attachment; filename=\"data.csv\""));
    assert_eq!(get.cache_control(), Some("max-age=60"));
    assert_eq!(get.expires_string(), Some("Fri, 01 Jan 2100 00:00:00 GMT"));
    assert_eq!(get.metadata().unwrap()["owner"], "data team");
    assert_eq!(get.metadata().unwrap()["unit"], "mm");
    assert_eq!(get.accept_ranges(), Some("bytes"));
    assert_eq!(get.content_length(), Some(8));
    assert_eq!(get.e_tag(), Some(etag.as_str()));
    assert_eq!(get.body.collect().await.unwrap().to_vec(), b"a,b\n1,2\n");

    let head = server.client.head_object().bucket(BUCKET).key("data.csv").send().await.unwrap();
    assert_eq!(head.content_length(), Some(8));
    assert_eq!(head.content_type(), Some("text/csv"));
    assert_eq!(head.metadata().unwrap()["owner"], "data team");
    assert_eq!(head.e_tag(), Some(etag.as_str()));
    assert_eq!(head.last_modified(), get.last_modified.as_ref());
}

#[tokio::test]
async fn an_object_is_replaced_and_deleted() {
    let server = Server::start().await;
    server.put("k", "first").await;
    server.put("k", "second").await;
    assert_eq!(server.get("k").await, b"second");
    let delete = || server.client.delete_object().bucket(BUCKET).key("k").send();
    delete().await.unwrap();
    let get = server.client.get_object().bucket(BUCKET).key("k").send().await;
    assert_eq!(refusal(get), (404, "NoSuchKey".to_owned()));
    let head = server.client.head_object().bucket(BUCKET).key("k").send().await;
    assert_eq!(refusal(head).0, 404);
    // What is not there can be deleted again.
    delete().await.unwrap();
}

#[tokio::test]
async fn empty_and_large_objects_come_back() {
    let server = Server::start().await;
    let large = noise(9 * 1024 * 1024 + 17);
    server.put("empty", "").await;
    let etag = server.put("large", large.clone()).await.e_tag.unwrap();
    assert_eq!(etag.len(), 34);
    assert!(server.get("empty").await.is_empty());
    assert!(server.get("large").await == large);
    let head = server.client.head_object().bucket(BUCKET).key("empty").send().await.unwrap();
    assert_eq!(head.e_tag(), Some("\"d41d8cd98f00b204e9800998ecf8427e\""));
}

#[tokio::test]
async fn a_reader_keeps_the_object_that_it_opened() {
    let server = Server::start().await;
    let (old, new) = (noise(8 * 1024 * 1024), vec![7; 1024]);
    server.put("k", old.clone()).await;
    let get = server.client.get_object().bucket(BUCKET).key("k").send().await.unwrap();
    server.put("k", new.clone()).await;
    assert!(get.body.collect().await.unwrap().to_vec() == old);
    assert_eq!(server.get("k").await, new);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_key_that_is_being_replaced_is_always_there() {
    let server = Server::start().await;
    server.put("k", "0").await;
    let client = server.client.clone();
    let writer = tokio::spawn(async move {
        for round in 0..40 {
            let body = ByteStream::from(round.to_string().into_bytes());
            client.put_object().bucket(BUCKET).key("k").body(body).send().await.unwrap();
        }
    });
    while !writer.is_finished() {
        server.get("k").await;
    }
    writer.await.unwrap();
    assert_eq!(server.get("k").await, b"39");
}

#[tokio::test]
async fn ranges_give_the_bytes_that_they_name() {
    let server = Server::start().await;
    server.put("k", "0123456789").await;
    server.put("empty", "").await;
    for (range, content, header) in [
        ("bytes=0-3", "0123", "bytes 0-3/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
        ("bytes=-20", "0123456789", "bytes 0-9/10"),
        ("bytes=8-100", "89", "bytes 8-9/10"),
    ] {
        let get = server.client.get_object().bucket(BUCKET).key("k").range(range).send();
        let get = get.await.unwrap();
        assert_eq!(get.content_range(), Some(header));
        assert_eq!(get.content_length(), Some(content.len() as i64));
        assert_eq!(get.body.collect().await.unwrap().to_vec(), content.as_bytes());
        let head = server.client.head_object().bucket(BUCKET).key("k").range(range).send();
        assert_eq!(head.await.unwrap().content_length(), Some(content.len() as i64));
    }
    for (key, range) in
        [("k", "bytes=10-"), ("k", "bytes=-0"), ("empty", "bytes=0-"), ("empty", "bytes=-1")]
    {
        let get = server.client.get_object().bucket(BUCKET).key(key).range(range).send().await;
        assert_eq!(refusal(get), (416, "InvalidRange".to_owned()), "{key} {range}");
    }
}

#[tokio::test]
async fn an_answer_has_the_headers_that_the_request_wants() {
    let server = Server::start().await;
    server.put("k", "v").await;
    let get = server.client.get_object().bucket(BUCKET).key("k");
    let get = get.response_content_type("text/plain").response_cache_control("no-store");
    let get = get.send().await.unwrap();
    assert_eq!(get.content_type(), Some("text/plain"));
    assert_eq!(get.cache_control(), Some("no-store"));
}

#[tokio::test]
async fn copies_carry_content_and_metadata() {
    let server = Server::start().await;
    server.storage.ensure_bucket("other").unwrap();
    let put = server.client.put_object().bucket(BUCKET).key("a b/ü+%.txt");
    let put = put.body(ByteStream::from_static(b"content")).metadata("k", "v");
    let etag = put.content_type("text/plain").send().await.unwrap().e_tag.unwrap();
    let source = format!("{BUCKET}/a%20b/%C3%BC%2B%25.txt");

    let copy = server.client.copy_object().bucket("other").key("copy").copy_source(&source);
    let result = copy.clone().send().await.unwrap().copy_object_result.unwrap();
    assert_eq!(result.e_tag(), Some(etag.as_str()));
    let head = server.client.head_object().bucket("other").key("copy").send().await.unwrap();
    assert_eq!(head.metadata().unwrap()["k"], "v");
    assert_eq!(head.content_type(), Some("text/plain"));

    let replace = copy.metadata_directive(MetadataDirective::Replace).metadata("new", "1");
    replace.send().await.unwrap();
    let head = server.client.head_object().bucket("other").key("copy").send().await.unwrap();
    assert_eq!(head.metadata().unwrap().len(), 1);
    assert_eq!(head.metadata().unwrap()["new"], "1");

    let missing = server.client.copy_object().bucket("other").key("x");
    let missing = missing.copy_source(format!("{BUCKET}/none")).send().await;
    assert_eq!(refusal(missing), (404, "NoSuchKey".to_owned()));
    let itself = server.client.copy_object().bucket("other").key("copy");
    let itself = itself.copy_source("other/copy").send().await;
    assert_eq!(refusal(itself), (400, "InvalidRequest".to_owned()));
}

#[tokio::test]
async fn many_objects_are_deleted_at_once() {
    let server = Server::start().await;
    let delete = async |names: &[&str], quiet: bool| {
        let objects = names.iter().map(|name| ObjectIdentifier::builder().key(*name).build());
        let objects = objects.collect::<Result<Vec<_>, _>>().unwrap();
        let delete = Delete::builder().set_objects(Some(objects)).quiet(quiet).build().unwrap();
        server.client.delete_objects().bucket(BUCKET).delete(delete).send().await.unwrap()
    };
    for key in ["a", "b <&>", "c", "d"] {
        server.put(key, "v").await;
    }
    let output = delete(&["a", "b <&>", "missing"], false).await;
    let deleted: Vec<_> = output.deleted().iter().map(|it| it.key().unwrap()).collect();
    assert_eq!(deleted, ["a", "b <&>", "missing"]);
    assert!(output.errors().is_empty());
    assert!(delete(&["c"], true).await.deleted().is_empty());
    let list = server.client.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    assert_eq!(list.contents().len(), 1);
}

#[tokio::test]
async fn what_is_not_supported_is_refused() {
    let server = Server::start().await;
    let put = || server.client.put_object().bucket(BUCKET).key("k");
    let tagged = put().tagging("a=b").send().await;
    assert_eq!(refusal(tagged), (501, "NotImplemented".to_owned()));
    let heavy = put().metadata("m", "x".repeat(2048)).send().await;
    assert_eq!(refusal(heavy), (400, "MetadataTooLarge".to_owned()));
    let acl = server.client.get_object_acl().bucket(BUCKET).key("k").send().await;
    assert_eq!(refusal(acl).0, 501);
}
