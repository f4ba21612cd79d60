//! Values of one column, while they come in.

use crate::dataset::{CategoryEncoder, Kind, Values};

/// Values of one column, while they come in.
#[derive(Debug)]
pub(crate) enum ValuesBuilder {
    Number(Vec<f64>),
    Category(CategoryEncoder),
}

impl ValuesBuilder {
    /// A column to which about `rows` values will come.
    pub(crate) fn new(kind: Kind, rows: usize) -> Self {
        match kind.is_number() {
            true => Self::Number(Vec::with_capacity(rows)),
            false => Self::Category(CategoryEncoder::default()),
        }
    }

    pub(crate) fn push_missing(&mut self) {
        match self {
            Self::Number(values) => values.push(f64::NAN),
            Self::Category(encoder) => encoder.push(None),
        }
    }

    /// Appends values; those of another type are missing.
    pub(crate) fn extend(&mut self, values: &Values) {
        match (self, values) {
            (Self::Number(all), Values::Number(more)) => all.extend(more),
            (Self::Category(all), Values::Category(more)) => {
                more.iter().for_each(|text| all.push(text));
            }
            (builder, other) => (0..other.len()).for_each(|_| builder.push_missing()),
        }
    }

    pub(crate) fn finish(self) -> Values {
        match self {
            Self::Number(values) => Values::Number(values),
            Self::Category(encoder) => Values::Category(encoder.finish()),
        }
    }
}
