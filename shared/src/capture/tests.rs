//! Capture through its public surface.

use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::dataset::{Field, Kind, Schema, Task, Values};
use crate::name::{Reference, Version};
use crate::protocol::{Limits, Protocol};

const REQUEST: &str =
    r#"{"inputs":[{"name":"x","shape":[2],"datatype":"FP64","data":[1.5,null]}]}"#;

fn schema(task: Task) -> Schema {
    let inputs = vec![Field::new("x", Kind::Fractional, false)];
    Schema { inputs, target: Some("y".into()), task }
}

fn classes(classes: &[&str]) -> Schema {
    let classes = classes.iter().map(|class| (*class).to_owned()).collect();
    schema(Task::Classification { classes })
}

fn origin(protocol: Protocol) -> Origin {
    Origin {
        model: "taxi".parse().unwrap(),
        version: Version::FIRST,
        variant: Reference::default(),
        protocol: protocol.into(),
        query: None,
        hidden: Vec::new(),
    }
}

fn capture(event_id: &str, inference_id: Option<&str>) -> CaptureLine {
    CaptureLine::new(Exchange {
        event_id,
        inference_id,
        time: "2021-09-12T08:03:35.25Z".parse().unwrap(),
        content_type: None,
        request: REQUEST.as_bytes(),
        response: b"{\"outputs\":[]}",
        origin: origin(Protocol::OpenInference),
    })
}

fn csv_capture(event_id: &str, body: &[u8]) -> CaptureLine {
    CaptureLine::new(Exchange {
        event_id,
        inference_id: None,
        time: Timestamp::UNIX_EPOCH,
        content_type: Some("text/csv; charset=utf-8"),
        request: body,
        response: b"{\"predictions\":[1]}",
        origin: origin(Protocol::Mlflow),
    })
}

fn written(lines: &[CaptureLine]) -> Vec<u8> {
    let mut file = Vec::new();
    lines.iter().for_each(|line| line.write(&mut file).unwrap());
    file
}

fn numbers(values: Option<&Values>) -> Vec<f64> {
    match values {
        Some(Values::Number(values)) => values.clone(),
        other => panic!("no numbers: {other:?}"),
    }
}

fn texts(values: Option<&Values>) -> Vec<&str> {
    match values {
        Some(Values::Category(categories)) => {
            categories.iter().map(|text| text.unwrap_or("-")).collect()
        }
        other => panic!("no texts: {other:?}"),
    }
}

#[test]
fn a_line_has_the_members_of_the_format_and_ours_beside_them() {
    let file = written(&[capture("e-1", Some("mine"))]);
    assert_eq!(file.iter().filter(|&&byte| byte == b'\n').count(), 1);
    assert_eq!(
        serde_json::from_slice::<Value>(&file).unwrap(),
        json!({
            "captureData": {
                "endpointInput": {"observedContentType": "application/json", "mode": "INPUT",
                                  "data": REQUEST, "encoding": "JSON"},
                "endpointOutput": {"observedContentType": "application/json", "mode": "OUTPUT",
                                   "data": "{\"outputs\":[]}", "encoding": "JSON"},
            },
            "eventMetadata": {"eventId": "e-1", "inferenceId": "mine",
                              "inferenceTime": "2021-09-12T08:03:35Z"},
            "eventVersion": "0",
            "modelFactory": {"model": "taxi", "version": 1, "variant": "champion",
                             "protocol": "open-inference"},
        })
    );
}

#[test]
fn lines_are_read_as_they_were_written() {
    let lines = [capture("a", None), csv_capture("b", b"x\n1\n"), csv_capture("c", b"x\n\xff\n")];
    let read: Result<Vec<CaptureLine>, _> = read_lines(&written(&lines)).collect();
    assert_eq!(read.unwrap(), lines);
}

#[test]
fn a_body_is_kept_as_it_is_when_it_is_text() {
    for (content_type, body, encoding) in [
        ("application/json", &b"{}"[..], Encoding::Json),
        ("text/csv", b"a,b", Encoding::Csv),
        ("text/csv", b"\xff", Encoding::Base64),
        ("text/html", b"<p>", Encoding::Base64),
        ("", b"", Encoding::Base64),
    ] {
        let payload = Payload::new(Mode::Input, content_type, body);
        assert_eq!(payload.encoding, encoding, "{content_type}");
        assert_eq!(payload.bytes().unwrap(), body, "{content_type}");
    }
}

#[test]
fn a_line_that_cannot_be_read_does_not_hide_the_others() {
    let mut file = written(&[capture("a", None)]);
    file.extend_from_slice(b"\n{\"captureData\":\n");
    file.extend(written(&[capture("b", None)]));
    let read: Vec<Result<CaptureLine, CaptureError>> = read_lines(&file).collect();
    let [Ok(_), Err(error), Ok(_)] = read.as_slice() else { panic!("{read:?}") };
    assert_eq!(
        error.to_string(),
        "line 3 cannot be read: EOF while parsing a value at line 1 column 15"
    );
}

#[test]
fn the_example_of_the_format_is_read_as_a_scoring_request() {
    let line = r#"{"captureData":{"endpointInput":{"observedContentType":"text/csv","mode":"INPUT",
        "data":"x\n7.5\n","encoding":"CSV"},"endpointOutput":{"observedContentType":
        "text/csv; charset=utf-8","mode":"OUTPUT","data":"0.01","encoding":"CSV"}},
        "eventMetadata":{"eventId":"534bf8e4","inferenceTime":"2021-09-12T08:03:35Z"},
        "eventVersion":"0"}"#;
    let line: CaptureLine = serde_json::from_str(line).unwrap();
    let request = line.request(&schema(Task::Regression), &Limits::default()).unwrap();
    assert_eq!(numbers(request.table.column("x")), [7.5]);
}

