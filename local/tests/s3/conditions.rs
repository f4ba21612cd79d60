//! Conditional requests, alone and in a race.

use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, Delete, ObjectIdentifier};
use futures::future::join_all;

use crate::server::{BUCKET, Server, refusal};

fn failed() -> (u16, String) {
    (412, "PreconditionFailed".to_owned())
}

#[tokio::test]
async fn reads_depend_on_tags_and_dates() {
    let server = Server::start().await;
    let etag = server.put("k", "v").await.e_tag.unwrap();
    let get = || server.client.get_object().bucket(BUCKET).key("k");
    let head = || server.client.head_object().bucket(BUCKET).key("k");
    get().if_match(&etag).send().await.unwrap();
    assert_eq!(refusal(get().if_match("\"other\"").send().await), failed());
    assert_eq!(refusal(head().if_match("\"other\"").send().await).0, 412);
    assert_eq!(refusal(get().if_none_match(&etag).send().await).0, 304);
    assert_eq!(refusal(head().if_none_match("*").send().await).0, 304);
    get().if_none_match("\"other\"").send().await.unwrap();

    let modified = *head().send().await.unwrap().last_modified().unwrap();
    let before = DateTime::from_secs(modified.secs() - 1);
    assert_eq!(refusal(get().if_modified_since(modified).send().await).0, 304);
    get().if_modified_since(before).send().await.unwrap();
    get().if_unmodified_since(modified).send().await.unwrap();
    assert_eq!(refusal(get().if_unmodified_since(before).send().await), failed());
}

#[tokio::test]
async fn an_unmodified_object_is_answered_with_its_tag() {
    let server = Server::start().await;
    let etag = server.put("k", "v").await.e_tag.unwrap();
    let get = server.client.get_object().bucket(BUCKET).key("k").if_none_match(&etag).send().await;
    let error = get.unwrap_err();
    let headers = error.raw_response().unwrap().headers();
    assert_eq!(headers.get("etag"), Some(etag.as_str()));
    assert!(headers.get("last-modified").is_some());
}

#[tokio::test]
async fn writes_depend_on_what_is_there() {
    let server = Server::start().await;
    let put = |key: &str, content: &'static str| {
        let body = ByteStream::from_static(content.as_bytes());
        server.client.put_object().bucket(BUCKET).key(key).body(body)
    };
    let etag = put("k", "1").if_none_match("*").send().await.unwrap().e_tag.unwrap();
    assert_eq!(refusal(put("k", "2").if_none_match("*").send().await), failed());
    assert_eq!(refusal(put("k", "2").if_match("\"other\"").send().await), failed());
    put("k", "2").if_match(&etag).send().await.unwrap();
    assert_eq!(refusal(put("k", "3").if_match(&etag).send().await), failed());
    assert_eq!(server.get("k").await, b"2");
    let missing = put("missing", "1").if_match(&etag).send().await;
    assert_eq!(refusal(missing), (404, "NoSuchKey".to_owned()));
    let odd = put("k", "3").if_none_match(&etag).send().await;
    assert_eq!(refusal(odd), (501, "NotImplemented".to_owned()));
}

#[tokio::test]
async fn deletions_depend_on_the_tag() {
    let server = Server::start().await;
    let etag = server.put("k", "v").await.e_tag.unwrap();
    let delete = || server.client.delete_object().bucket(BUCKET).key("k");
    assert_eq!(refusal(delete().if_match("\"other\"").send().await), failed());
    delete().if_match(&etag).send().await.unwrap();
    let gone = delete().if_match(&etag).send().await;
    assert_eq!(refusal(gone), (404, "NoSuchKey".to_owned()));

    server.put("a", "v").await;
    server.put("b", "v").await;
    let target =
        |key: &str, tag: &str| ObjectIdentifier::builder().key(key).e_tag(tag).build().unwrap();
    let targets = Delete::builder().objects(target("a", "\"other\"")).objects(target("b", &etag));
    let targets = targets.build().unwrap();
    let output =
        server.client.delete_objects().bucket(BUCKET).delete(targets).send().await.unwrap();
    assert_eq!(output.deleted()[0].key(), Some("b"));
    assert_eq!(output.errors()[0].key(), Some("a"));
    assert_eq!(output.errors()[0].code(), Some("PreconditionFailed"));
}

