//! Answers and metadata of the Open Inference Protocol.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::learners::Predictions;
use crate::name::Version;
use crate::protocol::Output;
use crate::protocol::oip::metadata::{
    EXTENSIONS, IndexEntry, IndexRequest, Live, ModelMetadata, ModelReady, ModelState, Ready,
    ServerMetadata,
};
use crate::protocol::problem::Kind as ProblemKind;

#[test]
fn classes_are_told_as_labels_and_probabilities() {
    let predictions = Predictions::Classes {
        classes: vec!["a,b".to_owned(), "1".to_owned()].into(),
        probabilities: vec![0.25, 0.75, 0.5, 0.5],
        threshold: None,
    };
    let outputs = [Output::Predict, Output::Probabilities];
    let told = answer(
        Protocol::OpenInference,
        &Answer {
            model: &"taxi".parse().unwrap(),
            version: Version::FIRST,
            id: Some("42"),
            outputs: &outputs,
            predictions: &predictions,
            extras: &Extras::default(),
        },
    );
    assert_eq!(
        told,
        json!({
            "model_name": "taxi",
            "model_version": "1",
            "id": "42",
            "outputs": [
                {"name": "predict", "shape": [2], "datatype": "BYTES", "data": ["1", "a,b"]},
                {"name": "probabilities", "shape": [2, 2], "datatype": "FP64",
                 "parameters": {"classes": r#"["a,b","1"]"#}, "data": [0.25, 0.75, 0.5, 0.5]},
            ],
        })
    );
}

#[test]
fn values_are_told_as_numbers_and_have_no_probabilities() {
    let predictions = Predictions::Values(vec![1.0, 0.1]);
    let told = answer(
        Protocol::OpenInference,
        &Answer {
            model: &"taxi".parse().unwrap(),
            version: "7".parse().unwrap(),
            id: None,
            outputs: &[Output::Predict, Output::Probabilities],
            predictions: &predictions,
            extras: &Extras::default(),
        },
    );
    assert_eq!(
        told,
        json!({
            "model_name": "taxi",
            "model_version": "7",
            "outputs": [{"name": "predict", "shape": [2], "datatype": "FP64", "data": [1.0, 0.1]}],
        })
    );
}

#[test]
fn metadata_describe_each_input_and_output() {
    let metadata = ModelMetadata::new(
        "taxi".parse().unwrap(),
        [Version::FIRST, Version::FIRST.next()],
        &schema(),
        BTreeMap::from([("task".to_owned(), "classification".to_owned())]),
    );
    assert_eq!(
        serde_json::to_value(&metadata).unwrap(),
        json!({
            "name": "taxi",
            "versions": ["1", "2"],
            "platform": "model-factory_mfa",
            "inputs": [
                {"name": "age", "datatype": "INT64", "shape": [-1]},
                {"name": "fare", "datatype": "FP64", "shape": [-1]},
                {"name": "vip", "datatype": "BOOL", "shape": [-1]},
                {"name": "city", "datatype": "BYTES", "shape": [-1]},
            ],
            "outputs": [
                {"name": "predict", "datatype": "BYTES", "shape": [-1]},
                {"name": "probabilities", "datatype": "FP64", "shape": [-1, 2]},
            ],
            "properties": {"task": "classification"},
        })
    );
    let values =
        ModelMetadata::new("x".parse().unwrap(), [Version::FIRST], &numbers(1), BTreeMap::new());
    assert_eq!(
        serde_json::to_value(&values.outputs).unwrap(),
        json!([{"name": "predict", "datatype": "FP64", "shape": [-1]}])
    );
}

#[test]
fn the_server_describes_itself() {
    let server = serde_json::to_value(ServerMetadata::new()).unwrap();
    assert_eq!(server["name"], "model-factory");
    assert_eq!(server["extensions"], json!(EXTENSIONS));
    assert!(server["version"].is_string());
    assert_eq!(serde_json::to_value(Live { live: true }).unwrap(), json!({"live": true}));
    assert_eq!(serde_json::to_value(Ready { ready: false }).unwrap(), json!({"ready": false}));
    let model = ModelReady { name: "taxi".parse().unwrap(), ready: true };
    assert_eq!(serde_json::to_value(model).unwrap(), json!({"name": "taxi", "ready": true}));
    let index = |body: &str| IndexRequest::read(body.as_bytes(), &Limits::default());
    assert!(index(r#"{"ready":true}"#).unwrap().ready);
    assert!(!index(" ").unwrap().ready);
    assert!(matches!(index("[true]"), Err(ProtocolError::Structure { .. })));
    assert!(matches!(index("{"), Err(ProtocolError::NotJson(_))));
    let entry = IndexEntry {
        name: "taxi".parse().unwrap(),
        version: "3".to_owned(),
        state: ModelState::Unavailable,
        reason: "the artifact is corrupt".to_owned(),
    };
    assert_eq!(
        serde_json::to_value(entry).unwrap(),
        json!({"name": "taxi", "version": "3", "state": "UNAVAILABLE",
               "reason": "the artifact is corrupt"})
    );
}

#[test]
fn a_refusal_names_each_wrong_input() {
    let body = r#"{"inputs":[{"name":"x0","shape":[2],"datatype":"FP64","data":[1,"a"]},
                             {"name":"z","shape":[2],"datatype":"FP64","data":[1,2]}]}"#;
    let error = json_request(Protocol::OpenInference, body, &numbers(2)).unwrap_err();
    let problem = Problem::from(&error);
    assert_eq!(problem.kind, ProblemKind::SchemaMismatch);
    let told: Value = serde_json::from_slice(&problem.to_json().unwrap()).unwrap();
    assert_eq!(
        told["invalid_params"],
        json!([
            {"name": "x0", "reason": "row 2: found \"a\" where a number is expected"},
            {"name": "z", "reason": "not an input of the model"},
            {"name": "x1",
             "reason": "missing, though the model was trained with a value in every row"},
        ])
    );
    assert_eq!(told["error"], told["detail"]);
    assert_eq!(told["error_code"], "INVALID_PARAMETER_VALUE");
}
