//! Checksums: verified when content comes, told when it goes.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, ChecksumType};

use crate::server::{BUCKET, Server, refusal};

const CONTENT: &[u8] = b"123456789";

#[tokio::test]
async fn every_algorithm_is_stored_and_told() {
    let server = Server::start().await;
    for (algorithm, value) in [
        (ChecksumAlgorithm::Crc32, "y/Q5Jg=="),
        (ChecksumAlgorithm::Crc32C, "4waSgw=="),
        (ChecksumAlgorithm::Crc64Nvme, "rosUhgp5mIg="),
        (ChecksumAlgorithm::Sha1, "98O8HYCOBHMq32eZZczDTKeuNEE="),
        (ChecksumAlgorithm::Sha256, "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="),
    ] {
        let put = server.client.put_object().bucket(BUCKET).key("k");
        let put = put.checksum_algorithm(algorithm.clone()).body(ByteStream::from_static(CONTENT));
        put.send().await.unwrap();
        let get = server.client.get_object().bucket(BUCKET).key("k");
        let get = get.checksum_mode(ChecksumMode::Enabled).send().await.unwrap();
        let told = match algorithm {
            ChecksumAlgorithm::Crc32 => get.checksum_crc32(),
            ChecksumAlgorithm::Crc32C => get.checksum_crc32_c(),
            ChecksumAlgorithm::Crc64Nvme => get.checksum_crc64_nvme(),
            ChecksumAlgorithm::Sha1 => get.checksum_sha1(),
            _ => get.checksum_sha256(),
        };
        assert_eq!(told, Some(value));
        assert_eq!(get.checksum_type(), Some(&ChecksumType::FullObject));
        // The client verifies the content as it reads it.
        assert_eq!(get.body.collect().await.unwrap().to_vec(), CONTENT);
    }
}

#[tokio::test]
async fn a_wrong_checksum_stores_nothing() {
    let server = Server::start().await;
    let put = || {
        let put = server.client.put_object().bucket(BUCKET).key("k");
        put.body(ByteStream::from_static(CONTENT))
    };
    let refused = [
        refusal(put().checksum_crc32("AAAAAA==").send().await),
        refusal(put().checksum_crc32_c("AAAAAA==").send().await),
        refusal(put().checksum_sha1("AAAAAAAAAAAAAAAAAAAAAAAAAAA=").send().await),
        refusal(put().content_md5("AAAAAAAAAAAAAAAAAAAAAA==").send().await),
    ];
    for refused in refused {
        assert_eq!(refused, (400, "BadDigest".to_owned()));
    }
    let head = server.client.head_object().bucket(BUCKET).key("k").send().await;
    assert_eq!(refusal(head).0, 404);
    assert_eq!(crate::durability::blobs(server.folder()), 0);
    put().content_md5("JfnnlDI7RTiF9RgfG2JNCw==").send().await.unwrap();
}

#[tokio::test]
async fn a_range_has_no_checksum() {
    let server = Server::start().await;
    server.put("k", CONTENT).await;
    let get = server.client.get_object().bucket(BUCKET).key("k").range("bytes=0-3");
    let get = get.checksum_mode(ChecksumMode::Enabled).send().await.unwrap();
    assert_eq!(get.checksum_crc32(), None);
    assert_eq!(get.body.collect().await.unwrap().to_vec(), b"1234");
}
