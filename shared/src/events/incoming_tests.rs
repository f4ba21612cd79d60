use serde_json::json;

use super::*;

fn one(payload: Value) -> Trigger {
    let TrainingRequest(mut triggers) = TrainingRequest::parse(payload).unwrap();
    assert_eq!(triggers.len(), 1);
    triggers.remove(0)
}

fn created(payload: Value) -> DatasetObject {
    match one(payload) {
        Trigger::ObjectCreated(object) => object,
        other => panic!("{other:?}"),
    }
}

#[test]
fn keys_are_decoded_in_s3_events_and_left_alone_in_event_bridge_events() {
    let direct = created(json!({"Records": [{
        "eventVersion": "2.6", "eventSource": "aws:s3", "eventTime": "2026-01-01T00:00:00.000Z",
        "userIdentity": {}, "requestParameters": {}, "responseElements": {},
        "s3": {"bucket": {"name": "b"},
               "object": {"key": "datasets/taxi/a+b%2Bc%25%C3%A9.csv", "eTag": "e", "sequencer": "0A"}}
    }]}));
    assert_eq!(direct.key, "datasets/taxi/a b+c%é.csv");
    assert_eq!((direct.etag.as_deref(), direct.sequencer.as_deref()), (Some("e"), Some("0A")));
    let bridged = created(json!({
        "detail-type": "Object Created", "source": "aws.s3",
        "detail": {"bucket": {"name": "b"}, "object": {"key": "datasets/taxi/a b+c%20.csv", "etag": "e"}}
    }));
    assert_eq!(bridged.key, "datasets/taxi/a b+c%20.csv");
}

#[test]
fn requests_ask_for_a_retraining() {
    let detail = |data: Value| json!({"metadata": {"id": "d1", "unknown": 1}, "data": data});
    let drift = one(json!({
        "detail-type": "Retrain Requested",
        "detail": detail(json!({"model": "taxi", "unknown": 3,
            "window": {"start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"}}))
    }));
    let Trigger::Retrain { model, window, event, reason, .. } = drift else { panic!("{drift:?}") };
    assert_eq!(
        (model.as_str(), event.as_deref(), reason.as_str()),
        ("taxi", Some("d1"), "retrain requested")
    );
    assert_eq!(window.unwrap().start, "2026-01-01T00:00:00Z".parse().unwrap());
    let direct = one(json!({"model": "taxi", "dataset": "datasets/taxi/x.csv"}));
    assert!(matches!(direct, Trigger::Retrain { dataset: Some(_), event: None, .. }));
}

#[test]
fn a_request_forces_a_training_when_it_says_so() {
    let forced = |payload| match one(payload) {
        Trigger::Retrain { force, .. } => force,
        other => panic!("{other:?}"),
    };
    let event = |data: Value| json!({"detail-type": "Retrain Requested", "detail": {"metadata": {"id": "1"}, "data": data}});
    assert!(!forced(event(json!({"model": "taxi"}))));
    assert!(forced(event(json!({"model": "taxi", "force": true}))));
    assert!(!forced(json!({"model": "taxi"})));
    assert!(forced(json!({"model": "taxi", "force": true})));
}

#[test]
fn other_events_are_refused_with_what_was_expected() {
    let error = |payload| TrainingRequest::parse(payload).unwrap_err();
    for unknown in [json!(1), json!([]), json!({}), json!("x")] {
        assert!(matches!(error(unknown), InvalidEvent::UnknownShape { .. }));
    }
    for kind in ["Object Deleted", "Drift Detected"] {
        let unknown = error(json!({"detail-type": kind}));
        assert!(matches!(unknown, InvalidEvent::UnknownKind(_)), "{unknown}");
    }
    assert!(matches!(error(json!({"model": "Bad Name"})), InvalidEvent::Malformed { .. }));
    assert!(matches!(error(json!({"model": "a", "dataste": 1})), InvalidEvent::Malformed { .. }));
    assert!(matches!(
        error(json!({"Records": [{"s3": {"bucket": {"name": "b"}, "object": {}}}]})),
        InvalidEvent::Malformed { .. } | InvalidEvent::Missing { part: "s3.object.key", .. }
    ));
}
