//! What a client says about the checksum of the content that it sends.

use http::HeaderMap;
use s3s::TrailingHeaders;
use s3s::dto;

use super::checksum::{Algorithm, Checksum};
use super::error::RequestError;

/// A claim about a checksum that is yet to be verified.
#[derive(Debug)]
pub(super) enum Claim {
    /// The client names no algorithm.
    None,
    /// The client wants this algorithm and sends no value.
    Algorithm(Algorithm),
    /// The value came in a header.
    Header(Algorithm, String),
    /// The value follows the content.
    Trailer(Algorithm, TrailingHeaders),
}

impl Claim {
    /// Reads the claim: `values` are the checksum headers, `wanted` is the
    /// algorithm that the client's library announces.
    pub(super) fn read(
        values: &dto::Checksum,
        wanted: Option<&dto::ChecksumAlgorithm>,
        headers: &HeaderMap,
        trailers: Option<TrailingHeaders>,
    ) -> Result<Self, RequestError> {
        let mut present = Algorithm::present_in(values);
        if let Some((algorithm, value)) = present.next() {
            return match present.next() {
                None => Ok(Self::Header(algorithm, value.to_owned())),
                Some(_) => Err(RequestError::ManyChecksums),
            };
        }
        let announced = headers.get("x-amz-trailer").and_then(|value| value.to_str().ok());
        let announced = announced.and_then(|names| names.split(',').find_map(trailer));
        if let (Some(algorithm), Some(trailers)) = (announced, trailers) {
            return Ok(Self::Trailer(algorithm, trailers));
        }
        let wanted = wanted.and_then(|wanted| Algorithm::from_name(wanted.as_str()));
        Ok(wanted.map_or(Self::None, Self::Algorithm))
    }

    /// The algorithm, if the client names one.
    pub(super) fn algorithm(&self) -> Option<Algorithm> {
        match self {
            Self::None => None,
            Self::Algorithm(algorithm)
            | Self::Header(algorithm, _)
            | Self::Trailer(algorithm, _) => Some(*algorithm),
        }
    }

    /// Compares the claim with what was computed, once the content is read.
    pub(super) fn verify(&self, computed: &Checksum) -> Result<(), RequestError> {
        let (algorithm, claimed) = match self {
            Self::None | Self::Algorithm(_) => return Ok(()),
            Self::Header(algorithm, value) => (algorithm, value.clone()),
            Self::Trailer(algorithm, trailers) => {
                let header = algorithm.header();
                let value = trailers.read(|trailers| {
                    trailers.get(header).and_then(|value| Some(value.to_str().ok()?.to_owned()))
                });
                let missing = RequestError::MissingTrailer { header };
                (algorithm, value.flatten().ok_or(missing)?)
            }
        };
        if *algorithm == computed.algorithm && claimed.trim() == computed.value {
            Ok(())
        } else {
            Err(RequestError::BadDigest { what: algorithm.name() })
        }
    }
}

fn trailer(name: &str) -> Option<Algorithm> {
    Algorithm::from_header(name.trim())
}
