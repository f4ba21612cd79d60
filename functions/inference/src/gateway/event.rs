//! Reads events.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{Method, Request, Uri};
use model_factory::runtime::Failure;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::Shape;
use super::member::{Headers, Text};

/// What a decoded path cannot have in a URI.
const NOT_IN_PATHS: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// What an event was read as: an HTTP request, and in which shape it is to be answered.
///
/// It is read as the runtime deserialises the event, without a copy of it, and yet not refused
/// there: the function answers for what is no request.
#[derive(Debug)]
pub(crate) struct Received(pub(crate) Result<(Request<Bytes>, Shape), Failure>);

impl<'de> Deserialize<'de> for Received {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|event| Self(parse(event.get())))
    }
}

/// What routes look at in the events of all services; each has some of the members.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    #[serde(borrow, default)]
    version: Text<'a>,
    #[serde(borrow, default)]
    raw_path: Text<'a>,
    #[serde(borrow, default)]
    path: Text<'a>,
    #[serde(borrow, default)]
    http_method: Text<'a>,
    headers: Option<Headers>,
    multi_value_headers: Option<Headers>,
    #[serde(borrow)]
    request_context: Context<'a>,
    #[serde(borrow, default)]
    body: Text<'a>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Deserialize)]
struct Context<'a> {
    #[serde(borrow, default)]
    stage: Text<'a>,
    #[serde(borrow, default)]
    http: Http<'a>,
    elb: Option<IgnoredAny>,
}

#[derive(Default, Deserialize)]
struct Http<'a> {
    #[serde(borrow)]
    method: Text<'a>,
}

/// Reads an event as a request, whose path is told without the stage, and in which shape
/// it is to be answered.
///
/// # Errors
/// [`Failure::InvalidEvent`] when it is no event of such a service, or its body is not
/// the BASE64 that it is said to be.
pub(super) fn parse(payload: &str) -> Result<(Request<Bytes>, Shape), Failure> {
    let event: Event<'_> = serde_json::from_str(payload).map_err(|error| no_request(&error))?;
    let shape = event.shape();
    let (method, path) = match shape {
        Shape::Http => (
            &event.request_context.http.method.0,
            below(&event.request_context.stage.0, &event.raw_path.0),
        ),
        Shape::Rest | Shape::LoadBalancer { .. } => (&event.http_method.0, &*event.path.0),
    };
    let mut request = Request::default();
    *request.method_mut() =
        Method::from_bytes(method.as_bytes()).map_err(|error| no_request(&error))?;
    *request.uri_mut() = uri(path)?;
    // Where there are both, the former has all that is in the latter.
    let several = event.multi_value_headers.filter(|Headers(headers)| !headers.is_empty());
    if let Some(Headers(headers)) = several.or(event.headers) {
        *request.headers_mut() = headers;
    }
    let Text(body) = event.body;
    *request.body_mut() = match event.is_base64_encoded {
        false => Bytes::from(body.into_owned()),
        true => BASE64_STANDARD.decode(body.as_bytes()).map(Bytes::from).map_err(|error| {
            Failure::InvalidEvent(format!("the event's body is not BASE64: {error}"))
        })?,
    };
    Ok((request, shape))
}

impl Event<'_> {
    fn shape(&self) -> Shape {
        if self.version.0 == "2.0" {
            return Shape::Http;
        }
        match self.request_context.elb {
            Some(_) => Shape::LoadBalancer { multi_value: self.multi_value_headers.is_some() },
            None => Shape::Rest,
        }
    }
}

fn no_request(error: &dyn fmt::Display) -> Failure {
    Failure::InvalidEvent(format!(
        "the event is not an HTTP request of API Gateway, a function URL or a load balancer: \
         {error}"
    ))
}

/// The path that an HTTP API was asked for: paths of a named stage start with it.
fn below<'p>(stage: &str, path: &'p str) -> &'p str {
    let rest = path.strip_prefix('/').and_then(|path| path.strip_prefix(stage));
    match rest {
        Some(rest) if stage != "$default" && rest.starts_with('/') => rest,
        _ => path,
    }
}

/// Services differ in whether they decode the path.
fn uri(path: &str) -> Result<Uri, Failure> {
    let path = if path.is_empty() { "/" } else { path };
    let encoded: Cow<'_, str> = utf8_percent_encode(path, NOT_IN_PATHS).into();
    PathAndQuery::try_from(&*encoded).map(Uri::from).map_err(|error| no_request(&error))
}
