//! For whom and for which service a request is signed.

use axum::http::{Request, header};
use percent_encoding::percent_decode_str;

/// What the credential scope of a Signature Version 4 says.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Scope {
    pub(super) access_key: String,
    pub(super) service: String,
}

impl Scope {
    /// The scope in the `Authorization` header or in a presigned URL.
    pub(super) fn of<B>(request: &Request<B>) -> Option<Self> {
        let header = request.headers().get(header::AUTHORIZATION);
        match header.and_then(|value| value.to_str().ok()) {
            Some(authorization) => Self::in_header(authorization),
            None => Self::in_query(request.uri().query()?),
        }
    }

    fn in_header(authorization: &str) -> Option<Self> {
        let parameters = authorization.strip_prefix("AWS4-")?.split_once(' ')?.1;
        let credential =
            parameters.split(',').find_map(|it| it.trim().strip_prefix("Credential="))?;
        Self::parse(credential)
    }

    fn in_query(query: &str) -> Option<Self> {
        let credential =
            query.split('&').find_map(|pair| pair.strip_prefix("X-Amz-Credential="))?;
        Self::parse(&percent_decode_str(credential).decode_utf8().ok()?)
    }

    /// Parses `KEY/date/region/service/aws4_request`; a multi-region signature
    /// has no region, so the service is found from the end.
    fn parse(credential: &str) -> Option<Self> {
        let mut parts = credential.rsplit('/');
        let (_terminator, service) = (parts.next()?, parts.next()?);
        let access_key = credential.split('/').next()?;
        Some(Self { access_key: access_key.to_owned(), service: service.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::Scope;

    fn scope(uri: &str, authorization: Option<&str>) -> Option<(String, String)> {
        let mut request = Request::builder().uri(uri);
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        let scope = Scope::of(&request.body(()).expect("a request"))?;
        Some((scope.access_key, scope.service))
    }

    #[test]
    fn a_signature_names_key_and_service() {
        let expected = Some(("KEY".to_owned(), "dynamodb".to_owned()));
        let header = "AWS4-HMAC-SHA256 Credential=KEY/20240101/us-east-1/dynamodb/aws4_request, \
                      SignedHeaders=host, Signature=00";
        assert_eq!(scope("/", Some(header)), expected);
        let uri = "/b/k?a=1&X-Amz-Credential=KEY%2F20240101%2Fus-east-1%2Fdynamodb%2Faws4_request";
        assert_eq!(scope(uri, None), expected);
    }

    #[test]
    fn other_requests_have_no_scope() {
        assert_eq!(scope("/b/k", None), None);
        assert_eq!(scope("/b/k?AWSAccessKeyId=KEY", None), None);
        assert_eq!(scope("/", Some("Bearer x")), None);
        assert_eq!(scope("/", Some("AWS4-HMAC-SHA256 Credential=KEY")), None);
    }
}
