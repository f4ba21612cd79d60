//! Requests that cannot be answered: a problem in the words of both protocols, and a
//! function that lives on.

use http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Factory, INFERENCE, Rows, Season, rides};

const INFER: &str = "/v2/models/taxi/infer";
const JSON: Option<&str> = Some("application/json");
const CSV: Option<&str> = Some("text/csv");

/// A factory with a model `taxi`, each of whose functions is one process.
async fn factory_of_single_processes() -> Factory {
    let factory = Factory::start_with_single_processes().await;
    factory.train("taxi", "rides.csv", rides(150, Season::Usual, 1).csv()).await;
    factory
}

fn row() -> Rows {
    rides(1, Season::Usual, 2)
}

/// A good request of the Open Inference Protocol, changed.
fn tensors(change: impl FnOnce(&mut Vec<Value>)) -> Vec<u8> {
    let mut request = row().tensors();
    change(request["inputs"].as_array_mut().expect("inputs"));
    request.to_string().into()
}

/// A good request of the scoring protocol with another value in a column.
fn with_value(column: &str, value: &Value) -> Vec<u8> {
    let mut request = row().dataframe_split();
    let names = request["dataframe_split"]["columns"].as_array().expect("columns");
    let position = names.iter().position(|name| name == column).expect("a column");
    request["dataframe_split"]["data"][0][position] = value.clone();
    request.to_string().into()
}

/// A request, and what is to be told about it.
struct Case {
    method: Method,
    path: &'static str,
    content_type: Option<&'static str>,
    body: Vec<u8>,
    status: u16,
    error_code: &'static str,
    says: &'static str,
}

fn get(path: &'static str, status: u16, error_code: &'static str, says: &'static str) -> Case {
    let (method, body) = (Method::GET, Vec::new());
    Case { method, path, content_type: None, body, status, error_code, says }
}

/// A request that does not fit the model.
fn unfit(body: Vec<u8>, says: &'static str) -> Case {
    Case { body, status: 422, error_code: "INVALID_PARAMETER_VALUE", ..malformed(INFER, "", says) }
}

/// The same in the scoring protocol.
fn unfit_to_score(content_type: Option<&'static str>, body: Vec<u8>, says: &'static str) -> Case {
    Case { path: "/invocations", content_type, ..unfit(body, says) }
}

fn malformed(path: &'static str, body: &str, says: &'static str) -> Case {
    Case {
        method: Method::POST,
        path,
        content_type: JSON,
        body: body.into(),
        status: 400,
        error_code: "BAD_REQUEST",
        says,
    }
}

fn unknown() -> Vec<Case> {
    let (no_model, no_route) = ("RESOURCE_DOES_NOT_EXIST", "ENDPOINT_NOT_FOUND");
    vec![
        get("/v2/models/tram", 404, no_model, "model `tram` has no version or alias `champion`"),
        get("/v2/models/taxi/versions/7", 404, no_model, "has no version or alias `7`"),
        get("/v2/models/taxi/versions/shadow/ready", 404, no_model, "version or alias `shadow`"),
        get("/v2/models/taxi/versions/latest", 404, no_model, "`latest` and `v1`, `v2`, …"),
        get("/v2/models/Ta%20xi", 404, no_model, "`Ta xi` is not a model name"),
        get("/v2/models/t%C3%A4xi", 404, no_model, "`täxi` is not a model name"),
        get("/v3", 404, no_route, "there is no route `/v3`"),
        get("/", 404, no_route, "there is no route `/`"),
        get("/v2/models/taxi/explain", 404, no_route, "there is no route"),
        get(INFER, 405, "BAD_REQUEST", "takes POST, not GET"),
        Case { method: Method::DELETE, ..get("/v2", 405, "BAD_REQUEST", "takes GET, not DELETE") },
        Case { method: Method::PUT, ..get("/invocations", 405, "BAD_REQUEST", "takes POST") },
    ]
}

