//! The checksums that S3 keeps beside an object.

#[cfg(test)]
mod tests;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::dto;

/// How a checksum is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

/// What a checksum covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coverage {
    /// The bytes of the object.
    FullObject,
    /// The checksums of the object's parts.
    Composite,
}

/// The checksum of an object or a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Checksum {
    pub(super) algorithm: Algorithm,
    pub(super) coverage: Coverage,
    /// In base64, as it stands in headers.
    pub(super) value: String,
}

impl Algorithm {
    /// What S3 computes when the client asks for none.
    pub(super) const DEFAULT: Self = Self::Crc64Nvme;

    const ALL: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64Nvme, Self::Sha1, Self::Sha256];

    /// The name in the protocol, such as `CRC32`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Crc32 => dto::ChecksumAlgorithm::CRC32,
            Self::Crc32c => dto::ChecksumAlgorithm::CRC32C,
            Self::Crc64Nvme => dto::ChecksumAlgorithm::CRC64NVME,
            Self::Sha1 => dto::ChecksumAlgorithm::SHA1,
            Self::Sha256 => dto::ChecksumAlgorithm::SHA256,
        }
    }

    /// The header or trailer that carries a value.
    pub(super) fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    pub(super) fn from_header(header: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.header().eq_ignore_ascii_case(header))
    }

    /// What a checksum covers when the client does not say.
    pub(super) fn default_coverage(self) -> Coverage {
        if self == Self::Crc64Nvme { Coverage::FullObject } else { Coverage::Composite }
    }

    /// Whether S3 offers the algorithm with this coverage.
    pub(super) fn allows(self, coverage: Coverage) -> bool {
        match coverage {
            Coverage::FullObject => !matches!(self, Self::Sha1 | Self::Sha256),
            Coverage::Composite => self != Self::Crc64Nvme,
        }
    }

    /// The algorithms that have a value among `values`.
    pub(super) fn present_in(values: &dto::Checksum) -> impl Iterator<Item = (Self, &str)> {
        let values = [
            (Self::Crc32, &values.checksum_crc32),
            (Self::Crc32c, &values.checksum_crc32c),
            (Self::Crc64Nvme, &values.checksum_crc64nvme),
            (Self::Sha1, &values.checksum_sha1),
            (Self::Sha256, &values.checksum_sha256),
        ];
        values.into_iter().filter_map(|(algorithm, value)| Some((algorithm, value.as_deref()?)))
    }
}

impl Coverage {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::FullObject => dto::ChecksumType::FULL_OBJECT,
            Self::Composite => dto::ChecksumType::COMPOSITE,
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        [Self::FullObject, Self::Composite].into_iter().find(|coverage| coverage.name() == name)
    }
}

impl Checksum {
    /// The checksum of checksums: that of a whole whose parts have these.
    pub(super) fn composite<'a>(
        algorithm: Algorithm,
        parts: impl ExactSizeIterator<Item = &'a Self>,
    ) -> Result<Self, base64::DecodeError> {
        let count = parts.len();
        let mut hasher = Hasher::new(algorithm);
        for part in parts {
            hasher.update(&BASE64_STANDARD.decode(&part.value)?);
        }
        let value = format!("{}-{count}", hasher.finish());
        Ok(Self { algorithm, coverage: Coverage::Composite, value })
    }

    /// The checksum in the protocol's form.
    pub(super) fn to_dto(&self) -> dto::Checksum {
        let mut answer = dto::Checksum {
            checksum_type: Some(dto::ChecksumType::from_static(self.coverage.name())),
            ..dto::Checksum::default()
        };
        let place = match self.algorithm {
            Algorithm::Crc32 => &mut answer.checksum_crc32,
            Algorithm::Crc32c => &mut answer.checksum_crc32c,
            Algorithm::Crc64Nvme => &mut answer.checksum_crc64nvme,
            Algorithm::Sha1 => &mut answer.checksum_sha1,
            Algorithm::Sha256 => &mut answer.checksum_sha256,
        };
        *place = Some(self.value.clone());
        answer
    }
}

/// Computes a checksum.
pub(super) enum Hasher {
    Crc32(Crc32),
    Crc32c(Crc32c),
    Crc64Nvme(Crc64Nvme),
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Hasher {
    pub(super) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Crc32 => Self::Crc32(Crc32::new()),
            Algorithm::Crc32c => Self::Crc32c(Crc32c::new()),
            Algorithm::Crc64Nvme => Self::Crc64Nvme(Crc64Nvme::new()),
            Algorithm::Sha1 => Self::Sha1(Sha1::new()),
            Algorithm::Sha256 => Self::Sha256(Sha256::new()),
        }
    }

    pub(super) fn update(&mut self, content: &[u8]) {
        match self {
            Self::Crc32(hasher) => hasher.update(content),
            Self::Crc32c(hasher) => hasher.update(content),
            Self::Crc64Nvme(hasher) => hasher.update(content),
            Self::Sha1(hasher) => hasher.update(content),
            Self::Sha256(hasher) => hasher.update(content),
        }
    }

    /// The value in base64.
    pub(super) fn finish(self) -> String {
        match self {
            Self::Crc32(hasher) => BASE64_STANDARD.encode(hasher.finalize()),
            Self::Crc32c(hasher) => BASE64_STANDARD.encode(hasher.finalize()),
            Self::Crc64Nvme(hasher) => BASE64_STANDARD.encode(hasher.finalize()),
            Self::Sha1(hasher) => BASE64_STANDARD.encode(hasher.finalize()),
            Self::Sha256(hasher) => BASE64_STANDARD.encode(hasher.finalize()),
        }
    }
}

impl ToSql for Algorithm {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl FromSql for Algorithm {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::from_name(value.as_str()?).ok_or(FromSqlError::InvalidType)
    }
}

impl ToSql for Coverage {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl FromSql for Coverage {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::from_name(value.as_str()?).ok_or(FromSqlError::InvalidType)
    }
}
