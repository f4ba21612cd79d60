use serde_json::{Value, json};

use super::{Event, Publisher, PutEventsError, PutEventsRequest, PutEventsResponse};

fn judge(entries: Value) -> Result<(Vec<Event>, PutEventsResponse), PutEventsError> {
    let request: PutEventsRequest =
        serde_json::from_value(json!({"Entries": entries})).expect("a request");
    request.judge(Publisher { region: "us-east-1", bus: "factory" })
}

fn entry() -> Value {
    json!({"Source": "com.example", "DetailType": "Drift Detected", "Detail": "{\"a\":1}"})
}

fn with(name: &str, value: Value) -> Value {
    let mut entry = entry();
    entry[name] = value;
    entry
}

fn refusal(entry: Value) -> (String, String) {
    let (events, response) = judge(json!([entry])).expect("a judgement");
    assert!(events.is_empty());
    let response = serde_json::to_value(response).expect("JSON");
    assert_eq!(response["FailedEntryCount"], 1);
    let result = &response["Entries"][0];
    let text = |name: &str| result[name].as_str().expect("a text").to_owned();
    (text("ErrorCode"), text("ErrorMessage"))
}

#[test]
fn an_entry_becomes_an_event() {
    let entry = json!({
        "Source": "com.example", "DetailType": "Drift Detected", "Detail": "{\"a\":1}",
        "Time": 1700000000.75, "Resources": ["r"], "EventBusName": "factory",
    });
    let (events, response) = judge(json!([entry])).expect("a judgement");
    let event = serde_json::to_value(&events[0]).expect("JSON");
    assert_eq!(
        event,
        json!({
            "version": "0", "id": event["id"], "detail-type": "Drift Detected",
            "source": "com.example", "account": "000000000000",
            "time": "2023-11-14T22:13:20Z", "region": "us-east-1", "resources": ["r"],
            "detail": {"a": 1},
        })
    );
    assert_eq!(
        serde_json::to_value(response).expect("JSON"),
        json!({"FailedEntryCount": 0, "Entries": [{"EventId": event["id"]}]})
    );
}

#[test]
fn a_bad_entry_does_not_hold_up_the_others() {
    let (events, response) = judge(json!([with("Detail", json!("[]")), entry()])).expect("judged");
    assert_eq!((events.len(), response.failed_entry_count), (1, 1));
}

#[test]
fn each_required_argument_is_named() {
    for name in ["Source", "DetailType", "Detail"] {
        let (code, message) = refusal(with(name, json!("")));
        assert_eq!(code, "InvalidArgument");
        assert_eq!(
            message,
            format!("Parameter {name} is not valid. Reason: {name} is a required argument.")
        );
    }
}

#[test]
fn foreign_sources_buses_and_details_are_refused() {
    assert_eq!(refusal(with("Source", json!("aws.s3"))).0, "NotAuthorizedForSourceException");
    assert_eq!(refusal(with("EventBusName", json!("other"))).0, "ResourceNotFoundException");
    assert_eq!(refusal(with("Detail", json!("{"))).0, "MalformedDetail");
    assert_eq!(refusal(with("Time", json!(1e30))).0, "InvalidArgument");
    let arn = json!("arn:aws:events:us-east-1:000000000000:event-bus/factory");
    assert_eq!(judge(json!([with("EventBusName", arn)])).expect("judged").0.len(), 1);
}

#[test]
fn the_request_has_limits() {
    assert!(matches!(judge(json!([])), Err(PutEventsError::EntryCount(0))));
    let eleven = Value::Array(vec![entry(); 11]);
    assert!(matches!(judge(eleven), Err(PutEventsError::EntryCount(11))));
    let large = with("Detail", json!(format!("{{\"a\":\"{}\"}}", "x".repeat(256 * 1024))));
    assert!(matches!(judge(json!([large])), Err(PutEventsError::TooLarge(_))));
}
