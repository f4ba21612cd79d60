//! What a request may ask for beside its rows.

use std::io::Write;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use http::{Method, Request, StatusCode};
use inference::invocation::Invocation;
use serde_json::{Value, json};

use crate::world::{World, json_of, taxi, version};

const INFER: &str = "/v2/models/taxi/infer";
const INVOKE: &str = "/models/taxi/invocations";

/// A scoring request for so many rows.
fn records(rows: usize) -> String {
    let rows: Vec<Value> = (0..rows).map(|row| json!({"dist": row, "zone": "harbour"})).collect();
    json!({"dataframe_records": rows}).to_string()
}

#[tokio::test]
async fn a_packed_request_is_answered_as_the_plain_one() {
    let world = World::new();
    world.train(2, "").await;
    let body = records(3);
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(body.as_bytes()).unwrap();
    let json = ("content-type", "application/json");
    let plain = world.send("r-1", Method::POST, INVOKE, &[json], body).await;
    let headers = [json, ("content-encoding", "gzip")];
    let packed = packer.finish().unwrap();
    let packed = world.send("r-2", Method::POST, INVOKE, &headers, packed).await;
    assert_eq!((plain.status(), packed.status()), (StatusCode::OK, StatusCode::OK));
    assert_eq!(plain.body(), packed.body());
}

#[tokio::test]
async fn one_wrong_row_refuses_all_unless_a_part_is_asked_for() {
    let world = World::new();
    world.train(2, "").await;
    let request = |parameters: Value| {
        json!({"parameters": parameters, "inputs": [
            {"name": "dist", "shape": [2], "datatype": "FP64", "data": [7.5, "far"]},
            {"name": "zone", "shape": [2], "datatype": "BYTES", "data": ["harbour", "centre"]},
        ]})
        .to_string()
    };
    let whole = world.send("r-1", Method::POST, INFER, &[], request(json!({}))).await;
    assert_eq!(whole.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let part = world.send("r-2", Method::POST, INFER, &[], request(json!({"partial": true}))).await;
    assert_eq!(part.status(), StatusCode::OK);
    let answer = json_of(&part);
    let data = |name: &str| {
        let outputs = answer["outputs"].as_array().unwrap();
        outputs.iter().find(|output| output["name"] == name).unwrap()["data"].clone()
    };
    assert!(data("predict")[0].is_number() && data("predict")[1].is_null(), "{answer}");
    assert!(data("error")[0].is_null(), "{answer}");
    assert!(data("error")[1].as_str().unwrap().contains("dist"), "{answer}");
}

#[tokio::test]
async fn what_is_larger_than_allowed_is_refused_in_both_protocols() {
    let world = World::new();
    world.train(2, "").await;
    let tensor = |name: &str, data: Value| json!({"name": name, "shape": [1], "datatype": "BYTES", "data": [data]});
    let (long, longest) = ("x".repeat(64 * 1024 + 1), "x".repeat(64 * 1024));
    let of_text = |text: &str| {
        let dist = json!({"name": "dist", "shape": [1], "datatype": "FP64", "data": [7.5]});
        [
            (INFER, json!({"inputs": [dist, tensor("zone", text.into())]})),
            (INVOKE, json!({"dataframe_records": [{"dist": 7.5, "zone": text}]})),
        ]
    };
    let names: Vec<String> = (0..10_001).map(|column| format!("c{column}")).collect();
    let columns = [
        (
            INFER,
            json!({"inputs": names.iter().map(|name| tensor(name, "x".into())).collect::<Vec<_>>()}),
        ),
        (INVOKE, json!({"dataframe_split": {"columns": names, "data": [names]}})),
    ];
    let json = [("content-type", "application/json")];
    for (path, body, status, words) in of_text(&longest)
        .map(|(path, body)| (path, body, 200, ""))
        .into_iter()
        .chain(of_text(&long).map(|(path, body)| (path, body, 422, "65537 bytes")))
        .chain(columns.map(|(path, body)| (path, body, 422, "10001 columns")))
    {
        let answer = world.send("r-1", Method::POST, path, &json, body.to_string()).await;
        let told = String::from_utf8_lossy(answer.body());
        assert_eq!(answer.status().as_u16(), status, "{path}: {told}");
        assert!(told.contains(words) && told.len() < 1_000, "{path}: {told}");
    }
}

#[tokio::test]
async fn a_request_without_time_is_told_so() {
    let world = World::new();
    world.train(2, "").await;
    world.predict("r-1", "mine").await;
    let request = Request::builder().method(Method::POST).uri(INVOKE);
    let request = request.header("content-type", "application/json");
    let request = request.body(records(3_000).into()).unwrap();
    let over = Instant::now() - Duration::from_millis(1);
    let invocation = Invocation { request_id: "r-2", trace_id: None, deadline: over };
    let answer = world.inference.handle(request, &invocation).await;
    assert_eq!(answer.status(), StatusCode::GATEWAY_TIMEOUT);
    assert!(json_of(&answer)["detail"].as_str().unwrap().contains("send fewer rows"));
}

#[tokio::test]
async fn a_request_that_names_no_model_is_for_the_one_that_is_set_else_for_the_only_one() {
    let json = [("content-type", "application/json")];
    for (set, others, status) in [(false, false, 200), (false, true, 404), (true, true, 200)] {
        let world = World::of_stack(false, set.then(taxi));
        world.train(2, "").await;
        if others {
            let rows: String = (0..60).map(|row| format!("{row}.5,{row}\n")).collect();
            let data = format!("dist,time\n{rows}");
            world.register_data("tram", &data, "target = 'time'", true).await;
        }
        let answer = world.send("r-1", Method::POST, "/invocations", &json, records(1)).await;
        assert_eq!(answer.status().as_u16(), status);
        match status {
            200 => {
                assert_eq!((version(&answer), &json_of(&answer)["model_name"]), (1, &"taxi".into()))
            }
            _ => assert!(
                json_of(&answer)["detail"].as_str().unwrap().contains("MODEL_FACTORY_MODEL")
            ),
        }
    }
}
