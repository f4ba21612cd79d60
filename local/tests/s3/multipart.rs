//! Multipart uploads.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart,
};

use crate::server::{BUCKET, Server, noise, refusal};

const FIVE_MIB: usize = 5 * 1024 * 1024;

async fn begin(server: &Server, key: &str) -> String {
    let create = server.client.create_multipart_upload().bucket(BUCKET).key(key);
    create.send().await.unwrap().upload_id.unwrap()
}

async fn upload(
    server: &Server,
    key: &str,
    id: &str,
    number: i32,
    content: &[u8],
) -> CompletedPart {
    let part = server.client.upload_part().bucket(BUCKET).key(key).upload_id(id);
    let part = part.part_number(number).body(ByteStream::from(content.to_vec()));
    let etag = part.send().await.unwrap().e_tag.unwrap();
    CompletedPart::builder().part_number(number).e_tag(etag).build()
}

fn named(parts: &[&CompletedPart]) -> CompletedMultipartUpload {
    let parts = parts.iter().map(|part| (*part).clone()).collect();
    CompletedMultipartUpload::builder().set_parts(Some(parts)).build()
}

#[tokio::test]
async fn parts_become_an_object() {
    let server = Server::start().await;
    let content = noise(FIVE_MIB + 1000);
    let (head, tail) = content.split_at(FIVE_MIB);
    let create = server.client.create_multipart_upload().bucket(BUCKET).key("k");
    let create = create.content_type("text/csv").metadata("m", "1").send().await.unwrap();
    let id = create.upload_id().unwrap();
    let second = upload(&server, "k", id, 7, tail).await;
    let replaced = upload(&server, "k", id, 2, b"replaced").await;
    let first = upload(&server, "k", id, 2, head).await;
    assert_ne!(replaced.e_tag(), first.e_tag());
    let complete = || {
        let complete = server.client.complete_multipart_upload().bucket(BUCKET).key("k");
        complete.upload_id(id)
    };
    let wrong = complete().multipart_upload(named(&[&second, &first])).send().await;
    assert_eq!(refusal(wrong), (400, "InvalidPartOrder".to_owned()));
    let wrong = complete().multipart_upload(named(&[&replaced, &second])).send().await;
    assert_eq!(refusal(wrong), (400, "InvalidPart".to_owned()));
    let wrong = complete().multipart_upload(named(&[])).send().await;
    assert_eq!(refusal(wrong), (400, "MalformedXML".to_owned()));
    let parts = named(&[&first, &second]);
    let wrong = complete().multipart_upload(parts.clone()).mpu_object_size(7).send().await;
    assert_eq!(refusal(wrong), (400, "InvalidRequest".to_owned()));
    let output = complete().multipart_upload(parts.clone()).send().await.unwrap();
    // The MD5 of the parts' MD5s, computed outside.
    assert_eq!(output.e_tag(), Some("\"eb88d565c2c55e5721822db06aba6ca9-2\""));
    assert!(server.get("k").await == content);
    let again = complete().multipart_upload(parts).send().await;
    assert_eq!(refusal(again), (404, "NoSuchUpload".to_owned()));

    let head = server.client.head_object().bucket(BUCKET).key("k");
    let whole = head.clone().send().await.unwrap();
    assert_eq!(whole.content_type(), Some("text/csv"));
    assert_eq!(whole.metadata().unwrap()["m"], "1");
    let part = head.part_number(2).send().await.unwrap();
    assert_eq!(part.content_length(), Some(1000));
    assert_eq!(part.parts_count(), Some(2));
    let part = server.client.get_object().bucket(BUCKET).key("k").part_number(2).send().await;
    assert_eq!(part.unwrap().body.collect().await.unwrap().to_vec(), tail);
    let none = server.client.get_object().bucket(BUCKET).key("k").part_number(3).send().await;
    assert_eq!(refusal(none).0, 416);
}

#[tokio::test]
async fn small_parts_are_refused_except_the_last() {
    let server = Server::start().await;
    let id = begin(&server, "k").await;
    let first = upload(&server, "k", &id, 1, b"small").await;
    let second = upload(&server, "k", &id, 2, b"last").await;
    let complete = server.client.complete_multipart_upload().bucket(BUCKET).key("k");
    let complete = complete.upload_id(&id).multipart_upload(named(&[&first, &second])).send().await;
    assert_eq!(refusal(complete), (400, "EntityTooSmall".to_owned()));
    for number in [0, 10_001] {
        let part = server.client.upload_part().bucket(BUCKET).key("k").upload_id(&id);
        let part = part.part_number(number).body(ByteStream::from_static(b"x")).send().await;
        assert_eq!(refusal(part), (400, "InvalidArgument".to_owned()));
    }
}

