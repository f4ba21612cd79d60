//! STS's `GetCallerIdentity`, which many tools call to see whether their
//! credentials work.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use crate::aws::arn::ACCOUNT_ID;
use crate::aws::http_body;

const BODY_LIMIT: usize = 16 * 1024;

pub(super) async fn handle(access_key: &str, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let form = http_body::read(body, BODY_LIMIT).await.unwrap_or_default();
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    let is_asked = [query, &form]
        .into_iter()
        .flat_map(|parameters| parameters.split(|byte| *byte == b'&'))
        .any(|parameter| parameter == b"Action=GetCallerIdentity");
    if is_asked { xml(StatusCode::OK, identity(access_key)) } else { unknown_action() }
}

fn identity(access_key: &str) -> String {
    let request = Uuid::now_v7();
    format!(
        r#"<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::{ACCOUNT_ID}:root</Arn><UserId>{access_key}</UserId><Account>{ACCOUNT_ID}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata></GetCallerIdentityResponse>"#
    )
}

fn unknown_action() -> Response {
    let body = r#"<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>the embedded STS has only GetCallerIdentity</Message></Error></ErrorResponse>"#;
    xml(StatusCode::BAD_REQUEST, body.to_owned())
}

fn xml(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "text/xml")], body).into_response()
}
