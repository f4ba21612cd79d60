use super::*;

fn digest(algorithm: Algorithm, content: &[u8]) -> String {
    let mut hasher = Hasher::new(algorithm);
    hasher.update(content);
    hasher.finish()
}

#[test]
fn algorithms_give_the_published_check_values() {
    for (algorithm, value) in [
        (Algorithm::Crc32, "y/Q5Jg=="),
        (Algorithm::Crc32c, "4waSgw=="),
        (Algorithm::Crc64Nvme, "rosUhgp5mIg="),
        (Algorithm::Sha1, "98O8HYCOBHMq32eZZczDTKeuNEE="),
        (Algorithm::Sha256, "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="),
    ] {
        // The check input of the CRC catalogue.
        assert_eq!(digest(algorithm, b"123456789"), value, "{algorithm:?}");
    }
}

#[test]
fn names_and_headers_are_read_back() {
    for algorithm in Algorithm::ALL {
        assert_eq!(Algorithm::from_name(&algorithm.name().to_lowercase()), Some(algorithm));
        assert_eq!(Algorithm::from_header(algorithm.header()), Some(algorithm));
    }
    assert_eq!(Algorithm::from_name("MD5"), None);
    assert_eq!(Coverage::from_name("COMPOSITE"), Some(Coverage::Composite));
    assert_eq!(Coverage::from_name("PARTIAL"), None);
}

#[test]
fn a_composite_is_the_checksum_of_the_raw_checksums() {
    let parts: Vec<_> = [&b"first"[..], b"second"]
        .into_iter()
        .map(|content| Checksum {
            algorithm: Algorithm::Sha256,
            coverage: Coverage::FullObject,
            value: digest(Algorithm::Sha256, content),
        })
        .collect();
    let raw: Vec<u8> =
        parts.iter().flat_map(|part| BASE64_STANDARD.decode(&part.value).unwrap()).collect();
    let composite = Checksum::composite(Algorithm::Sha256, parts.iter()).unwrap();
    assert_eq!(composite.value, format!("{}-2", digest(Algorithm::Sha256, &raw)));
    assert_eq!(composite.coverage, Coverage::Composite);
}
