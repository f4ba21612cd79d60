//! The parts of a fitted pipeline, a kind each file.

mod code;
mod dates;
mod domain;
mod hashing;
mod number;
mod one_hot;
mod quantile_map;
mod rank;
mod target;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::levels::Slots;
use super::matrix::{Block, Element};
use crate::dataset::{Categories, Values};

pub(super) use code::Code;
pub(super) use dates::{DatePlan, Dates};
pub(super) use domain::Domain;
pub(super) use hashing::Hashing;
pub(super) use number::{Number, NumberPlan};
pub(super) use one_hot::OneHot;
pub(super) use rank::{Order, Rank};
pub(super) use target::{Goals, TargetMeans};

/// What is done to one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Step {
    pub(super) column: String,
    pub(super) kind: StepKind,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StepKind {
    Number(Number),
    Dates(Dates),
    Code(Code),
    OneHot(OneHot),
    Rank(Rank),
    Target(TargetMeans),
    Hashing(Hashing),
}

/// The values that a step reads, and where their texts go.
pub(super) enum Source<'t> {
    Numbers(&'t [f64]),
    Texts(&'t Categories, Slots),
}

impl Step {
    pub(super) fn width(&self) -> usize {
        match &self.kind {
            StepKind::Number(number) => number.width(),
            StepKind::Dates(dates) => dates.width(),
            StepKind::Code(_) => 1,
            StepKind::OneHot(one_hot) => one_hot.width(),
            StepKind::Rank(rank) => rank.number().width(),
            StepKind::Target(target) => target.width(),
            StepKind::Hashing(hashing) => hashing.width(),
        }
    }

    /// How many of its features, the first ones, are numbers that can be scaled.
    pub(super) fn numbers(&self) -> usize {
        match &self.kind {
            StepKind::Number(_) | StepKind::Rank(_) => 1,
            StepKind::Dates(dates) => dates.numbers(),
            _ => 0,
        }
    }

    /// The names of its features.
    pub(super) fn names(&self) -> Vec<String> {
        let column = &self.column;
        match &self.kind {
            StepKind::Number(number) => number.names(column),
            StepKind::Rank(rank) => rank.number().names(column),
            StepKind::Dates(dates) => dates.names(column),
            StepKind::Code(_) => vec![column.clone()],
            StepKind::OneHot(one_hot) => one_hot.names(column),
            StepKind::Target(target) => target.names(column),
            StepKind::Hashing(hashing) => hashing.names(column),
        }
    }

    /// The texts that codes stand for, in their order; `None` unless it gives codes.
    pub(super) fn levels(&self) -> Option<Vec<&str>> {
        match &self.kind {
            StepKind::Code(code) => Some(code.levels()),
            _ => None,
        }
    }

    pub(super) fn is_code(&self) -> bool {
        matches!(self.kind, StepKind::Code(_))
    }

    /// Its values, unless they are of another type than in training.
    pub(super) fn source<'t>(&self, values: &'t Values) -> Option<Source<'t>> {
        let slots = match (&self.kind, values) {
            (StepKind::Number(_) | StepKind::Dates(_), Values::Number(numbers)) => {
                return Some(Source::Numbers(numbers));
            }
            (StepKind::Code(code), Values::Category(texts)) => code.slots(texts),
            (StepKind::OneHot(one_hot), Values::Category(texts)) => one_hot.slots(texts),
            (StepKind::Rank(rank), Values::Category(texts)) => rank.slots(texts),
            (StepKind::Target(target), Values::Category(texts)) => target.slots(texts),
            (StepKind::Hashing(_), Values::Category(_)) => Slots::default(),
            _ => return None,
        };
        match values {
            Values::Category(texts) => Some(Source::Texts(texts, slots)),
            Values::Number(_) => None,
        }
    }

    /// Writes the features of some rows into as long a block, from column `offset` on.
    pub(super) fn write<T: Element>(
        &self,
        source: &Source<'_>,
        rows: Range<usize>,
        block: &mut Block<'_, T>,
        offset: usize,
    ) {
        match source {
            Source::Numbers(numbers) => {
                let numbers = numbers.get(rows).unwrap_or_default();
                match &self.kind {
                    StepKind::Number(number) => {
                        number.write(numbers.iter().copied(), block, offset);
                    }
                    StepKind::Dates(dates) => dates.write(numbers, block, offset),
                    _ => {}
                }
            }
            Source::Texts(texts, slots) => {
                let codes = texts.codes.get(rows).unwrap_or_default();
                match &self.kind {
                    StepKind::Code(_) => Code::write(codes, slots, block, offset),
                    StepKind::OneHot(one_hot) => one_hot.write(codes, slots, block, offset),
                    StepKind::Rank(rank) => rank.write(codes, slots, block, offset),
                    StepKind::Target(target) => target.write(codes, slots, block, offset),
                    StepKind::Hashing(hashing) => hashing.write(texts, codes, block, offset),
                    StepKind::Number(_) | StepKind::Dates(_) => {}
                }
            }
        }
    }
}