#[test]
fn a_captured_request_that_no_longer_fits_says_which_and_why() {
    let schema = Schema { inputs: Vec::new(), ..schema(Task::Regression) };
    let error = capture("e-1", None).request(&schema, &Limits::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the captured request of event `e-1` does not fit the model: input `x`: not an input of \
         the model"
    );
    let mut line = csv_capture("e-2", b"\xff");
    line.capture_data.endpoint_input.data = "no base 64".to_owned();
    let error = line.request(&schema, &Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), "the captured data are not BASE64");
}

#[test]
fn captured_rows_are_gathered_in_one_table() {
    let schema = schema(Task::Regression);
    let mut rows = Rows::new(&schema);
    for line in [capture("a", None), csv_capture("b", b"x\n3\n4\n")] {
        rows.append(&line.request(&schema, &Limits::default()).unwrap().table);
    }
    let table = rows.finish().unwrap();
    assert_eq!(table.rows(), 4);
    assert_eq!(numbers(table.column("x"))[2..], [3.0, 4.0]);
}

#[test]
fn ground_truth_has_the_members_of_the_format() {
    let truth = GroundTruth::new("e-1", ["1", "a,b", ""]);
    assert_eq!(truth.values().unwrap(), ["1", "a,b", ""]);
    assert_eq!(
        serde_json::to_value(GroundTruth::new("e-1", ["1"])).unwrap(),
        json!({"groundTruthData": {"data": "1", "encoding": "CSV"},
               "eventMetadata": {"eventId": "e-1"}, "eventVersion": "0"})
    );
}

proptest! {
    #[test]
    fn ground_truth_is_csv_whatever_the_values(values in vec("[a-c ,\"\n\r\tä]{0,6}", 1..5)) {
        let truth = GroundTruth::new("e-1", values.iter().map(String::as_str));
        prop_assert_eq!(&truth.values().unwrap(), &values);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(truth.ground_truth_data.data.as_bytes());
        let read: Vec<String> = reader.records().map(|it| it.unwrap()[0].to_owned()).collect();
        prop_assert_eq!(read, values);
    }
}

#[test]
fn ground_truth_in_another_encoding_is_refused() {
    let mut truth = GroundTruth::new("e-1", ["1"]);
    truth.ground_truth_data.encoding = Encoding::Json;
    assert_eq!(
        truth.values().unwrap_err().to_string(),
        "the ground truth of event `e-1` is encoded as Json: write it as CSV"
    );
}

#[test]
fn labels_are_joined_by_either_id_and_every_line_is_accounted_for() {
    let captures = [
        capture("a", None),
        capture("b", Some("mine")),
        capture("a", None),
        capture("late", None),
        capture("short", None),
        capture("bad", None),
        csv_capture("broken", b"z\n1\n"),
    ];
    let truths = [
        GroundTruth::new("a", ["9", "9"]),
        GroundTruth::new("a", ["0.5", "NA"]),
        GroundTruth::new("mine", ["2", "3"]),
        GroundTruth::new("short", ["1"]),
        GroundTruth::new("bad", ["1", "many"]),
        GroundTruth::new("broken", ["1"]),
        GroundTruth::new("lost", ["1"]),
    ];
    let joined = join(&captures, &truths, &schema(Task::Regression), &Limits::default()).unwrap();
    assert_eq!(
        joined.counts,
        JoinCounts {
            joined: 2,
            without_label: 1,
            without_capture: 1,
            repeated: 1,
            hidden: 0,
            uneven: 1,
            unreadable: 2,
            refused_rows: 0,
            unlabelled_rows: 1,
        }
    );
    let names: Vec<&str> =
        joined.table.columns().iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["x", "y"]);
    assert_eq!(numbers(joined.table.column("y")), [0.5, 2.0, 3.0]);
    assert_eq!(numbers(joined.table.column("x"))[..2], [1.5, 1.5]);
}

#[test]
fn rows_that_a_model_refused_are_not_joined() {
    let request = r#"{"parameters":{"partial":true},"inputs":
        [{"name":"x","shape":[3],"datatype":"FP64","data":[1.5,"far",2.5]}]}"#;
    let mut line = capture("a", None);
    line.capture_data.endpoint_input.data = request.to_owned();
    let truths = [GroundTruth::new("a", ["1", "2", "3"])];
    let joined = join(&[line], &truths, &schema(Task::Regression), &Limits::default()).unwrap();
    assert_eq!((joined.counts.joined, joined.counts.refused_rows), (1, 1));
    assert_eq!(numbers(joined.table.column("x")), [1.5, 2.5]);
    assert_eq!(numbers(joined.table.column("y")), [1.0, 3.0]);
}

#[test]
fn labels_name_the_classes_of_the_model_however_they_are_written() {
    for (known, labels, expected) in [
        (["0", "1"], ["1.0", "+0"], ["1", "0"]),
        (["false", "true"], ["True", "FALSE"], ["true", "false"]),
        (["no", "yes"], ["yes", "maybe"], ["yes", "maybe"]),
    ] {
        let truth = GroundTruth::new("a", labels);
        let joined =
            join(&[capture("a", None)], &[truth], &classes(&known), &Limits::default()).unwrap();
        assert_eq!(texts(joined.table.column("y")), expected);
    }
}