fn unreadable() -> Vec<Case> {
    let unsupported = |content_type| Case {
        content_type,
        body: b"<rides/>".to_vec(),
        status: 415,
        ..malformed("/invocations", "", "content type")
    };
    vec![
        malformed(INFER, "", "the body is empty: send a request"),
        malformed("/invocations", " \n", "the body is empty: send a request"),
        malformed(INFER, "{\"inputs\": [", "the body is not JSON"),
        malformed(INFER, "[]", "not a request of the"),
        malformed(INFER, "{\"inputs\": {}}", "not a request of the"),
        malformed(INFER, "{}", "missing field `inputs`"),
        malformed("/v2/repository/index", "{\"ready\": 3}", "invalid type"),
        malformed("/invocations", "{}", "0 of `dataframe_split`"),
        malformed("/invocations", "{\"inputs\": [], \"instances\": []}", "2 of `dataframe_split`"),
        malformed("/invocations", "{\"instances\": 3}", "`instances` is"),
        // The gateway passes on in BASE64 what is not UTF-8.
        Case { body: vec![0xff, 0xfe, 0x00], ..malformed(INFER, "", "the body is not JSON") },
        Case {
            content_type: CSV,
            body: b"ride_dist\n\xff\n".to_vec(),
            ..malformed("/invocations", "", "the body is not CSV")
        },
        unsupported(Some("application/xml")),
        unsupported(Some("application/octet-stream")),
        unsupported(Some("text/csv; charset=latin1")),
    ]
}

fn unfitting() -> Vec<Case> {
    let remove = |inputs: &mut Vec<Value>| drop(inputs.remove(0));
    let extra = |inputs: &mut Vec<Value>| {
        inputs.push(json!({"name": "ride_dst", "shape": [1], "datatype": "FP64", "data": [1.0]}));
    };
    let twice = |inputs: &mut Vec<Value>| inputs.push(inputs[0].clone());
    let datatype = |inputs: &mut Vec<Value>| inputs[0]["datatype"] = json!("BYTES");
    let text = |inputs: &mut Vec<Value>| inputs[0]["data"] = json!(["far"]);
    let fraction = |inputs: &mut Vec<Value>| inputs[4]["data"] = json!([8.5]);
    let shape = |inputs: &mut Vec<Value>| inputs[0]["shape"] = json!([1, 2, 3]);
    let shorter = |inputs: &mut Vec<Value>| inputs[0]["shape"] = json!([2]);
    let longer = |inputs: &mut Vec<Value>| {
        inputs[0]["shape"] = json!([2]);
        inputs[0]["data"] = json!([1.0, 2.0]);
    };
    let none = |inputs: &mut Vec<Value>| {
        for input in inputs {
            input["shape"] = json!([0]);
            input["data"] = json!([]);
        }
    };
    let mut output = row().tensors();
    output["outputs"] = json!([{"name": "probabilities"}]);
    vec![
        unfit(tensors(remove), "input `ride_dist`: missing"),
        unfit(tensors(extra), "input `ride_dst`: not an input of the model; the nearest is"),
        unfit(tensors(twice), "input `ride_dist`: given twice"),
        unfit(tensors(datatype), "datatype BYTES where FP64"),
        unfit(tensors(text), "input `ride_dist`, row 1: found"),
        unfit(tensors(fraction), "input `hour`, row 1: found"),
        unfit(tensors(shape), "shape [1, 2, 3] where [rows] or [rows, 1] is expected"),
        unfit(tensors(shorter), "1 data where the shape asks for 2"),
        unfit(tensors(longer), "differ in length"),
        unfit(tensors(none), "the request has no row"),
        unfit(output.to_string().into(), "the model has no output `probabilities`"),
        unfit(format!("{}{}", "[".repeat(99), "]".repeat(99)).into(), "deeper than 32"),
        unfit_to_score(JSON, with_value("ride_dist", &json!("far")), "`ride_dist`, row 1: found"),
        unfit_to_score(JSON, with_value("hour", &json!(true)), "`hour`, row 1: found"),
        unfit_to_score(JSON, with_value("vehicle", &json!(["van"])), "`vehicle`, row 1: found"),
        unfit_to_score(CSV, b"ride_dist\nInfinity\n".to_vec(), "`Infinity`"),
        unfit_to_score(CSV, b"ride_dist,hour\n1.5\n".to_vec(), "1 value for 2 columns"),
        unfit_to_score(CSV, b"ride_dist,ride_dist\n1,2\n".to_vec(), "given twice"),
    ]
}

#[tokio::test]
async fn a_request_that_cannot_be_answered_is_told_why() {
    let factory = factory_of_single_processes().await;
    for case in unknown().into_iter().chain(unreadable()).chain(unfitting()) {
        let Case { method, path, content_type, body, .. } = &case;
        let answer = factory.http.send(method.clone(), path, *content_type, body.clone()).await;
        is_problem(&answer, &case);
    }
    still_answers(&factory).await;
    factory.end().await;
}