#[tokio::test]
async fn copies_depend_on_both_ends() {
    let server = Server::start().await;
    let etag = server.put("from", "v").await.e_tag.unwrap();
    let copy = || {
        let copy = server.client.copy_object().bucket(BUCKET).key("to");
        copy.copy_source(format!("{BUCKET}/from"))
    };
    let other = copy().copy_source_if_match("\"other\"").send().await;
    assert_eq!(refusal(other), failed());
    assert_eq!(refusal(copy().copy_source_if_none_match(&etag).send().await), failed());
    copy().copy_source_if_match(&etag).if_none_match("*").send().await.unwrap();
    assert_eq!(refusal(copy().if_none_match("*").send().await), failed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_fifty_creations_wins() {
    let server = Server::start().await;
    let puts = (0..50).map(|number: u32| {
        let body = ByteStream::from(number.to_string().into_bytes());
        let put = server.client.put_object().bucket(BUCKET).key("k").body(body);
        tokio::spawn(put.if_none_match("*").send())
    });
    let outcomes = join_all(puts).await;
    let mut winners = Vec::new();
    for (number, outcome) in outcomes.into_iter().enumerate() {
        match outcome.unwrap() {
            Ok(_) => winners.push(number.to_string()),
            refused => assert_eq!(refusal(refused), failed()),
        }
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(server.get("k").await, winners[0].as_bytes());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_increment_is_lost() {
    let server = Server::start().await;
    server.put("counter", "0").await;
    let increments = (0..10).map(|_| {
        let client = server.client.clone();
        tokio::spawn(async move {
            loop {
                let get = client.get_object().bucket(BUCKET).key("counter").send().await.unwrap();
                let etag = get.e_tag().unwrap().to_owned();
                let count = get.body.collect().await.unwrap().to_vec();
                let count: u32 = String::from_utf8(count).unwrap().parse().unwrap();
                let body = ByteStream::from((count + 1).to_string().into_bytes());
                let put = client.put_object().bucket(BUCKET).key("counter").body(body);
                match put.if_match(etag).send().await {
                    Ok(_) => break,
                    refused => assert_eq!(refusal(refused), failed()),
                }
            }
        })
    });
    for increment in join_all(increments).await {
        increment.unwrap();
    }
    assert_eq!(server.get("counter").await, b"10");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_deletions_wins() {
    let server = Server::start().await;
    let etag = server.put("k", "v").await.e_tag.unwrap();
    let deletions = (0..20).map(|_| {
        let delete = server.client.delete_object().bucket(BUCKET).key("k").if_match(&etag);
        tokio::spawn(delete.send())
    });
    let outcomes = join_all(deletions).await;
    let won = outcomes.into_iter().filter(|outcome| outcome.as_ref().unwrap().is_ok());
    assert_eq!(won.count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_completions_wins() {
    let server = Server::start().await;
    let complete = |client: aws_sdk_s3::Client| async move {
        let begun = client.create_multipart_upload().bucket(BUCKET).key("k").send().await.unwrap();
        let id = begun.upload_id().unwrap();
        let part = client.upload_part().bucket(BUCKET).key("k").upload_id(id).part_number(1);
        let part = part.body(ByteStream::from_static(b"part")).send().await.unwrap();
        let part = CompletedPart::builder().part_number(1).set_e_tag(part.e_tag).build();
        let parts = CompletedMultipartUpload::builder().parts(part).build();
        let complete = client.complete_multipart_upload().bucket(BUCKET).key("k").upload_id(id);
        complete.multipart_upload(parts).if_none_match("*").send().await
    };
    let outcomes = join_all((0..10).map(|_| tokio::spawn(complete(server.client.clone())))).await;
    let mut winners = 0;
    for outcome in outcomes {
        match outcome.unwrap() {
            Ok(_) => winners += 1,
            refused => assert_eq!(refusal(refused), failed()),
        }
    }
    assert_eq!(winners, 1);
    // The uploads that were refused go on.
    let uploads = server.client.list_multipart_uploads().bucket(BUCKET).send().await.unwrap();
    assert_eq!(uploads.uploads().len(), 9);
}
