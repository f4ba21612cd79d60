//! Objects by key.

use bytes::Bytes;
use futures::StreamExt as _;

use crate::adapters::{Adapters, hold_for_both_adapters};

hold_for_both_adapters!(
    an_object_reads_back,
    a_missing_object_is_none,
    a_range_is_one_of_the_content_that_was_described,
    a_copy_is_one_of_the_content_that_was_described,
    an_upload_is_there_when_it_is_complete,
    the_last_write_counts,
    a_listing_is_sorted_and_complete,
    a_key_may_hold_any_character,
);

async fn put(adapters: &Adapters, key: &str, content: &'static [u8]) {
    let written = adapters.writer.put(key, "text/plain", Bytes::from_static(content)).await;
    written.unwrap_or_else(|error| panic!("{key}: {error}"));
}

async fn keys(adapters: &Adapters, prefix: &str) -> Vec<String> {
    let listed = adapters.reader.list(prefix).await.expect("a listing");
    listed.into_iter().map(|object| object.key).collect()
}

async fn an_object_reads_back(adapters: &Adapters) {
    for (key, content) in [("full", &b"\x00\xff text"[..]), ("empty", b"")] {
        put(adapters, key, content).await;
        let object = adapters.reader.get(key).await.expect("a read").expect("an object");
        assert_eq!(object.bytes, content);
        assert!(!object.etag.is_empty() && !object.etag.contains('"'), "{}", object.etag);
        let listed = adapters.reader.list(key).await.expect("a listing");
        assert_eq!((listed[0].size, &listed[0].etag), (content.len() as u64, &object.etag));
    }
}

async fn a_missing_object_is_none(adapters: &Adapters) {
    assert_eq!(adapters.reader.get("nothing").await.expect("a read"), None);
    assert_eq!(keys(adapters, "nothing").await, Vec::<String>::new());
}

async fn a_range_is_one_of_the_content_that_was_described(adapters: &Adapters) {
    let Adapters { reader, .. } = adapters;
    assert_eq!(reader.describe("key").await.expect("an answer"), None);
    assert_eq!(reader.get_range("key", "tag", 0..1).await.expect("an answer"), None);
    put(adapters, "key", b"0123456789").await;
    let described = reader.describe("key").await.expect("an answer").expect("an object");
    assert_eq!(described.size, 10);
    assert_eq!(described.etag, reader.get("key").await.expect("a read").expect("an object").etag);
    let range = async |range| reader.get_range("key", &described.etag, range).await;
    for (asked, expected) in [(0..10, "0123456789"), (3..5, "34"), (8..20, "89")] {
        let bytes = range(asked.clone()).await.expect("a read").expect("an object");
        assert_eq!(bytes, expected, "{asked:?}");
    }
    let beyond = range(10..11).await.expect_err("no byte to read");
    assert!(!beyond.retryable, "{beyond:?}");
    put(adapters, "key", b"another").await;
    assert_eq!(range(0..3).await.expect("an answer"), None);
}

async fn a_copy_is_one_of_the_content_that_was_described(adapters: &Adapters) {
    let Adapters { reader, writer, .. } = adapters;
    assert!(!writer.copy("a/ü +%.csv", "tag", "b").await.expect("an answer"));
    put(adapters, "a/ü +%.csv", b"content").await;
    let etag = reader.describe("a/ü +%.csv").await.expect("an answer").expect("an object").etag;
    assert!(writer.copy("a/ü +%.csv", &etag, "b/ä").await.expect("a copy"));
    let copy = reader.get("b/ä").await.expect("a read").expect("an object");
    assert_eq!((copy.bytes.as_ref(), copy.etag), (b"content".as_slice(), etag.clone()));
    put(adapters, "a/ü +%.csv", b"replaced").await;
    assert!(!writer.copy("a/ü +%.csv", &etag, "c").await.expect("an answer"));
    assert_eq!(reader.get("c").await.expect("a read"), None);
}

async fn an_upload_is_there_when_it_is_complete(adapters: &Adapters) {
    let Adapters { reader, uploader, .. } = adapters;
    let begin = async |key| uploader.upload(key, "text/csv").await.expect("an upload");
    for (key, sizes) in [("none", vec![]), ("small", vec![3, 0, 4]), ("large", vec![9 << 20; 4])] {
        let mut upload = begin(key).await;
        let mut expected = Vec::new();
        for (part, size) in sizes.into_iter().enumerate() {
            let bytes = vec![b'a' + u8::try_from(part).expect("a few"); size];
            expected.extend_from_slice(&bytes);
            upload.write(bytes.into()).await.expect("written");
        }
        assert_eq!(reader.get(key).await.expect("a read"), None, "{key} is not complete");
        upload.complete().await.expect("complete");
        let object = reader.get(key).await.expect("a read").expect("an object");
        assert!(object.bytes == expected, "{key} reads back");
    }
    for size in [3, 20 << 20] {
        let mut upload = begin("small").await;
        upload.write(vec![b'x'; size].into()).await.expect("written");
        upload.abort().await.expect("given up");
        let object = reader.get("small").await.expect("a read").expect("an object");
        assert_eq!(object.bytes, "aaacccc", "what was there stays");
    }
}

async fn the_last_write_counts(adapters: &Adapters) {
    let read = async || adapters.reader.get("key").await.expect("a read").expect("an object");
    put(adapters, "key", b"first").await;
    let first = read().await;
    put(adapters, "key", b"second").await;
    let second = read().await;
    assert_eq!(second.bytes, "second");
    assert_ne!(second.etag, first.etag);
    put(adapters, "key", b"first").await;
    assert_eq!(read().await, first, "the tag follows from the content");
    assert_eq!(keys(adapters, "").await, ["key"]);
}

async fn a_listing_is_sorted_and_complete(adapters: &Adapters) {
    let mut expected: Vec<String> = (0..1_050).map(|number| format!("many/{number}")).collect();
    let writes = expected.iter().map(|key| put(adapters, key, b""));
    // A few at a time: on a busy machine, a thousand connections at once are not answered.
    futures::stream::iter(writes).buffer_unordered(16).collect::<()>().await;
    for key in ["many", "many.csv", "others/a"] {
        put(adapters, key, b"").await;
    }
    expected.sort();
    assert_eq!(keys(adapters, "many/").await, expected);
    assert_eq!(keys(adapters, "many/104").await.len(), 1 + 10);
    assert_eq!(keys(adapters, "many.").await, ["many.csv"]);
    let modified = adapters.reader.list("o").await.expect("a listing")[0].modified;
    let age = jiff::Timestamp::now().duration_since(modified);
    assert!(age.as_secs().abs() < 3_600, "{modified}");
}

async fn a_key_may_hold_any_character(adapters: &Adapters) {
    let mut keys_put = ["a b", "a+b", "a%20b", "a%", "ä/乗車", "a&b=c;d?e#f", "../x", "a//b", "a/"];
    for key in keys_put {
        put(adapters, key, b"x").await;
        assert!(adapters.reader.get(key).await.expect("a read").is_some(), "{key}");
    }
    keys_put.sort_unstable();
    assert_eq!(keys(adapters, "").await, keys_put);
    assert_eq!(keys(adapters, "a%").await, ["a%", "a%20b"]);
}
