//! What is done to a column: what the spec says, else what suits the encoding, the type
//! of the values, the number of levels and their skew.

use super::encoding::Encoding;
use super::levels::by_frequency;
use super::step::NumberPlan;
use crate::dataset::{Categories, Kind, MISSING};
use crate::date;
use crate::order;
use crate::spec::{ColumnSpec, Encode, Fill, Impute, Scale, Transform, Weighting};

/// The most levels that trees split natively.
const NATIVE_LEVELS: usize = 255;

/// … where the encoding is to prefer target encoding.
const FEW_LEVELS: usize = 10;

/// The most levels that are one feature each.
const ONE_HOT_LEVELS: usize = 50;

/// The skewness from which on the logarithm of a positive column is taken.
const SKEWED: f64 = 2.0;

/// What is done to a number.
pub(super) fn number(
    encoding: Encoding,
    column: &ColumnSpec,
    kind: Kind,
    values: &[f64],
) -> NumberPlan {
    let trees = encoding.is_for_trees();
    let transform = column.transform.unwrap_or_else(|| match encoding {
        Encoding::Normalised if kind != Kind::Boolean => Transform::QuantileNormal,
        Encoding::Standardised if is_skewed(values) => Transform::Log,
        _ => Transform::None,
    });
    let scale = column.scale.unwrap_or(match transform {
        _ if trees => Scale::None,
        Transform::QuantileNormal => Scale::None,
        _ => Scale::Standard,
    });
    let impute = match column.impute {
        // A missing number would make the whole row's length missing.
        None | Some(Impute::None) if !trees || scale == Scale::L2 => Impute::Median,
        impute => impute.unwrap_or(Impute::None),
    };
    let constant = match &column.fill {
        Some(Fill::Number(number)) => *number,
        Some(Fill::Text(text)) => date::parse(text).unwrap_or_default(),
        None => 0.0,
    };
    NumberPlan { impute, constant, indicator: column.indicator, transform, scale }
}

/// Whether the logarithm makes a column without negative values less skewed, which is
/// very skewed.
fn is_skewed(values: &[f64]) -> bool {
    let present: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    if present.iter().any(|value| *value < 0.0) {
        return false;
    }
    let skewness = order::skewness(&present);
    let of_logarithms = || {
        let logarithms: Vec<f64> = present.iter().map(|value| value.ln_1p()).collect();
        order::skewness(&logarithms)
    };
    skewness > SKEWED && of_logarithms().abs() < skewness
}

/// How a category or text becomes numbers.
pub(super) fn encode(
    encoding: Encoding,
    column: &ColumnSpec,
    kind: Kind,
    texts: &Categories,
) -> Encode {
    let one_by_one = if encoding.is_for_trees() { Encode::Native } else { Encode::OneHot };
    match column.encode {
        Some(Encode::Native | Encode::DateParts) => one_by_one,
        Some(encode) => encode,
        None if kind == Kind::Text => Encode::Hash,
        None => {
            let most = match encoding {
                Encoding::Native => NATIVE_LEVELS,
                Encoding::Target => FEW_LEVELS,
                Encoding::Standardised | Encoding::Normalised => ONE_HOT_LEVELS,
                // There may be no target whose mean could tell the levels apart.
                Encoding::Scaled => usize::MAX - 1,
            };
            let few = by_frequency(texts, most + 1).count() <= most;
            if few { one_by_one } else { Encode::Target }
        }
    }
}

/// How much a hashed word counts.
pub(super) fn weighting(encoding: Encoding, column: &ColumnSpec) -> Weighting {
    let usual = if encoding.is_for_trees() { Weighting::Tf } else { Weighting::TfIdf };
    column.weighting.unwrap_or(usual)
}

/// The text that stands for a missing one.
pub(super) fn text_fill(column: &ColumnSpec, texts: &Categories) -> Option<String> {
    match (column.impute, &column.fill) {
        (Some(Impute::MostFrequent), _) => by_frequency(texts, 1).next().map(str::to_owned),
        (Some(Impute::Constant), Some(Fill::Text(text))) => Some(text.clone()),
        _ => None,
    }
}

/// Whether one-hot encoding has a feature for missing texts: where training saw some that
/// nothing stands for, if the spec does not say.
pub(super) fn has_indicator(column: &ColumnSpec, fill: Option<&str>, texts: &Categories) -> bool {
    let missing = || fill.is_none() && texts.codes.contains(&MISSING);
    column.indicator.unwrap_or_else(missing)
}
