//! Reads events.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{Method, Request, Uri};
use model_factory::protocol::problem::{Kind, Problem};
use model_factory::runtime::Failure;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::Shape;
use super::member::{Headers, Query, Text};

/// What a decoded path or query cannot have in a URI.
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
pub struct Received(pub(crate) Result<(Request<Bytes>, Shape), Failure>);

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
    raw_query_string: Text<'a>,
    query_string_parameters: Option<Query>,
    multi_value_query_string_parameters: Option<Query>,
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
    is_base64_encoded: Option<bool>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Context<'a> {
    #[serde(borrow, default)]
    stage: Text<'a>,
    #[serde(borrow, default)]
    http: Http<'a>,
    elb: Option<IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(expecting = "an object")]
struct Http<'a> {
    #[serde(borrow)]
    method: Text<'a>,
}

/// Reads an event as a request, whose path is told without the stage, and in which shape
/// it is to be answered. Where the body is not the BASE64 that it is said to be, that
/// [`Problem`] is among the request's extensions.
///
/// # Errors
/// [`Failure::InvalidEvent`] when it is no event of such a service.
pub(super) fn parse(payload: &str) -> Result<(Request<Bytes>, Shape), Failure> {
    if !payload.starts_with('{') {
        return Err(no_request(&"it is no JSON object"));
    }
    let event: Event<'_> = serde_json::from_str(payload).map_err(|error| no_request(&error))?;
    let shape = event.shape();
    let stage = &event.request_context.stage.0;
    let (method, path) = match shape {
        Shape::Http => (&event.request_context.http.method.0, below(stage, &event.raw_path.0)),
        // Only an HTTP API names this version; REST APIs tell the path without the stage.
        Shape::Rest if event.version.0 == "1.0" => {
            (&event.http_method.0, below(stage, &event.path.0))
        }
        Shape::Rest | Shape::LoadBalancer { .. } => (&event.http_method.0, &*event.path.0),
    };
    let query = event.query(shape);
    let mut request = Request::default();
    *request.method_mut() =
        Method::from_bytes(method.as_bytes()).map_err(|error| no_request(&error))?;
    *request.uri_mut() = uri(path, &query)?;
    // Where there are both, the former has all that is in the latter.
    let several = event.multi_value_headers.filter(|Headers(headers)| !headers.is_empty());
    if let Some(Headers(headers)) = several.or(event.headers) {
        *request.headers_mut() = headers;
    }
    let Text(body) = event.body;
    match event.is_base64_encoded {
        None | Some(false) => *request.body_mut() = Bytes::from(body.into_owned()),
        Some(true) => match BASE64_STANDARD.decode(body.as_bytes()) {
            Ok(body) => *request.body_mut() = body.into(),
            Err(error) => {
                let words = format!("the body is not the BASE64 that it is said to be: {error}");
                request.extensions_mut().insert(Problem::new(Kind::Malformed, words));
            }
        },
    }
    Ok((request, shape))
}

impl Event<'_> {
    /// The encoded query.
    fn query(&self, shape: Shape) -> Cow<'_, str> {
        // Where there are both, the former has all that is in the latter.
        let several = self.multi_value_query_string_parameters.as_ref();
        let several = several.filter(|Query(pairs)| !pairs.is_empty());
        match (shape, several.or(self.query_string_parameters.as_ref())) {
            (Shape::Http, _) => Cow::Borrowed(&*self.raw_query_string.0),
            (_, None) => Cow::Borrowed(""),
            // It hands parameters on as they came.
            (Shape::LoadBalancer { .. }, Some(query)) => query.joined(str::to_owned).into(),
            (Shape::Rest, Some(query)) => {
                query.joined(|text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()).into()
            }
        }
    }

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
fn uri(path: &str, query: &str) -> Result<Uri, Failure> {
    let path = if path.is_empty() { "/" } else { path };
    let mut encoded: Cow<'_, str> = utf8_percent_encode(path, NOT_IN_PATHS).into();
    if !query.is_empty() {
        let query = utf8_percent_encode(query, NOT_IN_PATHS);
        encoded = format!("{encoded}?{query}").into();
    }
    PathAndQuery::try_from(&*encoded).map(Uri::from).map_err(|error| no_request(&error))
}
