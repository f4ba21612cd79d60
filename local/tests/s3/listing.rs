//! Listings over the protocol; their contents are tested beside the index.

use aws_sdk_s3::types::EncodingType;

use crate::server::{BUCKET, Server, refusal};

async fn server_with(keys: &[&str]) -> Server {
    let server = Server::start().await;
    for key in keys {
        server.put(key, "v").await;
    }
    server
}

#[tokio::test]
async fn pages_follow_each_other() {
    let keys: Vec<_> = (0..25).map(|number| format!("k/{number:02}")).collect();
    let server = server_with(&keys.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let list = server.client.list_objects_v2().bucket(BUCKET).prefix("k/").max_keys(10);
    let pages = list.into_paginator().send().collect::<Result<Vec<_>, _>>().await.unwrap();
    let sizes: Vec<_> = pages.iter().map(|page| page.key_count().unwrap()).collect();
    assert_eq!(sizes, [10, 10, 5]);
    assert_eq!(pages[0].is_truncated(), Some(true));
    assert_eq!(pages[2].is_truncated(), Some(false));
    let found = pages.iter().flat_map(|page| page.contents()).map(|it| it.key().unwrap());
    assert!(found.eq(keys.iter().map(String::as_str)));
    let object = &pages[0].contents()[0];
    assert_eq!(object.size(), Some(1));
    assert!(object.e_tag().is_some_and(|tag| tag.len() == 34));
    assert!(object.last_modified().is_some());
}

#[tokio::test]
async fn a_delimiter_groups_keys() {
    let server = server_with(&["a/1", "a/2", "b", "c/d/1", "c/e"]).await;
    let list = server.client.list_objects_v2().bucket(BUCKET).delimiter("/");
    let root = list.clone().send().await.unwrap();
    let prefixes = root.common_prefixes().iter().map(|it| it.prefix().unwrap());
    assert!(prefixes.eq(["a/", "c/"]));
    let keys = root.contents().iter().map(|it| it.key().unwrap());
    assert!(keys.eq(["b"]));
    assert_eq!(root.key_count(), Some(3));
    let below = list.clone().prefix("c/").send().await.unwrap();
    assert_eq!(below.common_prefixes()[0].prefix(), Some("c/d/"));
    assert_eq!(below.contents()[0].key(), Some("c/e"));
    let after = list.start_after("a/").send().await.unwrap();
    assert!(after.common_prefixes().iter().map(|it| it.prefix().unwrap()).eq(["c/"]));
}

#[tokio::test]
async fn names_are_encoded_on_request() {
    let server = server_with(&["a b/ü+%", "a b/x/y"]).await;
    let list = server.client.list_objects_v2().bucket(BUCKET).prefix("a b/").delimiter("/");
    let list = list.encoding_type(EncodingType::Url).send().await.unwrap();
    assert_eq!(list.prefix(), Some("a%20b/"));
    assert_eq!(list.contents()[0].key(), Some("a%20b/%C3%BC%2B%25"));
    assert_eq!(list.common_prefixes()[0].prefix(), Some("a%20b/x/"));
}

#[tokio::test]
async fn the_first_version_of_listings_goes_on_from_markers() {
    let server = server_with(&["a/1", "a/2", "b", "c/1"]).await;
    let list = server.client.list_objects().bucket(BUCKET).delimiter("/").max_keys(1);
    let (mut names, mut marker) = (Vec::new(), None);
    loop {
        let page = list.clone().set_marker(marker).send().await.unwrap();
        names.extend(page.contents().iter().map(|it| it.key().unwrap().to_owned()));
        names.extend(page.common_prefixes().iter().map(|it| it.prefix().unwrap().to_owned()));
        marker = page.next_marker().map(str::to_owned);
        if page.is_truncated() != Some(true) {
            break;
        }
    }
    assert_eq!(names, ["a/", "b", "c/"]);
}

#[tokio::test]
async fn wrong_arguments_are_refused() {
    let server = server_with(&["k"]).await;
    let list = || server.client.list_objects_v2().bucket(BUCKET);
    let invalid = (400, "InvalidArgument".to_owned());
    assert_eq!(refusal(list().max_keys(-1).send().await), invalid);
    assert_eq!(refusal(list().continuation_token("?").send().await), invalid);
    let none = list().max_keys(0).send().await.unwrap();
    assert_eq!((none.key_count(), none.is_truncated()), (Some(0), Some(false)));
    let capped = list().max_keys(5000).send().await.unwrap();
    assert_eq!(capped.max_keys(), Some(1000));
}
