//! The datatypes of tensors.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::dataset::{Field, Kind};
use crate::protocol::domain::Domain;

/// The largest number of an FP16.
const FP16_MAX: f64 = 65_504.0;
/// The largest number of an FP32, as its shortest text has it.
const FP32_MAX: f64 = 3.402_823_5e38;

/// The datatype of a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the names are the protocol's own")]
pub enum Datatype {
    Bool,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Int8,
    Int16,
    Int32,
    Int64,
    Fp16,
    Fp32,
    Fp64,
    Bytes,
}

impl Datatype {
    /// The datatype in which a kind of input is offered.
    #[must_use]
    pub fn of_kind(kind: Kind) -> Self {
        match kind {
            Kind::Fractional => Self::Fp64,
            Kind::Integral => Self::Int64,
            Kind::Boolean => Self::Bool,
            Kind::Category | Kind::Date | Kind::Text => Self::Bytes,
        }
    }

    /// Whether a tensor of this datatype can fill an input. Texts stay texts, but for whole
    /// numbers where all of them were numbers; truth values may also come as 0 and 1, or in words.
    pub(super) fn suits(self, field: &Field) -> bool {
        let kind = field.kind;
        match self {
            Self::Bytes => {
                matches!(kind, Kind::Boolean | Kind::Category | Kind::Date | Kind::Text)
            }
            Self::Bool => kind == Kind::Boolean,
            Self::Fp16 | Self::Fp32 | Self::Fp64 => kind.is_number(),
            _ => kind.is_number() || field.numerals,
        }
    }

    /// The values of an input which this datatype can hold too.
    pub(super) fn domain(self, field: &Field) -> Domain {
        let domain = Domain::of(field);
        if matches!(field.kind, Kind::Boolean | Kind::Date) {
            return domain;
        }
        let (min, max, words) = match self {
            Self::Uint8 => (0.0, f64::from(u8::MAX), "a UINT8"),
            Self::Uint16 => (0.0, f64::from(u16::MAX), "a UINT16"),
            Self::Uint32 => (0.0, f64::from(u32::MAX), "a UINT32"),
            Self::Uint64 => (0.0, u64::MAX as f64, "a UINT64"),
            Self::Int8 => (f64::from(i8::MIN), f64::from(i8::MAX), "an INT8"),
            Self::Int16 => (f64::from(i16::MIN), f64::from(i16::MAX), "an INT16"),
            Self::Int32 => (f64::from(i32::MIN), f64::from(i32::MAX), "an INT32"),
            Self::Int64 => (i64::MIN as f64, i64::MAX as f64, "an INT64"),
            Self::Fp16 if domain.whole => (-FP16_MAX, FP16_MAX, "a whole FP16"),
            Self::Fp16 => (-FP16_MAX, FP16_MAX, "an FP16"),
            Self::Fp32 if domain.whole => (-FP32_MAX, FP32_MAX, "a whole FP32"),
            Self::Fp32 => (-FP32_MAX, FP32_MAX, "an FP32"),
            _ => return domain,
        };
        let whole = domain.whole || !matches!(self, Self::Fp16 | Self::Fp32);
        Domain { min, max, whole, words, ..domain }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Bool => "BOOL",
            Self::Uint8 => "UINT8",
            Self::Uint16 => "UINT16",
            Self::Uint32 => "UINT32",
            Self::Uint64 => "UINT64",
            Self::Int8 => "INT8",
            Self::Int16 => "INT16",
            Self::Int32 => "INT32",
            Self::Int64 => "INT64",
            Self::Fp16 => "FP16",
            Self::Fp32 => "FP32",
            Self::Fp64 => "FP64",
            Self::Bytes => "BYTES",
        }
    }
}

impl fmt::Display for Datatype {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
