use bytes::Bytes;
use http::{Method, Request, Response};
use model_factory::protocol::Problem;
use serde_json::{Value, json};

use super::event::parse;
use super::{GatewayResponse, Shape};

fn http_api(stage: &str, path: &str) -> Value {
    json!({
        "version": "2.0",
        "rawPath": path,
        "headers": {"host": "api.example.com"},
        "requestContext": {"stage": stage, "http": {"method": "GET", "path": path}},
        "isBase64Encoded": false,
    })
}

fn rest_api(stage: &str, path: &str) -> Value {
    json!({
        "path": path,
        "httpMethod": "GET",
        "headers": {"Host": "api.example.com"},
        "multiValueHeaders": null,
        "queryStringParameters": null,
        "requestContext": {"stage": stage, "httpMethod": "GET", "identity": {}},
        "body": null,
        "isBase64Encoded": false,
    })
}

fn load_balancer(path: &str) -> Value {
    json!({
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:…"}},
        "httpMethod": "POST",
        "path": path,
        "queryStringParameters": {"x": "1"},
        "headers": {"content-type": "application/json", "X-Twice": "b"},
        "body": "{\"a\":\"ä\"}",
        "isBase64Encoded": false,
    })
}

fn read(event: &Value) -> (Request<Bytes>, Shape) {
    parse(&event.to_string()).unwrap()
}

fn path(event: &Value) -> String {
    read(event).0.uri().path().to_owned()
}

#[test]
fn the_stage_is_no_part_of_the_path() {
    assert_eq!(path(&http_api("$default", "/v2/models/taxi")), "/v2/models/taxi");
    assert_eq!(path(&http_api("prod", "/prod/v2/models/taxi")), "/v2/models/taxi");
    assert_eq!(path(&http_api("prod", "/production/v2")), "/production/v2");
    assert_eq!(path(&rest_api("prod", "/v2/models/taxi")), "/v2/models/taxi");
    assert_eq!(path(&rest_api("v2", "/v2/models/taxi")), "/v2/models/taxi");
    let mut first = rest_api("prod", "/prod/v2/models/taxi");
    assert_eq!(path(&first), "/prod/v2/models/taxi");
    first["version"] = json!("1.0");
    assert_eq!(path(&first), "/v2/models/taxi", "an HTTP API of payload format 1.0");
}

#[test]
fn a_path_may_be_decoded_or_not() {
    for (told, expected) in [
        ("/v2/models/Ta xi", "/v2/models/Ta%20xi"),
        ("/v2/models/Ta%20xi", "/v2/models/Ta%20xi"),
        ("/v2/models/täxi", "/v2/models/t%C3%A4xi"),
        ("/a?b#c", "/a%3Fb%23c"),
        ("", "/"),
    ] {
        assert_eq!(path(&http_api("$default", told)), expected, "{told}");
    }
}

#[test]
fn each_service_is_told_by_its_shape() {
    assert_eq!(read(&http_api("$default", "/v2")).1, Shape::Http);
    assert_eq!(read(&rest_api("prod", "/v2")).1, Shape::Rest);
    let mut event = load_balancer("/ping");
    assert_eq!(read(&event).1, Shape::LoadBalancer { multi_value: false });
    event["multiValueHeaders"] = json!({"x-twice": ["a", "b"]});
    assert_eq!(read(&event).1, Shape::LoadBalancer { multi_value: true });
}

#[test]
fn method_headers_and_body_are_read() {
    let (request, _) = read(&load_balancer("/invocations"));
    assert_eq!(request.method(), Method::POST);
    assert_eq!(request.headers()["Content-Type"], "application/json");
    assert_eq!(request.headers()["x-twice"], "b");
    assert_eq!(request.body(), "{\"a\":\"ä\"}");

    let mut event = load_balancer("/invocations");
    event["headers"] = Value::Null;
    event["multiValueHeaders"] = json!({"Content-Type": ["text/csv"], "x-twice": ["a", "b"],
                                        "bad name": ["x"], "bad-value": ["\n"]});
    event["body"] = json!("AP8=");
    event["isBase64Encoded"] = json!(true);
    let (request, _) = read(&event);
    assert_eq!(request.headers()["content-type"], "text/csv");
    let twice: Vec<_> = request.headers().get_all("x-twice").iter().collect();
    assert_eq!(twice, ["a", "b"]);
    assert_eq!(request.headers().len(), 3);
    assert_eq!(&request.body()[..], [0, 255]);
}

