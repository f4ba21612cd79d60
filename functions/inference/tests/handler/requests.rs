//! What a request may ask for beside its rows.

use std::io::Write;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use http::{Method, Request, StatusCode};
use inference::invocation::Invocation;
use model_factory::protocol::Limits;
use serde_json::{Value, json};

use crate::world::{World, json_of, row, taxi, version};

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

/// Neighbours of a value that far off are infinitely far away, and weigh nothing.
#[tokio::test]
async fn a_row_without_a_finite_answer_is_refused_and_no_class_is_made_up_for_it() {
    let rows: String = (0..60).map(|row| format!("{row}.5,{}\n", row / 30)).collect();
    for (task, answered) in [("classification", "\"1\""), ("regression", "1.0")] {
        let world = World::new();
        let spec = format!(
            "target = 'late'\ntask = '{task}'\n[training]\nlearners = ['neighbours']\ntrials = 1"
        );
        world.register_data("taxi", &format!("dist,late\n{rows}"), &spec, true).await;
        let json = [("content-type", "application/json")];
        let ask = async |id: &str, partial: bool| {
            let records = json!([{"dist": 50.5}, {"dist": 1e308}]);
            let body = json!({"dataframe_records": records, "params": {"partial": partial}});
            world.send(id, Method::POST, INVOKE, &json, body.to_string()).await
        };
        let whole = ask("r-1", false).await;
        assert_eq!(whole.status(), StatusCode::UNPROCESSABLE_ENTITY, "{task}");
        let words = "the model has no finite answer to these values: send none that is far beyond \
                     those of the training data";
        assert_eq!(json_of(&whole)["detail"], format!("row 2: {words}"));
        let part = json_of(&ask("r-2", true).await);
        let predictions = &part["predictions"];
        assert_eq!(predictions[0]["predict"].to_string(), answered, "{part}");
        assert_eq!(predictions[1], json!({"predict": null, "error": words}));
    }
}

/// What is asked beside the rows in CSV stands in the query, and is captured with them.
#[tokio::test]
async fn options_of_csv_are_captured_with_the_rows() {
    let world = World::new();
    world.train(2, "").await;
    let csv = "dist,zone\n7.5,harbour\nfar,centre\n,centre\n";
    let headers = [("content-type", "text/csv")];
    let ask = async |id: &str, query: &str| {
        world.send(id, Method::POST, &format!("{INVOKE}{query}"), &headers, csv).await
    };
    assert_eq!(ask("r-1", "").await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let unknown = ask("r-2", "?part=true").await;
    assert_eq!(unknown.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let told = json_of(&unknown)["detail"].as_str().unwrap().to_owned();
    assert!(told.starts_with("the parameter `part` is unknown"), "{told}");

    let part = json_of(&ask("r-3", "?partial=true&interval=0.9").await);
    let [good, mistyped, missing] = part["predictions"].as_array().unwrap().as_slice() else {
        panic!("{part}")
    };
    assert!(good["lower"].as_f64() < good["predict"].as_f64(), "{part}");
    assert!(mistyped["error"].as_str().unwrap().contains("found `far`"), "{part}");
    assert!(missing["error"].as_str().unwrap().contains("input `dist`: missing"), "{part}");

    world.settle().await;
    let [(_, line)] = world.captured().await.try_into().unwrap();
    let query = line.model_factory.as_ref().unwrap().query.as_deref();
    assert_eq!(query, Some("partial=true&interval=0.9"));
    let schema = world.artifact().await.schema;
    let read = line.request(&schema, &Limits::default()).unwrap();
    assert_eq!(read.errors.fitting(3), [0, 2], "what was missing can be read again");
}

#[tokio::test]
async fn options_in_the_query_of_json_are_refused_and_told_where_they_belong() {
    let world = World::new();
    world.train(2, "").await;
    let json = [("content-type", "application/json")];
    let records = "{\"dataframe_records\": [{\"dist\": 7.5, \"zone\": \"harbour\"}]}";
    let tensors = row(7.5, "harbour");
    let infer = "/v2/models/taxi/infer";
    for (path, body, query, member) in [
        (INVOKE, records, "?interval=0.9", "params"),
        (INVOKE, records, "?x=1&%70artial", "params"),
        (infer, tensors.as_str(), "?contributions=2", "parameters"),
    ] {
        let refused = world
            .send("r-1", Method::POST, &format!("{path}{query}"), &json, body.to_owned())
            .await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{query}");
        let told = json_of(&refused)["detail"].as_str().unwrap().to_owned();
        assert!(told.starts_with("the option `") && told.contains(member), "{told}");
        // What is no option is nobody's here, and not captured.
        let asked = format!("{path}?trace=1&v=2");
        let answered = world.send("r-2", Method::POST, &asked, &json, body.to_owned()).await;
        assert_eq!(answered.status(), StatusCode::OK);
    }
    world.settle().await;
    assert!(!world.everything_captured().await.contains("trace"));
}

#[tokio::test]
async fn an_id_by_which_no_label_could_come_is_refused() {
    let world = World::new();
    world.train(2, "").await;
    let long = "i".repeat(257);
    let refused = world.predict("r-1", &long).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        json_of(&refused)["detail"],
        "the header `x-amzn-sagemaker-inference-id` has 257 bytes, more than the 256 allowed: send \
         a shorter id"
    );
    let body = row(1.5, "centre").replacen('{', &format!(r#"{{"id":"{long}","#), 1);
    let refused = world.send("r-2", Method::POST, INFER, &[], body).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);

    let empty = row(1.5, "centre").replacen('{', r#"{"id":"","#, 1);
    let headers = [("x-amzn-sagemaker-inference-id", "")];
    let answer = world.send("r-3", Method::POST, INFER, &headers, empty).await;
    assert_eq!((answer.status(), json_of(&answer).get("id")), (StatusCode::OK, None));
    world.settle().await;
    let [(_, line)] = world.captured().await.try_into().unwrap();
    assert_eq!(line.event_metadata.inference_id, None, "an empty one is none");
}

#[tokio::test]
async fn a_body_nests_no_deeper_than_is_said_wherever_it_goes() {
    let world = World::new();
    world.train(2, "").await;
    let deep = format!(r#"{{"series":{}{}}}"#, "[".repeat(40), "]".repeat(40));
    for path in ["/models/taxi/forecast", "/forecast", "/models/taxi/train", INFER] {
        let refused = world.send("r", Method::POST, path, &[], deep.clone()).await;
        let told = json_of(&refused);
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{path}: {told}");
        assert_eq!(told["detail"], "the body nests lists or objects deeper than 32");
    }
    let marked = "\u{feff}{\"horizon\": 1}";
    let read = world.send("r", Method::POST, "/models/taxi/forecast", &[], marked).await;
    let told = json_of(&read);
    assert!(told["detail"].as_str().unwrap().contains("forecasts no series"), "{told}");
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
