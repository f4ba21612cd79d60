//! Events of API Gateway as plain HTTP requests.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use lambda_http::request::LambdaRequest;
use lambda_http::{Body, Request};
use model_factory::runtime::Failure;
use serde::Deserialize;

/// Reads an event of a REST API or an HTTP API; its path is told without the stage.
///
/// # Errors
/// [`Failure::InvalidEvent`] when it is neither, or its body is not the BASE64 that
/// it is said to be.
pub(crate) fn parse(payload: &str) -> Result<LambdaRequest, Failure> {
    let mut request = read(payload).map_err(|error| {
        Failure::InvalidEvent(format!("the event is not an HTTP request of API Gateway: {error}"))
    })?;
    let (encoded, body) = match &mut request {
        LambdaRequest::ApiGatewayV1(event) => {
            // With a stage the conversion to a request would write it before the path.
            event.request_context.stage = None;
            (event.is_base64_encoded, &event.body)
        }
        LambdaRequest::ApiGatewayV2(event) => {
            if let Some(stage) = event.request_context.stage.take() {
                event.raw_path = event.raw_path.take().map(|path| below(&stage, path));
            }
            (event.is_base64_encoded, &event.body)
        }
        _ => (false, &None),
    };
    // The conversion to a request takes it for granted.
    if encoded && let Some(Err(error)) = body.as_ref().map(|body| BASE64_STANDARD.decode(body)) {
        return Err(Failure::InvalidEvent(format!("the event's body is not BASE64: {error}")));
    }
    Ok(request)
}

/// Reads the shape that the event says it has. `lambda_http` would try one after the
/// other, each on a copy.
fn read(payload: &str) -> Result<LambdaRequest, serde_json::Error> {
    #[derive(Deserialize)]
    struct Shape {
        version: Option<String>,
    }
    match serde_json::from_str::<Shape>(payload)?.version.as_deref() {
        Some("2.0") => serde_json::from_str(payload).map(LambdaRequest::ApiGatewayV2),
        _ => serde_json::from_str(payload).map(LambdaRequest::ApiGatewayV1),
    }
}

/// The path that an HTTP API was asked for: paths of a named stage start with it.
fn below(stage: &str, path: String) -> String {
    let rest = path.strip_prefix('/').and_then(|path| path.strip_prefix(stage));
    match rest {
        Some(rest) if stage != "$default" && rest.starts_with('/') => rest.to_owned(),
        _ => path,
    }
}

/// The request with its body as bytes.
pub(crate) fn plain(request: Request) -> http::Request<Bytes> {
    request.map(|body| match body {
        Body::Text(text) => Bytes::from(text),
        Body::Binary(bytes) => Bytes::from(bytes),
        _ => Bytes::new(),
    })
}

/// Text goes out as it is, anything else in base64.
pub(crate) fn body(bytes: Bytes) -> Body {
    match String::from_utf8(bytes.into()) {
        Ok(text) => Body::Text(text),
        Err(error) => Body::Binary(error.into_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

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
            "multiValueHeaders": {},
            "requestContext": {"stage": stage, "httpMethod": "GET", "identity": {}},
            "isBase64Encoded": false,
        })
    }

    fn path(event: &Value) -> String {
        plain(parse(&event.to_string()).unwrap().into()).uri().path().to_owned()
    }

    #[test]
    fn the_stage_is_no_part_of_the_path() {
        assert_eq!(path(&http_api("$default", "/v2/models/taxi")), "/v2/models/taxi");
        assert_eq!(path(&http_api("prod", "/prod/v2/models/taxi")), "/v2/models/taxi");
        assert_eq!(path(&rest_api("prod", "/v2/models/taxi")), "/v2/models/taxi");
        assert_eq!(path(&rest_api("v2", "/v2/models/taxi")), "/v2/models/taxi");
    }

    #[test]
    fn an_event_that_cannot_be_a_request_is_refused_in_words() {
        let refusal = |event: Value| parse(&event.to_string()).unwrap_err().to_string();
        assert!(
            refusal(json!({"model": "taxi"}))
                .starts_with("the event is not an HTTP request of API Gateway")
        );
        let mut event = http_api("$default", "/v2");
        event["isBase64Encoded"] = json!(true);
        event["body"] = json!("%%%");
        assert!(refusal(event).starts_with("the event's body is not BASE64"));
    }
}