#[test]
fn an_event_that_cannot_be_a_request_is_refused_in_words() {
    let refusal = |event: Value| parse(&event.to_string()).unwrap_err().to_string();
    assert!(refusal(json!([])).ends_with("load balancer: it is no JSON object"));
    assert!(refusal(json!({"requestContext": 5})).contains("expected an object"));
    for event in [json!({"model": "taxi"}), json!([]), json!({"requestContext": {}})] {
        assert!(
            refusal(event.clone()).starts_with(
                "the event is not an HTTP request of API Gateway, a function URL or a load \
                 balancer: "
            ),
            "{event}"
        );
    }
}

#[test]
fn a_body_that_is_not_the_base64_it_is_said_to_be_is_the_clients_problem() {
    let mut event = http_api("$default", "/v2");
    event["isBase64Encoded"] = json!(true);
    event["body"] = json!("%%%");
    let problem = read(&event).0.extensions_mut().remove::<Problem>().unwrap();
    assert_eq!(problem.kind.status(), 400);
    assert!(problem.detail.starts_with("the body is not the BASE64 that it is said to be"));
    event["isBase64Encoded"] = Value::Null;
    let (request, _) = read(&event);
    assert_eq!((request.body().as_ref(), request.extensions().len()), (&b"%%%"[..], 0));
}

#[test]
fn the_query_is_read_from_each_shape() {
    let query = |event: &Value| read(event).0.uri().query().map(str::to_owned);
    let mut event = http_api("$default", "/v2");
    assert_eq!(query(&event), None);
    event["rawQueryString"] = json!("partial=true&x=a%20b");
    assert_eq!(query(&event).unwrap(), "partial=true&x=a%20b");
    for empty in [json!(""), Value::Null] {
        event["rawQueryString"] = empty;
        assert_eq!(query(&event), None);
    }

    let mut event = rest_api("prod", "/v2");
    event["queryStringParameters"] = json!({"interval": "0.9", "x": "a b&c", "none": null});
    assert_eq!(query(&event).unwrap(), "interval=0%2E9&x=a%20b%26c");
    event["multiValueQueryStringParameters"] = json!({"x": ["1", "2"]});
    assert_eq!(query(&event).unwrap(), "x=1&x=2");

    let mut event = load_balancer("/invocations");
    event["queryStringParameters"] = json!({"x": "a%20b\"", "y": ""});
    assert_eq!(query(&event).unwrap(), "x=a%20b%22&y=");
}

#[test]
fn every_sample_is_a_request() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events");
    let mut shapes = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        if name.starts_with("inference-") {
            let event = std::fs::read_to_string(file.path()).unwrap();
            let (request, shape) = parse(&event).unwrap_or_else(|error| panic!("{name}: {error}"));
            let path = request.uri().path();
            assert!(path.contains("/models/taxi") || path == "/classify_digit", "{name}: {path}");
            assert!(request.headers().contains_key("host"), "{name}");
            shapes.push(shape);
        }
    }
    for shape in [
        Shape::Http,
        Shape::Rest,
        Shape::LoadBalancer { multi_value: false },
        Shape::LoadBalancer { multi_value: true },
    ] {
        assert!(shapes.contains(&shape), "no sample is of {shape:?}");
    }
}

fn written(shape: Shape, body: &'static [u8]) -> Value {
    let response = Response::builder().status(422).header("x-event-id", "1");
    let response = response.body(Bytes::from_static(body)).unwrap();
    serde_json::to_value(GatewayResponse::new(shape, response)).unwrap()
}

#[test]
fn each_service_gets_its_shape_of_response() {
    for shape in [Shape::Http, Shape::Rest] {
        assert_eq!(
            written(shape, b"{}"),
            json!({"statusCode": 422, "headers": {"x-event-id": "1"}, "body": "{}",
                   "isBase64Encoded": false})
        );
    }
    assert_eq!(
        written(Shape::LoadBalancer { multi_value: false }, b"\xff"),
        json!({"statusCode": 422, "statusDescription": "422 Unprocessable Entity",
               "headers": {"x-event-id": "1"}, "body": "/w==", "isBase64Encoded": true})
    );
    assert_eq!(
        written(Shape::LoadBalancer { multi_value: true }, b""),
        json!({"statusCode": 422, "statusDescription": "422 Unprocessable Entity",
               "multiValueHeaders": {"x-event-id": ["1"]}, "body": "", "isBase64Encoded": false})
    );
}

#[test]
fn what_lambda_would_not_pass_on_is_known() {
    let too_large = |body: Vec<u8>| GatewayResponse::is_too_large(&Response::new(body.into()));
    let megabytes = |count: usize, byte: u8| vec![byte; count << 20];
    assert!(!too_large(megabytes(5, b'7')));
    assert!(too_large(megabytes(6, b'7')));
    assert!(too_large(megabytes(3, b'"')), "each quote is escaped");
    assert!(!too_large(megabytes(4, 0xff)));
    assert!(too_large(megabytes(5, 0xff)), "BASE64 takes a third more");
}
