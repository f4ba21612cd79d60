//! The MD5 digests by which clients check that a message arrived as it was sent.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest as _, Md5};

use super::attributes::{Attribute, MessageAttributes};

pub(super) fn of_body(body: &str) -> String {
    hex::encode(Md5::digest(body))
}

/// The digest of attributes in the order of their names: of each the name, the type and the
/// value after their lengths, the value after a byte that tells whether it is a text.
pub(super) fn of_attributes(attributes: &MessageAttributes) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut digest = Md5::new();
    for (name, Attribute { data_type, string_value, binary_value }) in attributes {
        for part in [name, data_type] {
            digest.update(length(part.as_bytes()));
            digest.update(part);
        }
        let (kind, value) = match (string_value, binary_value) {
            (Some(text), _) => (1, text.clone().into_bytes()),
            (None, binary) => {
                let binary = binary.as_deref().unwrap_or_default();
                (2, BASE64_STANDARD.decode(binary).unwrap_or_default())
            }
        };
        digest.update([kind]);
        digest.update(length(&value));
        digest.update(value);
    }
    Some(hex::encode(digest.finalize()))
}

fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_service() {
        // As SQS's guide and moto's tests give them.
        assert_eq!(of_body("This is a test message"), "fafb00f5732ab283681e124bf8747ed1");
        let text = |value: &str| Attribute {
            data_type: "String".to_owned(),
            string_value: Some(value.to_owned()),
            binary_value: None,
        };
        let attributes = [(
            "timestamp".to_owned(),
            Attribute { data_type: "Number".to_owned(), ..text("1493147359900") },
        )];
        let digest = of_attributes(&attributes.into()).unwrap();
        assert_eq!(digest, "235c5c510d26fb653d073faed50ae77c");
        assert_eq!(of_attributes(&MessageAttributes::new()), None);
    }
}
