use std::collections::BTreeMap;

use proptest::collection::btree_map;
use proptest::prelude::*;

use super::super::{buckets, objects, schema};
use super::*;
use crate::aws::s3::attributes::Attributes;
use crate::aws::s3::checksum::Checksum;
use crate::aws::s3::records::Object;

fn bucket_of(model: &BTreeMap<String, u64>) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    schema::prepare(&connection).unwrap();
    for bucket in ["bucket", "other"] {
        buckets::create(&connection, bucket, Timestamp::UNIX_EPOCH).unwrap();
    }
    for (number, (key, size)) in model.iter().enumerate() {
        let checksum = Checksum {
            algorithm: Algorithm::Crc32,
            coverage: Coverage::FullObject,
            value: String::new(),
        };
        let object = Object {
            key: key.clone(),
            blob: number.to_string(),
            size: *size,
            etag: String::new(),
            modified: Timestamp::UNIX_EPOCH,
            checksum,
            attributes: Attributes::default(),
            part_sizes: Vec::new(),
        };
        objects::put(&connection, "bucket", &object).unwrap();
    }
    connection
}

/// Names with the sizes of objects; groups have none.
type Listing = Vec<(String, Option<u64>)>;

/// What S3 documents, in the plainest words.
fn expected(model: &BTreeMap<String, u64>, query: &Query) -> Listing {
    let mut listing = BTreeMap::new();
    for (key, size) in model {
        let Some(rest) = key.strip_prefix(&query.prefix) else { continue };
        let delimiter = query.delimiter.as_deref().unwrap_or("\0none");
        let (name, size) = match rest.split_once(delimiter) {
            Some((head, _)) => (format!("{}{head}{delimiter}", query.prefix), None),
            None => (key.clone(), Some(*size)),
        };
        if name > query.after {
            listing.insert(name, size);
        }
    }
    listing.into_iter().collect()
}

fn listed(page: &Page) -> Listing {
    let line = |entry: &Entry| match entry {
        Entry::Object(summary) => (summary.key.clone(), Some(summary.size)),
        Entry::Group(prefix) => (prefix.clone(), None),
    };
    page.entries.iter().map(line).collect()
}

fn key() -> impl Strategy<Value = String> {
    // Few letters, so that keys share beginnings; the last code point before
    // the surrogates, the first after them and the last of all.
    "[ab/\u{1}é\u{d7ff}\u{e000}\u{10ffff}]{1,6}"
}

proptest! {
    #[test]
    fn pages_add_up_to_the_listing(
        model in btree_map(key(), any::<u32>().prop_map(u64::from), 0..40),
        prefix in "[ab/\u{10ffff}]{0,2}",
        delimiter in prop::option::of(prop_oneof!["/", "a", "b/", "\u{10ffff}"]),
        after in prop::option::of(key()),
        limit in 1_usize..8,
    ) {
        let connection = bucket_of(&model);
        let after = after.unwrap_or_default();
        let mut query = Query { prefix, delimiter, after, limit };
        let expected = expected(&model, &query);
        let mut found = Listing::new();
        loop {
            let page = page(&connection, "bucket", &query).unwrap();
            prop_assert!(page.entries.len() <= limit);
            found.extend(listed(&page));
            if !page.is_truncated {
                break;
            }
            prop_assert_eq!(page.entries.len(), limit);
            query.after = page.entries.last().unwrap().name().to_owned();
        }
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn no_room_means_an_empty_page_that_is_complete() {
    let connection = bucket_of(&BTreeMap::from([("a".to_owned(), 1)]));
    let query = Query { prefix: String::new(), delimiter: None, after: String::new(), limit: 0 };
    let page = page(&connection, "bucket", &query).unwrap();
    assert!(page.entries.is_empty() && !page.is_truncated);
}

#[test]
fn successors_skip_what_is_no_character() {
    assert_eq!(successor("a/"), Some("a0".to_owned()));
    assert_eq!(successor("a\u{d7ff}"), Some("a\u{e000}".to_owned()));
    assert_eq!(successor("a\u{10ffff}\u{10ffff}"), Some("b".to_owned()));
    assert_eq!(successor("\u{10ffff}"), None);
    assert_eq!(successor(""), None);
}
