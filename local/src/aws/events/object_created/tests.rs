use serde_json::json;

use super::{ObjectCreated, event};

fn created(key: &str) -> ObjectCreated {
    ObjectCreated {
        id: 7,
        bucket: "data".to_owned(),
        key: key.to_owned(),
        size: 12,
        etag: "0cc1".to_owned(),
        sequencer: "00AB".to_owned(),
        reason: "CopyObject".to_owned(),
        time: "2024-05-06T07:08:09.5Z".parse().expect("a time"),
    }
}

#[test]
fn the_event_has_the_shape_of_eventbridge_and_the_key_as_it_is() {
    let event = serde_json::to_value(event(&created("a b+c%2F"), "eu-west-1")).expect("JSON");
    assert_eq!(
        event,
        json!({
            "version": "0", "id": event["id"], "detail-type": "Object Created",
            "source": "aws.s3", "account": "000000000000", "time": "2024-05-06T07:08:09Z",
            "region": "eu-west-1", "resources": ["arn:aws:s3:::data"],
            "detail": {
                "version": "0",
                "bucket": {"name": "data"},
                "object": {"key": "a b+c%2F", "size": 12, "etag": "0cc1", "sequencer": "00AB"},
                "request-id": event["id"],
                "requester": "000000000000",
                "source-ip-address": "127.0.0.1",
                "reason": "CopyObject",
            },
        })
    );
}

#[test]
fn the_id_depends_on_the_object_only() {
    let again = ObjectCreated { id: 8, ..created("a") };
    assert_eq!(event(&created("a"), "r").id, event(&again, "r").id);
    assert_ne!(event(&created("a"), "r").id, event(&created("b"), "r").id);
}