fn is_problem(answer: &Answer, case: &Case) {
    let Case { method, path, body, status, error_code, says, .. } = case;
    let asked = format!("{method} {path} {}", String::from_utf8_lossy(body));
    let told = answer.json();
    assert_eq!(answer.status.as_u16(), *status, "{asked}: {told}");
    assert_eq!(answer.header("content-type"), "application/problem+json", "{asked}");
    assert_eq!(told["status"], *status, "{asked}");
    assert!(
        told["type"].as_str().is_some_and(|it| it.starts_with("urn:model-factory:error:")),
        "{told}"
    );
    assert!(told["title"].is_string(), "{told}");
    let id = answer.header("x-event-id");
    assert_eq!(told["instance"], format!("urn:uuid:{id}"), "{asked}");
    let detail = told["detail"].as_str().expect("a text");
    assert!(detail.contains(says), "{asked}: {detail}");
    // What the clients of the two protocols look for.
    assert_eq!(told["error"], detail, "{asked}");
    assert_eq!((&told["error_code"], &told["message"]), (&json!(error_code), &json!(detail)));
    if *status == 405 {
        let allowed = answer.header("allow").split(',').next().unwrap_or_default();
        assert!(says.contains(&format!("takes {allowed}")), "{asked}");
    }
    let about_inputs = ["input `", "row ", "the inputs differ"];
    let about_inputs = about_inputs.iter().any(|words| detail.starts_with(words));
    assert_eq!(told["invalid_params"].is_array(), about_inputs, "{told}");
}

/// The process that was there first answers a good request.
async fn still_answers(factory: &Factory) {
    factory.http.post(INFER, &row().tensors()).await.ok();
    assert_eq!(factory.processes(INFERENCE).started(), 1, "the process survives");
}

/// What stands for a missing value, also Python's bare `NaN`, is one where values were missing
/// in training.
#[tokio::test]
async fn a_missing_value_is_answered_where_there_were_some() {
    let factory = factory_of_single_processes().await;
    let bare = |column: &str, word: &str| {
        let body = String::from_utf8(with_value(column, &json!("here"))).expect("a text");
        body.replace("\"here\"", word).into_bytes()
    };
    for word in ["NaN", "\"NaN\"", "null"] {
        let body = bare("weather", word);
        let answer = factory.http.send(Method::POST, "/invocations", JSON, body).await;
        assert_eq!(answer.ok()["predictions"].as_array().map(Vec::len), Some(1), "{word}");
    }
    let missing = "input `ride_dist`, row 1: missing, though the model was trained with a value";
    for case in [
        unfit_to_score(JSON, bare("ride_dist", "null"), missing),
        unfit_to_score(JSON, bare("ride_dist", "NaN"), missing),
        Case {
            body: bare("ride_dist", "Infinity"),
            ..malformed("/invocations", "", "the body has Infinity at line 1 column")
        },
    ] {
        let answer = factory.http.send(Method::POST, case.path, JSON, case.body.clone()).await;
        is_problem(&answer, &case);
    }
    still_answers(&factory).await;
    factory.end().await;
}

#[tokio::test]
async fn requests_that_are_too_large_are_refused() {
    let factory = factory_of_single_processes().await;
    let rows = format!("ride_dist\n{}", "1\n".repeat(100_001));
    let answer = factory.http.send(Method::POST, "/invocations", CSV, rows).await;
    let told = answer.json();
    assert_eq!(answer.status, 413, "{told}");
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(told["error_code"], "REQUEST_LIMIT_EXCEEDED");
    assert!(told["detail"].as_str().is_some_and(|it| it.contains("more than 100000 rows")));

    // Beyond what a function is handed, the gateway answers by itself.
    for megabytes in [7, 12] {
        let body = vec![b'1'; megabytes << 20];
        let answer = factory.http.send(Method::POST, "/invocations", CSV, body).await;
        assert_eq!(answer.status, 413, "{megabytes} MB");
        assert_eq!(answer.json(), json!({"message": "Request Entity Too Large"}));
    }
    still_answers(&factory).await;
    factory.end().await;
}

#[tokio::test]
async fn a_request_without_a_name_needs_exactly_one_model() {
    let factory = Factory::start().await;
    let request = json!({"instances": [[1.0]]});
    let ask = || factory.http.post("/invocations", &request);
    let none = ask().await;
    assert_eq!(none.status, 404);
    assert_eq!(none.json()["detail"], "no model is registered yet");
    assert_eq!(factory.http.get("/ping").await.status, 404);
    for model in ["taxi", "tram"] {
        factory.train(model, "rides.csv", rides(60, Season::Usual, 1).csv()).await;
    }
    let several = ask().await;
    assert_eq!(several.status, 404);
    let detail =
        "there are 2 models: name one with /models/{model}/invocations, or set MODEL_FACTORY_MODEL";
    assert_eq!(several.json()["detail"], detail);
    factory.end().await;
}
