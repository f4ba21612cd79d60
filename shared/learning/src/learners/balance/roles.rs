//! What a feature means to SMOTE: how far apart two of its values are, and what lies
//! between them.

use model_factory_tabular::features::{Element, Matrix, Pipeline};

/// What one feature, or a run of features of one category, means.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Role {
    /// A number: its standard deviation is its unit.
    Number { column: usize, mean: f64, scale: f64 },
    /// The code of a category with as many levels.
    Code { column: usize, levels: usize },
    /// The features of a category, one a level, of which at most one is 1.
    OneHot { first: usize, width: usize },
    /// Whether another feature of the same column was missing.
    Indicator { column: usize },
}

/// The roles of all features in order.
pub(super) fn of<T: Element>(pipeline: &Pipeline, features: &Matrix<T>) -> Vec<Role> {
    let (categorical, sources) = (pipeline.categorical(), pipeline.sources());
    let binary = binary(features);
    let is_binary = |column: usize| binary.get(column).copied().unwrap_or_default();
    let mut roles: Vec<Role> = Vec::new();
    for column in 0..features.columns() {
        let source = sources.get(column);
        if categorical.get(column).copied().unwrap_or_default() {
            roles.push(code(features, column));
        } else if !is_binary(column) {
            roles.push(number(features, column));
        } else if sources.iter().zip(&binary).any(|(other, &b)| Some(other) == source && !b) {
            roles.push(Role::Indicator { column });
        } else if let Some(Role::OneHot { first, width }) = roles.last_mut()
            && sources.get(*first) == source
        {
            *width += 1;
        } else {
            roles.push(Role::OneHot { first: column, width: 1 });
        }
    }
    roles
}

/// For each feature, whether all of its values are 0 or 1.
fn binary<T: Element>(features: &Matrix<T>) -> Vec<bool> {
    let mut binary = vec![true; features.columns()];
    for row in features.iter_rows() {
        for (binary, value) in binary.iter_mut().zip(row) {
            *binary &= matches!(value.to_f64(), 0.0 | 1.0);
        }
    }
    binary
}

fn known<T: Element>(features: &Matrix<T>, column: usize) -> impl Iterator<Item = f64> + Clone {
    let values = features.iter_rows().filter_map(move |row| row.get(column));
    values.map(|value| value.to_f64()).filter(|value| !value.is_nan())
}

fn code<T: Element>(features: &Matrix<T>, column: usize) -> Role {
    let highest = known(features, column).fold(-1.0, f64::max);
    Role::Code { column, levels: (highest + 1.0) as usize }
}

fn number<T: Element>(features: &Matrix<T>, column: usize) -> Role {
    let values = known(features, column);
    let count = values.clone().count().max(1) as f64;
    let mean = values.clone().sum::<f64>() / count;
    let variance = values.map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    let scale = if variance > 0.0 && variance.is_finite() { variance.sqrt() } else { 1.0 };
    Role::Number { column, mean, scale }
}

impl Role {
    /// The number of coordinates that say where a value is.
    fn width(&self) -> usize {
        match self {
            Self::Number { .. } | Self::Indicator { .. } => 1,
            Self::Code { levels, .. } => *levels,
            Self::OneHot { width, .. } => *width,
        }
    }

    /// Appends the coordinates of a row's value: numbers in standard deviations, with
    /// the mean for a missing one; categories so that two different ones are one
    /// standard deviation apart, as in SMOTE-NC.
    fn locate<T: Element>(&self, row: &[T], coordinates: &mut Vec<f32>) {
        let at = |column: usize| row.get(column).map_or(f64::NAN, |value| value.to_f64());
        let half = std::f32::consts::FRAC_1_SQRT_2;
        match *self {
            Self::Number { column, mean, scale } => {
                let value = at(column);
                let place = if value.is_nan() { 0.0 } else { (value - mean) / scale };
                coordinates.push(f32::from_f64(place));
            }
            Self::Indicator { column } => coordinates.push(half * f32::from_f64(at(column))),
            Self::Code { column, levels } => {
                let code = at(column);
                let levels = (0..levels).map(|level| level as f64 == code);
                coordinates.extend(levels.map(|own| if own { half } else { 0.0 }));
            }
            Self::OneHot { first, width } => {
                let values = (first..first + width).map(at);
                coordinates.extend(values.map(|value| half * f32::from_f64(value)));
            }
        }
    }

    /// Replaces the value of `base` by one between it and a neighbour's: a number by one
    /// on the way, a category by the one that most neighbours have. What is missing
    /// stays so.
    pub(super) fn mix<T: Element>(
        &self,
        base: &mut [T],
        neighbour: &[T],
        neighbours: &[&[T]],
        share: f64,
    ) {
        match *self {
            Self::Number { column, .. } => {
                let (Some(cell), Some(other)) = (base.get_mut(column), neighbour.get(column))
                else {
                    return;
                };
                let (from, to) = (cell.to_f64(), other.to_f64());
                if !from.is_nan() && !to.is_nan() {
                    *cell = T::from_f64(from + share * (to - from));
                }
            }
            Self::Code { column, .. } => {
                if base.get(column).is_some_and(|cell| !cell.to_f64().is_nan()) {
                    vote(base, neighbours, column, 1);
                }
            }
            Self::OneHot { first, width } => vote(base, neighbours, first, width),
            Self::Indicator { .. } => {}
        }
    }
}

/// Replaces `width` values from `first` on by those that most neighbours have, of
/// equally frequent ones by those of the nearest.
fn vote<T: Element>(base: &mut [T], neighbours: &[&[T]], first: usize, width: usize) {
    let part = |row: &[T]| -> Vec<f64> {
        row.iter().skip(first).take(width).map(|value| value.to_f64()).collect()
    };
    let mut votes: Vec<(Vec<f64>, usize)> = Vec::new();
    for values in neighbours.iter().map(|row| part(row)) {
        // A neighbour whose code is missing has no say.
        if values.iter().any(|value| value.is_nan()) {
            continue;
        }
        match votes.iter_mut().find(|(other, _)| *other == values) {
            Some((_, count)) => *count += 1,
            None => votes.push((values, 1)),
        }
    }
    let most = votes.iter().map(|(_, count)| *count).max();
    if let Some((values, _)) = votes.iter().find(|(_, count)| Some(*count) == most) {
        for (cell, &value) in base.iter_mut().skip(first).zip(values) {
            *cell = T::from_f64(value);
        }
    }
}

/// The coordinates of the given rows, row-major, and how many a row has.
pub(super) fn locate<T: Element>(roles: &[Role], rows: &[&[T]]) -> (Vec<f32>, usize) {
    let width = roles.iter().map(Role::width).sum();
    let mut coordinates = Vec::with_capacity(rows.len() * width);
    for row in rows {
        roles.iter().for_each(|role| role.locate(row, &mut coordinates));
    }
    (coordinates, width)
}
