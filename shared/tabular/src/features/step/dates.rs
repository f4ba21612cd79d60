//! Dates as their parts.

use std::f64::consts::TAU;

use serde::{Deserialize, Serialize};

use super::number::{Number, NumberPlan};
use crate::date::Parts;
use crate::features::matrix::{Block, Element};
use crate::spec::DatePart;

/// The parts in the order of their features.
const PARTS: [DatePart; 7] = [
    DatePart::Year,
    DatePart::Month,
    DatePart::Day,
    DatePart::Weekday,
    DatePart::DayOfYear,
    DatePart::Hour,
    DatePart::Epoch,
];

/// The parts of an instant, each filled and scaled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::features) struct Dates {
    features: Vec<Feature>,
    /// Whether a last feature tells that the date was missing.
    indicator: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Feature {
    part: DatePart,
    wave: Wave,
    number: Number,
}

/// How a part becomes a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wave {
    /// As it is.
    None,
    /// The sine of its share of its period.
    Sine,
    /// The cosine.
    Cosine,
}

/// Which parts become features, and how.
#[derive(Debug, Clone, Copy)]
pub(in crate::features) struct DatePlan<'a> {
    /// `None`: those that vary.
    pub(in crate::features) parts: Option<&'a [DatePart]>,
    /// Whether parts that come round again are waves as well.
    pub(in crate::features) waves: bool,
    pub(in crate::features) number: NumberPlan,
}

impl Dates {
    /// `None` when no part is left.
    pub(in crate::features) fn fit(plan: DatePlan<'_>, seconds: &[f64]) -> Option<Self> {
        let missing = seconds.iter().any(|seconds| seconds.is_nan());
        let mut features = Vec::new();
        let mut filled = false;
        for part in PARTS {
            if plan.parts.is_some_and(|parts| !parts.contains(&part)) {
                continue;
            }
            let values: Vec<f64> = seconds.iter().map(|&seconds| value(part, seconds)).collect();
            let mut present = values.iter().filter(|value| !value.is_nan());
            let first = present.next();
            if plan.parts.is_none() && present.all(|value| Some(value) == first) {
                continue;
            }
            let waves = [Wave::None, Wave::Sine, Wave::Cosine];
            let cyclic = plan.waves && period(part).is_some();
            for wave in waves.into_iter().take(if cyclic { 3 } else { 1 }) {
                let values: Vec<f64> = values.iter().map(|&v| wave.apply(part, v)).collect();
                let number = NumberPlan { indicator: Some(false), ..plan.number };
                if let Some(number) = Number::fit(number, &values) {
                    filled |= number.fills();
                    features.push(Feature { part, wave, number });
                }
            }
        }
        let indicator = plan.number.indicator.unwrap_or(filled && missing);
        (!features.is_empty()).then_some(Self { features, indicator })
    }

    pub(super) fn numbers(&self) -> usize {
        self.features.len()
    }

    pub(super) fn width(&self) -> usize {
        self.features.len() + usize::from(self.indicator)
    }

    pub(super) fn names(&self, column: &str) -> Vec<String> {
        let names = self.features.iter().map(|feature| {
            let (part, wave) = (part_name(feature.part), feature.wave.suffix());
            format!("{column}.{part}{wave}")
        });
        names.chain(self.indicator.then(|| format!("is_missing({column})"))).collect()
    }

    pub(super) fn write<T: Element>(
        &self,
        seconds: &[f64],
        block: &mut Block<'_, T>,
        offset: usize,
    ) {
        for (row, &seconds) in block.rows().zip(seconds) {
            let parts = Parts::of(seconds);
            let mut cells = row.iter_mut().skip(offset);
            for (feature, cell) in self.features.iter().zip(&mut cells) {
                let value = feature.wave.apply(feature.part, of(feature.part, parts, seconds));
                *cell = T::from_f64(feature.number.apply(value));
            }
            if let (true, Some(cell)) = (self.indicator, cells.next()) {
                *cell = T::from_f64(f64::from(u8::from(seconds.is_nan())));
            }
        }
    }
}

impl Wave {
    fn apply(self, part: DatePart, value: f64) -> f64 {
        let (start, length) = period(part).unwrap_or((0.0, 1.0));
        let angle = TAU * (value - start) / length;
        match self {
            Self::None => value,
            Self::Sine => angle.sin(),
            Self::Cosine => angle.cos(),
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Sine => ".sin",
            Self::Cosine => ".cos",
        }
    }
}

/// The first value and the length of a part that comes round again.
fn period(part: DatePart) -> Option<(f64, f64)> {
    match part {
        DatePart::Month => Some((1.0, 12.0)),
        DatePart::Weekday => Some((0.0, 7.0)),
        DatePart::DayOfYear => Some((1.0, 365.25)),
        DatePart::Hour => Some((0.0, 24.0)),
        DatePart::Year | DatePart::Day | DatePart::Epoch => None,
    }
}

fn value(part: DatePart, seconds: f64) -> f64 {
    of(part, Parts::of(seconds), seconds)
}

fn of(part: DatePart, parts: Option<Parts>, seconds: f64) -> f64 {
    let Some(parts) = parts else { return f64::NAN };
    match part {
        DatePart::Year => parts.year,
        DatePart::Month => parts.month,
        DatePart::Day => parts.day,
        DatePart::Weekday => parts.weekday,
        DatePart::DayOfYear => parts.day_of_year,
        DatePart::Hour => parts.hour,
        DatePart::Epoch => seconds,
    }
}

fn part_name(part: DatePart) -> &'static str {
    match part {
        DatePart::Year => "year",
        DatePart::Month => "month",
        DatePart::Day => "day",
        DatePart::Weekday => "weekday",
        DatePart::DayOfYear => "day_of_year",
        DatePart::Hour => "hour",
        DatePart::Epoch => "epoch",
    }
}
