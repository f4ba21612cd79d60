//! Any text of up to 1,024 bytes is a key.

use crate::server::{BUCKET, Server, refusal};

fn awkward() -> Vec<String> {
    let keys = [
        "plain",
        "a",
        "a/b",
        "a/",
        "a//b",
        "/",
        "/leading",
        "trailing/",
        "..",
        "../x",
        "./x",
        "a/../b",
        ".",
        "with space",
        "plus+plus",
        "per%cent",
        "%2F",
        "%",
        "a&b=c?d#e",
        "q'uo\"te",
        "<xml>&amp;</xml>",
        "back\\slash",
        "tilde~*!()",
        "semi;colon:at@",
        "[brackets]{braces}",
        "größe/straße",
        "日本語/データ.csv",
        "emoji/🦀",
        "e\u{301}",
        "\u{e9}",
        "ﬀ",
        "\u{10fffd}",
        "C:\\con",
        "nul",
        "a|b",
        "comma,dollar$",
        "^caret`",
        "datasets/churn/2024 05/a+b%20c.csv",
    ];
    let long = [format!("l/{}", "k".repeat(1022)), "ü".repeat(512)];
    keys.into_iter().map(str::to_owned).chain(long).collect()
}

#[tokio::test]
async fn awkward_keys_come_back() {
    let server = Server::start().await;
    let mut keys = awkward();
    for key in &keys {
        server.put(key, key.as_bytes()).await;
    }
    for key in &keys {
        assert_eq!(server.get(key).await, key.as_bytes(), "{key}");
        let head = server.client.head_object().bucket(BUCKET).key(key).send().await.unwrap();
        assert_eq!(head.content_length(), Some(key.len() as i64), "{key}");
    }
    let list = server.client.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    let listed: Vec<_> = list.contents().iter().map(|it| it.key().unwrap()).collect();
    // The order is that of the bytes, as Rust compares text.
    keys.sort();
    assert_eq!(listed, keys);
    for key in &keys {
        server.client.delete_object().bucket(BUCKET).key(key).send().await.unwrap();
    }
    let list = server.client.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    assert_eq!(list.key_count(), Some(0));
}

#[tokio::test]
async fn nothing_lies_outside_the_folder() {
    let server = Server::start().await;
    server.put("../../escaped", "x").await;
    assert!(!server.folder().join("../escaped").exists());
    assert!(!server.folder().join("escaped").exists());
}

#[tokio::test]
async fn a_key_of_more_than_1024_bytes_is_refused() {
    let server = Server::start().await;
    let put = server.client.put_object().bucket(BUCKET).key("k".repeat(1025)).send().await;
    assert_eq!(refusal(put), (400, "KeyTooLongError".to_owned()));
}