#[tokio::test]
async fn an_aborted_upload_leaves_nothing() {
    let server = Server::start().await;
    let id = begin(&server, "k").await;
    let part = upload(&server, "k", &id, 1, b"part").await;
    let abort = || server.client.abort_multipart_upload().bucket(BUCKET).key("k").upload_id(&id);
    abort().send().await.unwrap();
    let gone = (404, "NoSuchUpload".to_owned());
    assert_eq!(refusal(abort().send().await), gone);
    let complete = server.client.complete_multipart_upload().bucket(BUCKET).key("k");
    let complete = complete.upload_id(&id).multipart_upload(named(&[&part])).send().await;
    assert_eq!(refusal(complete), gone);
    let part = server.client.upload_part().bucket(BUCKET).key("k").upload_id(&id);
    assert_eq!(refusal(part.part_number(1).send().await), gone);
    let list = server.client.list_parts().bucket(BUCKET).key("k").upload_id(&id).send().await;
    assert_eq!(refusal(list), gone);
    assert_eq!(crate::durability::blobs(server.folder()), 0);
}

#[tokio::test]
async fn an_upload_belongs_to_its_key() {
    let server = Server::start().await;
    let id = begin(&server, "k").await;
    let part = server.client.upload_part().bucket(BUCKET).key("other").upload_id(&id);
    let part = part.part_number(1).body(ByteStream::from_static(b"x")).send().await;
    assert_eq!(refusal(part), (404, "NoSuchUpload".to_owned()));
}

#[tokio::test]
async fn parts_are_listed_in_pages() {
    let server = Server::start().await;
    let id = begin(&server, "k").await;
    for number in [3, 1, 9] {
        upload(&server, "k", &id, number, format!("part {number}").as_bytes()).await;
    }
    let list = server.client.list_parts().bucket(BUCKET).key("k").upload_id(&id);
    let page = list.clone().max_parts(2).send().await.unwrap();
    let numbers: Vec<_> = page.parts().iter().map(|part| part.part_number().unwrap()).collect();
    assert_eq!(numbers, [1, 3]);
    assert_eq!(page.parts()[0].size(), Some(6));
    assert_eq!(page.is_truncated(), Some(true));
    let rest = list.part_number_marker(page.next_part_number_marker().unwrap()).send().await;
    let rest = rest.unwrap();
    assert_eq!(rest.parts()[0].part_number(), Some(9));
    assert_eq!(rest.is_truncated(), Some(false));
}

#[tokio::test]
async fn uploads_are_listed_in_pages() {
    let server = Server::start().await;
    let mut begun = Vec::new();
    for key in ["b/1", "a", "b/1", "b/2"] {
        begun.push((key.to_owned(), begin(&server, key).await));
    }
    begun.sort();
    let list = server.client.list_multipart_uploads().bucket(BUCKET);
    let (mut found, mut key, mut id) = (Vec::new(), None, None);
    loop {
        let page = list.clone().max_uploads(1).set_key_marker(key).set_upload_id_marker(id);
        let page = page.send().await.unwrap();
        for upload in page.uploads() {
            found.push((upload.key().unwrap().to_owned(), upload.upload_id().unwrap().to_owned()));
        }
        (key, id) = (page.next_key_marker, page.next_upload_id_marker);
        if key.is_none() {
            break;
        }
    }
    assert_eq!(found, begun);
    let after = list.clone().key_marker("b/1").send().await.unwrap();
    assert_eq!(after.uploads()[0].key(), Some("b/2"));
    let below = list.prefix("b/").send().await.unwrap();
    assert_eq!(below.uploads().len(), 3);
}

