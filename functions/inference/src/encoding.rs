//! Compressed requests and responses: gzip, in bounded memory.

use std::io::{Read as _, Write as _};

use bytes::Bytes;
use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, VARY};
use http::{HeaderMap, HeaderValue, Request, Response};
use model_factory::protocol::problem::{Kind, Problem};

/// The one encoding beside the plain one.
const GZIP: &str = "gzip";

/// A body of so many bytes is not worth packing.
const LEAST_BYTES: usize = 1024;

/// How gzip begins (RFC 1952, 2.3.1).
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Forgets that a body was packed which a gateway has unpacked already.
pub(crate) fn forget_gzip_that_is_none(request: &mut Request<Bytes>) {
    let encoding = request.headers().get(CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    if encoding.is_some_and(is_gzip) && !request.body().starts_with(&MAGIC) {
        request.headers_mut().remove(CONTENT_ENCODING);
    }
}

/// The request with its body as it was before it was packed.
///
/// # Errors
/// 400 for a body that is not what its encoding says, 413 for one that unpacks to more
/// than `limit` bytes, 415 for another encoding.
pub(crate) fn unpack(request: &mut Request<Bytes>, limit: usize) -> Result<(), Problem> {
    let Some(encoding) = request.headers().get(CONTENT_ENCODING) else { return Ok(()) };
    let encoding = encoding.to_str().unwrap_or_default().trim();
    if encoding.is_empty() || encoding.eq_ignore_ascii_case("identity") {
        return Ok(());
    }
    if !is_gzip(encoding) {
        return Err(Problem::new(
            Kind::UnsupportedMediaType,
            "the content encoding is not read here: send `gzip` or none",
        ));
    }
    let mut plain = Vec::new();
    MultiGzDecoder::new(&request.body()[..])
        .take(limit as u64 + 1)
        .read_to_end(&mut plain)
        .map_err(|_| {
            Problem::new(Kind::Malformed, "the body is not the gzip that it is said to be")
        })?;
    if plain.len() > limit {
        return Err(Problem::new(
            Kind::TooLarge,
            format!(
                "the body unpacks to more than the {limit} bytes allowed: send the rows in \
                 smaller requests"
            ),
        ));
    }
    *request.body_mut() = plain.into();
    let headers = request.headers_mut();
    headers.remove(CONTENT_ENCODING);
    headers.remove(CONTENT_LENGTH);
    Ok(())
}

/// Packs the body of a response if that is worth it and the client reads it.
pub(crate) fn pack(response: &mut Response<Bytes>, accepted: bool) {
    if response.body().len() <= LEAST_BYTES {
        return;
    }
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    if !accepted {
        return;
    }
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory does not fail; if it did, the plain body is an answer, too.
    if let Ok(packed) = packed.write_all(response.body()).and_then(|()| packed.finish()) {
        *response.body_mut() = packed.into();
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(GZIP));
    }
}

/// Whether a client reads gzip.
pub(crate) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let listed = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut any = false;
    for coding in listed.flat_map(|list| list.split(',')) {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
        let wanted = weight.is_ok_and(|weight| weight > 0.0);
        match name.trim() {
            "*" => any = wanted,
            name if is_gzip(name) => return wanted,
            _ => {}
        }
    }
    any
}

fn is_gzip(coding: &str) -> bool {
    coding.eq_ignore_ascii_case(GZIP) || coding.eq_ignore_ascii_case("x-gzip")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 1 << 16;

    fn gzip(body: &[u8]) -> Bytes {
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(body).unwrap();
        packed.finish().unwrap().into()
    }

    fn unpacked(encoding: &str, body: impl Into<Bytes>) -> Result<Bytes, (u16, String)> {
        let request = Request::builder().header(CONTENT_ENCODING, encoding);
        let mut request = request.body(body.into()).unwrap();
        unpack(&mut request, LIMIT)
            .map_err(|problem| (problem.kind.status(), problem.detail))
            .map(|()| request.into_body())
    }

    #[test]
    fn packed_bodies_are_unpacked_and_plain_ones_left() {
        for encoding in ["", "identity", "Identity"] {
            assert_eq!(unpacked(encoding, "{}").unwrap(), "{}");
        }
        assert_eq!(unpacked("gzip", gzip(b"{}")).unwrap(), "{}");
        let parts = [gzip(b"{"), gzip(b"}")].concat();
        assert_eq!(unpacked("X-GZIP", parts).unwrap(), "{}", "several members are one body");
    }

    #[test]
    fn what_a_gateway_has_unpacked_is_plain() {
        let read = |encoding: &str, body: Bytes| {
            let request = Request::builder().header(CONTENT_ENCODING, encoding);
            let mut request = request.body(body).unwrap();
            forget_gzip_that_is_none(&mut request);
            unpack(&mut request, LIMIT).map_err(|problem| problem.kind.status())?;
            Ok(request.into_body())
        };
        assert_eq!(read("gzip", "{}".into()), Ok("{}".into()));
        assert_eq!(read("gzip", gzip(b"{}")), Ok("{}".into()), "the gateway has not");
        assert_eq!(read("br", "{}".into()), Err(415));
    }

    #[test]
    fn a_bomb_is_refused_before_it_goes_off() {
        assert_eq!(unpacked("gzip", gzip(&vec![b' '; LIMIT])).unwrap().len(), LIMIT);
        let bomb = gzip(&vec![b' '; 200 * LIMIT]);
        assert!(bomb.len() < LIMIT / 4);
        let (status, detail) = unpacked("gzip", bomb).unwrap_err();
        assert_eq!(status, 413);
        assert!(detail.starts_with("the body unpacks to more than the 65536 bytes"), "{detail}");
    }

    #[test]
    fn what_cannot_be_unpacked_is_refused_in_words() {
        let cut = gzip(b"{\"inputs\": []}").slice(..12);
        for broken in [Bytes::from_static(b"{}"), cut] {
            assert_eq!(
                unpacked("gzip", broken).unwrap_err(),
                (400, "the body is not the gzip that it is said to be".to_owned())
            );
        }
        assert_eq!(unpacked("br", "x").unwrap_err().0, 415);
    }

    #[test]
    fn only_large_answers_are_packed_and_only_for_clients_that_read_it() {
        let packed = |length: usize, accepted: bool| {
            let mut response = Response::new(Bytes::from(vec![b'7'; length]));
            pack(&mut response, accepted);
            let encoding = response.headers().get(CONTENT_ENCODING).cloned();
            (encoding.is_some(), response.headers().contains_key(VARY), response.body().len())
        };
        assert_eq!(packed(1024, true), (false, false, 1024));
        assert_eq!(packed(1025, false), (false, true, 1025));
        let (encoded, varies, length) = packed(1025, true);
        assert!(encoded && varies && length < 100);
    }

    #[test]
    fn weights_of_encodings_are_honoured() {
        let accepts = |value: &str| {
            let request = Request::builder().header(ACCEPT_ENCODING, value).body(()).unwrap();
            accepts_gzip(request.headers())
        };
        for yes in ["gzip", "deflate, GZIP;q=0.5", "br;q=1, *;q=0.1", "x-gzip", "gzip; q=1.0"] {
            assert!(accepts(yes), "{yes}");
        }
        for no in ["", "identity", "br", "gzip;q=0", "*;q=0", "gzip;q=0, *", "gzip;q=high"] {
            assert!(!accepts(no), "{no}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
