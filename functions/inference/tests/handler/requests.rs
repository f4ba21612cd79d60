//! What a request may ask for beside its rows.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use http::{Method, Request, StatusCode};
use inference::invocation::Invocation;
use serde_json::{Value, json};

use crate::world::{World, json_of, row};

const INFER: &str = "/v2/models/taxi/infer";

#[tokio::test]
async fn a_packed_request_is_read_and_a_long_answer_packed_for_who_reads_that() {
    let world = World::new();
    world.train(2, "").await;
    let rows: Vec<Value> = (0..500).map(|row| json!({"dist": row, "zone": "harbour"})).collect();
    let body = json!({"dataframe_records": rows}).to_string();
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(body.as_bytes()).unwrap();
    let json = ("content-type", "application/json");
    let path = "/models/taxi/invocations";
    let plain = world.send("r-1", Method::POST, path, &[json], body).await;
    let headers = [json, ("content-encoding", "gzip"), ("accept-encoding", "gzip")];
    let packed = world.send("r-2", Method::POST, path, &headers, packer.finish().unwrap()).await;
    assert_eq!((plain.status(), packed.status()), (StatusCode::OK, StatusCode::OK));
    assert!(!plain.headers().contains_key("content-encoding"));
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    let mut unpacked = Vec::new();
    GzDecoder::new(packed.body().as_ref()).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain.body().as_ref());
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
    assert!(data("prediction")[0].is_number() && data("prediction")[1].is_null(), "{answer}");
    assert!(data("error")[0].is_null(), "{answer}");
    assert!(data("error")[1].as_str().unwrap().contains("dist"), "{answer}");
}

#[tokio::test]
async fn a_request_without_time_is_told_so() {
    let world = World::new();
    world.train(2, "").await;
    world.predict("r-1", "mine").await;
    let request = Request::builder().method(Method::POST).uri(INFER);
    let request = request.body(row(7.5, "harbour").into()).unwrap();
    let over = Instant::now() - Duration::from_millis(1);
    let invocation = Invocation { request_id: "r-2", trace_id: None, deadline: over };
    let answer = world.inference.handle(request, &invocation).await;
    assert_eq!(answer.status(), StatusCode::GATEWAY_TIMEOUT);
    assert!(json_of(&answer)["detail"].as_str().unwrap().contains("send fewer rows"));
}