#[tokio::test]
async fn a_part_can_be_copied() {
    let server = Server::start().await;
    let content = noise(FIVE_MIB + 100);
    server.put("from", content.clone()).await;
    let id = begin(&server, "to").await;
    let mut parts = Vec::new();
    for (number, range) in [
        (1, format!("bytes=0-{}", FIVE_MIB - 1)),
        (2, format!("bytes={FIVE_MIB}-{}", FIVE_MIB + 99)),
    ] {
        let copy = server.client.upload_part_copy().bucket(BUCKET).key("to").upload_id(&id);
        let copy = copy.copy_source(format!("{BUCKET}/from")).copy_source_range(range);
        let copy = copy.part_number(number).send().await.unwrap();
        let etag = copy.copy_part_result.unwrap().e_tag.unwrap();
        parts.push(CompletedPart::builder().part_number(number).e_tag(etag).build());
    }
    let complete = server.client.complete_multipart_upload().bucket(BUCKET).key("to");
    let complete =
        complete.upload_id(&id).multipart_upload(named(&parts.iter().collect::<Vec<_>>()));
    complete.send().await.unwrap();
    assert!(server.get("to").await == content);
    let copy = server.client.upload_part_copy().bucket(BUCKET).key("to").upload_id("none");
    let copy = copy.copy_source(format!("{BUCKET}/from")).part_number(1).send().await;
    assert_eq!(refusal(copy), (404, "NoSuchUpload".to_owned()));
}

#[tokio::test]
async fn the_whole_has_the_checksum_that_was_asked_for() {
    let server = Server::start().await;
    for (algorithm, kind, composite) in [
        (ChecksumAlgorithm::Sha256, None, true),
        (ChecksumAlgorithm::Crc32, Some(ChecksumType::FullObject), false),
        (ChecksumAlgorithm::Crc64Nvme, None, false),
    ] {
        let create = server.client.create_multipart_upload().bucket(BUCKET).key("k");
        let create = create.checksum_algorithm(algorithm.clone()).set_checksum_type(kind);
        let id = create.send().await.unwrap().upload_id.unwrap();
        let part = server.client.upload_part().bucket(BUCKET).key("k").upload_id(&id);
        let part = part.checksum_algorithm(algorithm).part_number(1);
        let part = part.body(ByteStream::from_static(b"123456789")).send().await.unwrap();
        let part = CompletedPart::builder()
            .part_number(1)
            .set_e_tag(part.e_tag)
            .set_checksum_sha256(part.checksum_sha256)
            .set_checksum_crc32(part.checksum_crc32)
            .build();
        let complete = server.client.complete_multipart_upload().bucket(BUCKET).key("k");
        let complete = complete.upload_id(&id).multipart_upload(named(&[&part]));
        complete.send().await.unwrap();
        let head = server.client.head_object().bucket(BUCKET).key("k");
        let head = head.checksum_mode(ChecksumMode::Enabled).send().await.unwrap();
        let values = [head.checksum_sha256(), head.checksum_crc32(), head.checksum_crc64_nvme()];
        let value = values.into_iter().flatten().next().unwrap();
        assert_eq!(value.ends_with("-1"), composite, "{value}");
        if !composite {
            assert!(["y/Q5Jg==", "rosUhgp5mIg="].contains(&value), "{value}");
        }
        assert_eq!(server.get("k").await, b"123456789");
    }
    let create = server.client.create_multipart_upload().bucket(BUCKET).key("k");
    let create = create.checksum_algorithm(ChecksumAlgorithm::Sha1);
    let create = create.checksum_type(ChecksumType::FullObject).send().await;
    assert_eq!(refusal(create), (400, "InvalidRequest".to_owned()));
}

#[tokio::test]
async fn a_wrong_checksum_of_the_whole_is_refused() {
    let server = Server::start().await;
    let create = server.client.create_multipart_upload().bucket(BUCKET).key("k");
    let create = create.checksum_algorithm(ChecksumAlgorithm::Crc32);
    let create = create.checksum_type(ChecksumType::FullObject).send().await.unwrap();
    let id = create.upload_id().unwrap();
    let part = upload(&server, "k", id, 1, b"123456789").await;
    let complete = || {
        let complete = server.client.complete_multipart_upload().bucket(BUCKET).key("k");
        complete.upload_id(id).multipart_upload(named(&[&part]))
    };
    let wrong = complete().checksum_crc32("AAAAAA==").send().await;
    assert_eq!(refusal(wrong), (400, "BadDigest".to_owned()));
    complete().checksum_crc32("y/Q5Jg==").send().await.unwrap();
}
