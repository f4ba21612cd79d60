//! What the values of a Parquet column stand for.

use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use ::parquet::schema::types::ColumnDescriptor;

use super::super::field::Field;

/// What stored values stand for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::dataset::read) enum Meaning {
    /// Themselves.
    Plain,
    /// Integers without a sign.
    Unsigned,
    /// Integers times a power of ten.
    Decimal { divisor: f64 },
    /// Days since 1970.
    Days,
    /// Instants, so many a second, since 1970.
    Instant { per_second: f64 },
    /// Times of day, so many a second.
    Time { per_second: f64 },
    /// Numbers of 16 bits.
    Half,
    /// Identifiers, as hexadecimal digits.
    Uuid,
}

impl Meaning {
    /// What a column's values stand for; `None` when they are no input.
    pub(super) fn of(column: &ColumnDescriptor) -> Option<Self> {
        let meaning = match column.logical_type_ref() {
            Some(logical) => Self::of_logical(logical)?,
            None => Self::of_converted(column.converted_type(), column.type_scale())?,
        };
        let known = column.physical_type() != Type::FIXED_LEN_BYTE_ARRAY
            || matches!(meaning, Self::Decimal { .. } | Self::Half | Self::Uuid);
        known.then_some(meaning)
    }

    fn of_logical(logical: &LogicalType) -> Option<Self> {
        let per_second = |unit: &TimeUnit| match unit {
            TimeUnit::MILLIS => 1e3,
            TimeUnit::MICROS => 1e6,
            TimeUnit::NANOS => 1e9,
        };
        match logical {
            LogicalType::String | LogicalType::Enum | LogicalType::Json | LogicalType::Unknown => {
                Some(Self::Plain)
            }
            LogicalType::Integer(integer) if !integer.is_signed => Some(Self::Unsigned),
            LogicalType::Integer(_) => Some(Self::Plain),
            LogicalType::Decimal(decimal) => Some(Self::decimal(decimal.scale)),
            LogicalType::Date => Some(Self::Days),
            LogicalType::Time(time) => Some(Self::Time { per_second: per_second(&time.unit) }),
            LogicalType::Timestamp(time) => {
                Some(Self::Instant { per_second: per_second(&time.unit) })
            }
            LogicalType::Float16 => Some(Self::Half),
            LogicalType::Uuid => Some(Self::Uuid),
            _ => None,
        }
    }

    fn of_converted(converted: ConvertedType, scale: i32) -> Option<Self> {
        match converted {
            ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64 => Some(Self::Unsigned),
            ConvertedType::DECIMAL => Some(Self::decimal(scale)),
            ConvertedType::DATE => Some(Self::Days),
            ConvertedType::TIME_MILLIS => Some(Self::Time { per_second: 1e3 }),
            ConvertedType::TIME_MICROS => Some(Self::Time { per_second: 1e6 }),
            ConvertedType::TIMESTAMP_MILLIS => Some(Self::Instant { per_second: 1e3 }),
            ConvertedType::TIMESTAMP_MICROS => Some(Self::Instant { per_second: 1e6 }),
            ConvertedType::BSON
            | ConvertedType::INTERVAL
            | ConvertedType::LIST
            | ConvertedType::MAP
            | ConvertedType::MAP_KEY_VALUE => None,
            _ => Some(Self::Plain),
        }
    }

    fn decimal(scale: i32) -> Self {
        Self::Decimal { divisor: 10_f64.powi(scale) }
    }

    pub(in crate::dataset::read) fn of_i32(self, value: i32) -> Field<'static> {
        match self {
            Self::Unsigned => Field::Integer(f64::from(value.cast_unsigned())),
            _ => self.of_i64(i64::from(value)),
        }
    }

    pub(in crate::dataset::read) fn of_i64(self, value: i64) -> Field<'static> {
        let number = value as f64;
        match self {
            Self::Unsigned => Field::Integer(value.cast_unsigned() as f64),
            Self::Decimal { divisor } => Field::Number(number / divisor),
            Self::Days => Field::Instant(86_400.0 * number),
            Self::Instant { per_second } => Field::Instant(number / per_second),
            Self::Time { per_second } => Field::Number(number / per_second),
            Self::Plain | Self::Half | Self::Uuid => Field::Integer(number),
        }
    }

    /// The number that bytes stand for; `None` where they are a text.
    pub(in crate::dataset::read) fn of_bytes(self, bytes: &[u8]) -> Option<Field<'static>> {
        match (self, bytes) {
            (Self::Decimal { divisor }, _) => Some(Field::Number(big_endian(bytes) / divisor)),
            (Self::Half, [low, high]) => {
                Some(Field::Number(half(u16::from_le_bytes([*low, *high]))))
            }
            _ => None,
        }
    }
}

/// The integer of bytes in two's complement, the highest byte first.
fn big_endian(bytes: &[u8]) -> f64 {
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    let magnitude = bytes
        .iter()
        .fold(0.0, |sum, byte| 256.0 * sum + f64::from(if negative { !byte } else { *byte }));
    if negative { -(magnitude + 1.0) } else { magnitude }
}

/// A number of IEEE 754's half precision.
fn half(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from((bits >> 10) & 0x1f), f64::from(bits & 0x3ff) / 1024.0);
    match exponent {
        0 => sign * fraction * 2_f64.powi(-14),
        31 if fraction == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN,
        _ => sign * (1.0 + fraction) * 2_f64.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_numbers_in_twos_complement_and_half_precision() {
        assert_eq!(big_endian(&[0x01, 0x00]), 256.0);
        assert_eq!(big_endian(&[0xff, 0xfe]), -2.0);
        assert_eq!(big_endian(&[]), 0.0);
        for (bits, number) in [(0x3c00, 1.0), (0xc100, -2.5), (0x0001, 2_f64.powi(-24))] {
            assert_eq!(half(bits), number, "{bits:x}");
        }
        assert!(half(0x7e00).is_nan() && half(0xfc00).is_infinite());
    }
}
