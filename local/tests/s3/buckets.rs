//! Buckets.

use crate::server::{BUCKET, Server, refusal};

#[tokio::test]
async fn buckets_come_and_go() {
    let server = Server::start().await;
    let client = &server.client;
    client.create_bucket().bucket("second").send().await.unwrap();
    assert_eq!(
        refusal(client.create_bucket().bucket("second").send().await),
        (409, "BucketAlreadyOwnedByYou".to_owned())
    );
    client.head_bucket().bucket("second").send().await.unwrap();
    let list = client.list_buckets().send().await.unwrap();
    let names: Vec<_> = list.buckets().iter().map(|bucket| bucket.name().unwrap()).collect();
    assert_eq!(names, [BUCKET, "second"]);
    assert!(list.buckets()[0].creation_date().is_some());

    client.delete_bucket().bucket("second").send().await.unwrap();
    assert_eq!(refusal(client.head_bucket().bucket("second").send().await).0, 404);
    let gone = client.delete_bucket().bucket("second").send().await;
    assert_eq!(refusal(gone), (404, "NoSuchBucket".to_owned()));
}

#[tokio::test]
async fn buckets_are_listed_in_pages() {
    let server = Server::start().await;
    for name in ["part-a", "part-b", "part-c"] {
        server.storage.ensure_bucket(name).unwrap();
    }
    let list = server.client.list_buckets().prefix("part-");
    let page = list.clone().max_buckets(2).send().await.unwrap();
    assert_eq!(page.buckets().len(), 2);
    let rest = list.continuation_token(page.continuation_token().unwrap()).send().await.unwrap();
    assert_eq!(rest.buckets()[0].name(), Some("part-c"));
    assert_eq!(rest.continuation_token(), None);
}

#[tokio::test]
async fn a_bucket_with_objects_stays() {
    let server = Server::start().await;
    server.put("k", "v").await;
    let delete = || server.client.delete_bucket().bucket(BUCKET).send();
    assert_eq!(refusal(delete().await), (409, "BucketNotEmpty".to_owned()));
    server.client.delete_object().bucket(BUCKET).key("k").send().await.unwrap();
    // An upload in progress does not hold a bucket back.
    let upload = server.client.create_multipart_upload().bucket(BUCKET).key("k");
    upload.send().await.unwrap();
    delete().await.unwrap();
}

#[tokio::test]
async fn buckets_are_not_versioned() {
    let server = Server::start().await;
    let client = &server.client;
    let versioning = client.get_bucket_versioning().bucket(BUCKET).send().await.unwrap();
    assert_eq!(versioning.status(), None);
    let location = client.get_bucket_location().bucket(BUCKET).send().await.unwrap();
    assert!(location.location_constraint().is_none_or(|region| region.as_str().is_empty()));
    server.put("k", "v").await;
    let get = client.get_object().bucket(BUCKET).key("k");
    get.clone().version_id("null").send().await.unwrap();
    assert_eq!(refusal(get.version_id("7").send().await), (404, "NoSuchVersion".to_owned()));
}

#[tokio::test]
async fn every_operation_knows_a_missing_bucket() {
    let server = Server::start().await;
    let client = &server.client;
    let none = "no-such-bucket";
    let refusals = [
        refusal(client.put_object().bucket(none).key("k").send().await),
        refusal(client.get_object().bucket(none).key("k").send().await),
        refusal(client.delete_object().bucket(none).key("k").send().await),
        refusal(client.list_objects_v2().bucket(none).send().await),
        refusal(client.create_multipart_upload().bucket(none).key("k").send().await),
        refusal(client.list_multipart_uploads().bucket(none).send().await),
        refusal(client.get_bucket_versioning().bucket(none).send().await),
    ];
    for refusal in refusals {
        assert_eq!(refusal, (404, "NoSuchBucket".to_owned()));
    }
}

#[tokio::test]
async fn names_follow_the_rules() {
    let server = Server::start().await;
    for name in ["Upper", "un_der", "ab", "192.168.0.1", "a..b"] {
        assert!(server.storage.ensure_bucket(name).is_err(), "{name}");
    }
    let message = server.storage.ensure_bucket("Upper").unwrap_err().to_string();
    assert!(message.starts_with("`Upper` is no bucket name: use 3 to 63"), "{message}");
    let create = server.client.create_bucket().bucket("un_der").send().await;
    assert_eq!(refusal(create), (400, "InvalidBucketName".to_owned()));
    server.storage.ensure_bucket(BUCKET).unwrap();
}
